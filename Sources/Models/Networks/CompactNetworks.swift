/// The compact suite: networks of the published families, small enough to be trained on two cores and
/// to ship with the program.
package enum CompactNetworks {
  /// Side of the pictures that all of them look at.
  package static let imageSize = 128
  /// Side of the part of them that the identity network sees.
  package static let faceSize = 96
  /// Side of the pictures that CLIP's image tower sees.
  package static let clipSize = 96
  /// How many different tokens the text tower knows; the last one ends a text.
  package static let vocabularySize = 512

  /// FID's extractor; its main result has 192 values, a quarter of the published tap 768.
  package static let inception = InceptionV3(
    name: "compact-inception",
    summary: "Inception v3 to its second grid, a quarter of the channels, for 128-pixel faces; "
      + "compact suite", size: imageSize, divisor: 4, endsAtSecondGrid: true)

  /// LPIPS's trunk.
  package static let alexNet = AlexNet(
    name: "compact-alexnet",
    summary: "AlexNet trunk with a quarter of the channels, LPIPS taps relu1…relu5; compact suite",
    divisor: 4)

  /// The identity network.
  package static let iResNet = IResNet(
    name: "compact-iresnet",
    summary: "iResNet of eight blocks for 96-pixel faces, 128-d face embedding; compact suite",
    size: faceSize, stem: (24, 2), stages: [(2, 32), (2, 64), (3, 128), (1, 160)],
    embedding: 128)

  /// The face parser.
  package static let biSeNet = CompactBiSeNet()

  /// CLIP's image tower.
  package static let clip = CompactCLIPImage(
    name: "compact-clip", role: "CLIP's image tower", lastWidth: 192)

  /// CLIP's text tower.
  package static let clipText = textTower(of: clip)

  /// The image tower of a second CLIP, half as wide at its end, which judges the images that the first one guided.
  package static let judge = CompactCLIPImage(
    name: "compact-clip-judge", role: "A second CLIP's image tower", lastWidth: 96)

  /// The second CLIP's text tower.
  package static let judgeText = textTower(of: judge)

  private static func textTower(of images: CompactCLIPImage) -> CLIPTextTransformer {
    CLIPTextTransformer(
      name: "\(images.name)-text",
      summary: "Text tower beside \(images.name), two blocks, 128-d embedding of 77 tokens; "
        + "compact suite",
      width: 128, layers: 2, embedding: 128, vocabulary: vocabularySize)
  }

  /// What the built-in method `denoise` runs.
  package static let denoiser = CompactDenoiser()

  /// Side of the pictures that the diffusion U-Net makes.
  package static let unetSize = 64

  /// The U-Net of the compact systems that diffuse in pixels.
  package static let unet = unet(size: unetSize)

  /// The same U-Net, parameter for parameter, on pictures of another size.
  ///
  /// - Parameter size: a multiple of 16; attention sees maps of an eighth of it.
  /// - Returns: the network.
  package static func unet(size: Int) -> ADMUNet {
    ADMUNet(
      name: "compact-unet",
      summary:
        "ADM U-Net on blocks of 2 × 2 pixels of \(size)-pixel faces, 3.8 M values; compact suite",
      .compact(size: size))
  }

  /// What guides SDG on noisy faces.
  package static let guide = CompactGuide()

  /// All of them.
  package static let all: [any PublishedNetwork] = [
    inception, alexNet, iResNet, biSeNet, clip, clipText, judge, judgeText, denoiser, guide,
    unet,
  ]
}
