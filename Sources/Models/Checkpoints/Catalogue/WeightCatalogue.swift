/// The published weight files that evalkit knows.
///
/// Sizes and digests are those of the publishers where they state them. A digest that only third
/// parties list is marked in the source.
package enum WeightCatalogue {
  /// All files: those of FID, LPIPS, DISTS, identity, parsing, CLIP, the detector, and diffusion in pixels and in
  /// latents.
  package static let files: [PublishedWeights] =
    fid + lpips + dists + identity + parsers + clip + detector + diffusion + latent

  /// Files that a network takes weights from.
  package static func files(for network: String) -> [PublishedWeights] {
    files.filter { $0.networks.contains(network) }
  }

  static let ddgi = "ddgi"
  static let scaDM = "sca-dm"
  static let collaborative = "collaborative"
  static let sdg = "sdg"
  static let diffusionCLIP = "diffusionclip"

  private static let fid = [
    PublishedWeights(
      networks: ["inception-fid"], role: .fid,
      fileName: "pt_inception-2015-12-05-6726825d.pth",
      otherNames: ["weights-inception-2015-12-05-6726825d.pth"], bytes: 95_628_359,
      digest: .exact("6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"),
      tensorCount: 566, parameterCount: 23_850_960,
      papers: [ddgi, scaDM, collaborative, sdg], license: "Apache-2.0",
      source: "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
        + "pt_inception-2015-12-05-6726825d.pth")
  ]

  private static let lpips = [
    trunk(
      "alexnet", "alexnet-owt-7be5be79.pth", bytes: 244_408_911,
      // Full digest from third parties; the publisher states its first eight digits.
      .exact("7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02"),
      tensors: 10, parameters: 2_469_696, papers: lpipsPapers),
    trunk(
      "vgg16", "vgg16-397923af.pth", bytes: 553_433_881, .prefix("397923af"), tensors: 26,
      parameters: 14_714_688, also: ["dists"]),
    trunk(
      "squeezenet1_1", "squeezenet1_1-b8a52dc0.pth", bytes: nil, .prefix("b8a52dc0"), tensors: 50,
      parameters: 722_496),
    heads(
      "alexnet", "alex.pth", bytes: 6009,
      "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0", tensors: 5,
      parameters: 1152, papers: lpipsPapers),
    heads(
      "vgg16", "vgg.pth", bytes: 7289,
      "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868", tensors: 5,
      parameters: 1472),
    heads(
      "squeezenet1_1", "squeeze.pth", bytes: 10_811,
      "4a5350f23600cb79923ce65bb07cbf57dca461329894153e05a1346bd531cf76", tensors: 7,
      parameters: 2240),
  ]

  private static let lpipsPapers = [ddgi, scaDM, sdg, diffusionCLIP]

  /// How much textures and structures weigh; the trunk is torchvision's VGG16.
  private static let dists = [
    PublishedWeights(
      networks: ["dists"], role: .distsWeights, fileName: "DISTS_pytorch/weights.pt",
      otherNames: [], bytes: 12_288,
      digest: .exact("f5e65c96230b7f6ca995691647d482237e4cab8a50c5c4a5784f219ef0748218"),
      tensorCount: 2, parameterCount: 2950, papers: [], license: "MIT",
      source: "https://github.com/dingkeyan93/DISTS, DISTS_pytorch/weights.pt")
  ]

  /// A torchvision classifier, of which LPIPS, and of VGG16 also DISTS, uses `features.*`.
  private static func trunk(
    _ network: String, _ fileName: String, bytes: Int?, _ digest: PublishedWeights.Digest,
    tensors: Int, parameters: Int, papers: [String] = [], also others: [String] = []
  ) -> PublishedWeights {
    PublishedWeights(
      networks: [network] + others, role: .lpipsTrunk, fileName: fileName, otherNames: [],
      bytes: bytes,
      digest: digest, tensorCount: tensors, parameterCount: parameters, papers: papers,
      license: "BSD-3-Clause (torchvision); trained on ImageNet",
      source: "https://download.pytorch.org/models/\(fileName)")
  }

  private static func heads(
    _ network: String, _ fileName: String, bytes: Int, _ digest: String, tensors: Int,
    parameters: Int, papers: [String] = []
  ) -> PublishedWeights {
    PublishedWeights(
      networks: [network], role: .lpipsHeads, fileName: "lpips_v0.1/\(fileName)",
      otherNames: ["lpips/weights/v0.1/\(fileName)", fileName], bytes: bytes,
      digest: .exact(digest), tensorCount: tensors, parameterCount: parameters, papers: papers,
      license: "BSD-2-Clause",
      source: "https://github.com/richzhang/PerceptualSimilarity, lpips/weights/v0.1/\(fileName)")
  }

  private static let parsers = [
    PublishedWeights(
      networks: ["celebamask-unet"], role: .parser, fileName: "model.pth",
      otherNames: ["parsenet/model.pth", "models/parsenet/model.pth"], bytes: nil,
      digest: .unknown, tensorCount: 136, parameterCount: 1_944_355,
      papers: [ddgi, scaDM, collaborative],
      license: "non-commercial research and education only (CelebAMask-HQ)",
      source: "https://drive.google.com/uc?id=1o1m-eT38zNCIFldcRaoWcLvvBtY8S4W3"),
    PublishedWeights(
      networks: ["bisenet"], role: .parser, fileName: "79999_iter.pth",
      otherNames: ["parsing_bisenet.pth"], bytes: nil,
      // Digest from third parties.
      digest: .exact("468e13ca13a9b43cc0881a9f99083a430e9c0a38abd935431d1c28ee94b26567"),
      tensorCount: 191, parameterCount: 13_300_416, papers: [diffusionCLIP],
      license: "MIT (zllrunning/face-parsing.PyTorch); trained on CelebAMask-HQ, non-commercial",
      source: "https://drive.google.com/uc?id=154JgKpzCPW82qINcVieuPH3fZ2e0P812"),
  ]

  private static let clip = [
    model(
      "clip-vit-b32", "ViT-B-32.pt", bytes: 353_976_522,
      "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
      parameters: 151_277_313, papers: [collaborative]),
    model(
      "clip-vit-b16", "ViT-B-16.pt", bytes: 350_837_078,
      "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f",
      parameters: 149_620_737, papers: [diffusionCLIP]),
    model(
      "clip-vit-l14", "ViT-L-14.pt", bytes: 932_768_134,
      "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836",
      parameters: 427_616_513),
    model(
      "clip-vit-l14-336", "ViT-L-14-336px.pt", bytes: nil,
      "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02",
      parameters: 427_944_193),
    model(
      "clip-rn50", "RN50.pt", bytes: 255_827_503,
      "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762",
      parameters: 102_007_137),
    model(
      "clip-rn101", "RN101.pt", bytes: 291_791_292,
      "8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599"),
    model(
      "clip-rn50x4", "RN50x4.pt", bytes: 421_854_225,
      "7e526bd135e493cef0776de27d5f42653e6b4c8bf9e0f653bb11773263205fdd"),
    model(
      "clip-rn50x16", "RN50x16.pt", bytes: 661_125_706,
      "52378b407f34354e150460fe41077663dd5b39c54cd0bfd2b27167a4a06ec9aa",
      parameters: 290_979_217, papers: [sdg]),
    model(
      "clip-rn50x64", "RN50x64.pt", bytes: 1_353_500_174,
      "be1cfb55d75a9666199fb2206c106743da0f6468c9d327f3e0d0a543a9919d9c"),
    PublishedWeights(
      networks: [
        "clip-vit-b32", "clip-vit-b16", "clip-vit-l14", "clip-vit-l14-336", "clip-rn50",
        "clip-rn101", "clip-rn50x4", "clip-rn50x16", "clip-rn50x64",
      ], role: .vocabulary, fileName: "bpe_simple_vocab_16e6.txt.gz", otherNames: [],
      bytes: 1_356_917,
      digest: .exact("924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a"),
      tensorCount: nil, parameterCount: nil, papers: [collaborative, sdg, diffusionCLIP],
      license: "MIT; what it holds is part of this program",
      source: "https://github.com/openai/CLIP, clip/bpe_simple_vocab_16e6.txt.gz"),
  ]

  /// One of OpenAI's TorchScript archives, whose address contains the digest.
  ///
  /// Sizes come from third parties.
  private static func model(
    _ network: String, _ fileName: String, bytes: Int?, _ digest: String, parameters: Int? = nil,
    papers: [String] = []
  ) -> PublishedWeights {
    PublishedWeights(
      networks: [network], role: .clip, fileName: fileName, otherNames: [], bytes: bytes,
      digest: .exact(digest), tensorCount: nil, parameterCount: parameters, papers: papers,
      license: "MIT",
      source: "https://openaipublic.azureedge.net/clip/models/\(digest)/\(fileName)")
  }

  private static let detector = [
    part(
      "pnet.pt", bytes: 28_570,
      "a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f", tensors: 13,
      parameters: 6632),
    part(
      "rnet.pt", bytes: 403_147,
      "bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86", tensors: 16,
      parameters: 100_178),
    part(
      "onet.pt", bytes: 1_559_269,
      "165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d", tensors: 21,
      parameters: 389_040),
  ]

  private static func part(
    _ fileName: String, bytes: Int, _ digest: String, tensors: Int, parameters: Int
  ) -> PublishedWeights {
    PublishedWeights(
      networks: ["mtcnn"], role: .detector, fileName: fileName, otherNames: [], bytes: bytes,
      digest: .exact(digest), tensorCount: tensors, parameterCount: parameters, papers: [],
      license: "MIT",
      source: "https://github.com/timesler/facenet-pytorch, data/\(fileName)")
  }
}
