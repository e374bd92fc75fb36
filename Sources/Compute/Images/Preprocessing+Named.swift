extension Preprocessing {
  /// pytorch-fid: `x / 255`, PyTorch's bilinear to 299×299, `2x − 1`.
  ///
  /// Source: `mseitzer/pytorch-fid`, `fid_score.py` and `inception.py`.
  package static let fidPytorch = Preprocessing(
    name: "fid-pytorch",
    tensorSteps: [
      .divide(by: 255),
      .resize(width: 299, height: 299, .torchBilinear(alignCorners: false)),
      .scale(by: 2, offset: -1),
    ])

  /// torch-fidelity: TensorFlow 1's bilinear to 299×299 on 0…255, `(x − 128) / 128`.
  ///
  /// Source: `toshas/torch-fidelity`, `feature_extractor_inceptionv3.py`.
  package static let fidTorchFidelity = Preprocessing(
    name: "fid-torch-fidelity",
    tensorSteps: [
      .resize(width: 299, height: 299, .tensorFlow1Bilinear),
      .normalize(mean: [128, 128, 128], deviation: [128, 128, 128]),
    ])

  /// clean-fid: Pillow's bicubic in float to 299×299, limited to 0…255, `(x − 128) / 128`.
  ///
  /// Source: `GaParmar/clean-fid`, `resize.py` and `inception_torchscript.py`.
  package static let fidClean = Preprocessing(
    name: "fid-clean",
    tensorSteps: [
      .resize(width: 299, height: 299, .pillow(.bicubic)),
      .clip(0...255),
      .normalize(mean: [128, 128, 128], deviation: [128, 128, 128]),
    ])

  /// LPIPS: `x / 127.5 − 1`, after Pillow's bicubic to a square where a size is given.
  ///
  /// Source: `richzhang/PerceptualSimilarity`, `lpips/__init__.py`, `im2tensor`.
  package static func lpips(size: Int? = nil) -> Preprocessing {
    Preprocessing(
      name: size.map { "lpips-\($0)" } ?? "lpips",
      pixelSteps: size.map { [.resize(width: $0, height: $0, .bicubic)] } ?? [],
      tensorSteps: [.divide(by: 127.5), .scale(by: 1, offset: -1)])
  }

  /// DISTS: `x / 255` at the image's own size; its network normalizes.
  ///
  /// Source: `dingkeyan93/DISTS`, `DISTS_pytorch/DISTS_pt.py`, `prepare_image` with `resize=False`.
  package static let dists = Preprocessing(name: "dists", tensorSteps: [.divide(by: 255)])

  /// IR-SE50 on FFHQ-like crops: Pillow's bicubic to 256, `(x / 255 − 0.5) / 0.5`, rows 35..<223 and
  /// columns 32..<220, adaptive average to 112.
  ///
  /// Source: `gwang-kim/DiffusionCLIP`, `losses/id_loss.py`.
  package static let irSE50Crop = Preprocessing(
    name: "irse50-crop",
    pixelSteps: [.resize(width: 256, height: 256, .bicubic)],
    tensorSteps: [
      .divide(by: 255), halves,
      .crop(rows: 35..<223, columns: 32..<220),
      .resize(width: 112, height: 112, .adaptiveAverage),
    ])

  /// Faces aligned to 112×112 beforehand: `(x − 127.5) / 127.5`.
  package static let aligned112 = Preprocessing(
    name: "aligned-112",
    pixelSteps: [.require(width: 112, height: 112)],
    tensorSteps: [
      .normalize(mean: [127.5, 127.5, 127.5], deviation: [127.5, 127.5, 127.5])
    ])

  /// MobileFaceNet: columns 8..<104 of a face aligned to 112×112, `(x − 127.5) / 128`.
  package static let mobileFaceNet112x96 = Preprocessing(
    name: "mobilefacenet-112x96",
    pixelSteps: [.require(width: 112, height: 112)],
    tensorSteps: [
      .crop(rows: 0..<112, columns: 8..<104),
      .normalize(mean: [127.5, 127.5, 127.5], deviation: [128, 128, 128]),
    ])

  /// MobileFaceNet on FFHQ-like images that nobody aligned: IR-SE50's crop, averaged to 112, then columns
  /// 8..<104 and `(x − 127.5) / 128`.
  ///
  /// No published protocol does this; it lets the small network stand in where IR-SE50 is missing.
  package static let mobileFaceNetCrop = Preprocessing(
    name: "mobilefacenet-crop",
    pixelSteps: [.resize(width: 256, height: 256, .bicubic)],
    tensorSteps: [
      .crop(rows: 35..<223, columns: 32..<220),
      .resize(width: 112, height: 112, .adaptiveAverage),
      .crop(rows: 0..<112, columns: 8..<104),
      .normalize(mean: [127.5, 127.5, 127.5], deviation: [128, 128, 128]),
    ])

  /// BiSeNet's parser: Pillow's bilinear to 512, ImageNet's mean and deviation.
  ///
  /// Source: `zllrunning/face-parsing.PyTorch`, `test.py`.
  package static let biSeNet512 = Preprocessing(
    name: "bisenet-512",
    pixelSteps: [.resize(width: 512, height: 512, .bilinear)],
    tensorSteps: [
      .divide(by: 255),
      .normalize(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225]),
    ])

  /// CelebAMask-HQ's U-Net parser: Pillow to 512, `(x / 255 − 0.5) / 0.5`.
  ///
  /// Source: `switchablenorms/CelebAMask-HQ`, `face_parsing/`: training resized with torchvision's
  /// default, bilinear; the tester's transform names nearest.
  package static func celebAMaskUNet512(filter: PillowFilter = .bilinear) -> Preprocessing {
    Preprocessing(
      name: "celebamask-unet-512" + (filter == .bilinear ? "" : "-\(filter.rawValue)"),
      pixelSteps: [.resize(width: 512, height: 512, filter)],
      tensorSteps: [.divide(by: 255), halves])
  }

  /// CLIP: Pillow's bicubic of the shorter side, center, CLIP's mean and deviation.
  ///
  /// Source: `openai/CLIP`, `clip/clip.py`, `_transform`.
  package static func clip(size: Int) -> Preprocessing {
    Preprocessing(
      name: "clip-\(size)",
      pixelSteps: [.resizeShorterSide(size, .bicubic), .centerCrop(size)],
      tensorSteps: [
        .divide(by: 255),
        .normalize(
          mean: [0.48145466, 0.4578275, 0.40821073],
          deviation: [0.26862954, 0.26130258, 0.27577711]),
      ])
  }

  /// CLIP as losses on generated tensors see it: `x / 255`, PyTorch's bicubic without antialiasing, CLIP's
  /// mean and deviation.
  ///
  /// Source: `gwang-kim/DiffusionCLIP`, `losses/clip_loss.py`, with torchvision 0.8.
  /// - Deviation: the center square is cut out before the image is resized and not after, which is the
  ///   same for square images.
  package static func clipTensor(size: Int) -> Preprocessing {
    Preprocessing(
      name: "clip-tensor-\(size)",
      pixelSteps: [.centerSquare],
      tensorSteps: [
        .divide(by: 255), .resize(width: size, height: size, .torchBicubic),
        .normalize(
          mean: [0.48145466, 0.4578275, 0.40821073],
          deviation: [0.26862954, 0.26130258, 0.27577711]),
      ])
  }

  /// The small 19-class parser: Pillow's bilinear to 256, `x / 127.5 − 1`.
  package static let unetSmall256 = Preprocessing(
    name: "unet-small-256",
    pixelSteps: [.resize(width: 256, height: 256, .bilinear)],
    tensorSteps: [.divide(by: 127.5), .scale(by: 1, offset: -1)])

  /// The compact suite: Pillow's bicubic to 128, `x / 127.5 − 1`.
  package static let compact128 = Preprocessing(
    name: "compact-128",
    pixelSteps: [.resize(width: 128, height: 128, .bicubic)],
    tensorSteps: [.divide(by: 127.5), .scale(by: 1, offset: -1)])

  /// The compact suite's CLIP: ``compact128``, then Pillow's bicubic to 96.
  package static let compact96 = Preprocessing(
    name: "compact-96",
    pixelSteps: [
      .resize(width: 128, height: 128, .bicubic), .resize(width: 96, height: 96, .bicubic),
    ],
    tensorSteps: [.divide(by: 127.5), .scale(by: 1, offset: -1)])

  /// The compact suite's identity network: the face's part of ``compact128``, where IR-SE50's crop lies.
  package static let compactFace96 = Preprocessing(
    name: "compact-face-96",
    pixelSteps: [.resize(width: 128, height: 128, .bicubic)],
    tensorSteps: [
      .divide(by: 127.5), .scale(by: 1, offset: -1),
      .crop(rows: 17..<113, columns: 15..<111),
    ])

  private static let halves = TensorStep.normalize(
    mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])

  /// Every preprocessing that has a name.
  package static let all: [Preprocessing] =
    [fidPytorch, fidTorchFidelity, fidClean, lpips(), lpips(size: 256), dists, irSE50Crop]
    + [aligned112, mobileFaceNet112x96, mobileFaceNetCrop, biSeNet512]
    + [.bilinear, .nearest, .bicubic].map { celebAMaskUNet512(filter: $0) }
    + [224, 288, 336, 384, 448].map { clip(size: $0) }
    + [unetSmall256, compact128, compact96, compactFace96]

  /// The names that ``named(_:)`` knows, in the order of ``all``.
  package static var names: [String] { all.map(\.name) }

  /// The preprocessing with this name, or nil.
  package static func named(_ name: String) -> Preprocessing? { all.first { $0.name == name } }
}
