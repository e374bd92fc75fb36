import Graphs
import Networks
import Testing

/// Shapes at the published input size, as the papers' tables and the reference repositories state.
struct LayerTableTests {
  static let tables: [String: [(tap: String, shape: [Int])]] = [
    "inception-fid": [
      ("Conv2d_1a_3x3", [32, 149, 149]), ("Conv2d_2a_3x3", [32, 147, 147]),
      ("Conv2d_2b_3x3", [64, 147, 147]), ("maxpool1", [64, 73, 73]), ("64", [64]),
      ("Conv2d_3b_1x1", [80, 73, 73]), ("Conv2d_4a_3x3", [192, 71, 71]),
      ("maxpool2", [192, 35, 35]), ("192", [192]), ("Mixed_5b", [256, 35, 35]),
      ("Mixed_5c", [288, 35, 35]), ("Mixed_5d", [288, 35, 35]), ("Mixed_6a", [768, 17, 17]),
      ("Mixed_6b", [768, 17, 17]), ("Mixed_6c", [768, 17, 17]), ("Mixed_6d", [768, 17, 17]),
      ("Mixed_6e", [768, 17, 17]), ("768", [768]), ("Mixed_7a", [1280, 8, 8]),
      ("Mixed_7b", [2048, 8, 8]), ("Mixed_7c", [2048, 8, 8]), ("2048", [2048]),
    ],
    "alexnet": [
      ("relu1", [64, 63, 63]), ("relu2", [192, 31, 31]), ("relu3", [384, 15, 15]),
      ("relu4", [256, 15, 15]), ("relu5", [256, 15, 15]), ("output", [256, 7, 7]),
    ],
    "vgg16": [
      ("relu1_2", [64, 256, 256]), ("relu2_2", [128, 128, 128]), ("relu3_3", [256, 64, 64]),
      ("relu4_3", [512, 32, 32]), ("relu5_3", [512, 16, 16]), ("output", [512, 8, 8]),
    ],
    // Rounding down, the pools would give 63, 31, 15 of 127, 63, 31 as well; the size where rounding
    // up matters is checked below.
    "squeezenet1_1": [
      ("relu1", [64, 127, 127]), ("relu2", [128, 63, 63]), ("relu3", [256, 31, 31]),
      ("relu4", [384, 15, 15]), ("relu5", [384, 15, 15]), ("relu6", [512, 15, 15]),
      ("relu7", [512, 15, 15]), ("output", [512, 15, 15]),
    ],
    "dists": [
      ("input", [3, 256, 256]), ("relu1_2", [64, 256, 256]), ("features.4", [64, 128, 128]),
      ("relu2_2", [128, 128, 128]), ("relu3_3", [256, 64, 64]), ("relu4_3", [512, 32, 32]),
      ("relu5_3", [512, 16, 16]), ("output", [512, 16, 16]),
    ],
    "ir-se50": irBackbone([3, 4, 14, 3]), "ir-50": irBackbone([3, 4, 14, 3]),
    "ir-100": irBackbone([3, 13, 30, 3]), "ir-101": irBackbone([3, 13, 30, 3]),
    "iresnet18": iResNet([2, 2, 2, 2]), "iresnet34": iResNet([3, 4, 6, 3]),
    "iresnet50": iResNet([3, 4, 14, 3]), "iresnet100": iResNet([3, 13, 30, 3]),
    "mobilefacenet": [
      ("conv1", [64, 56, 48]), ("dw_conv1", [64, 56, 48]), ("blocks.0", [64, 28, 24]),
      ("blocks.4", [64, 28, 24]), ("blocks.5", [128, 14, 12]), ("blocks.11", [128, 14, 12]),
      ("blocks.12", [128, 7, 6]), ("blocks.14", [128, 7, 6]), ("conv2", [512, 7, 6]),
      ("linear7", [512, 1, 1]), ("output", [128]),
    ],
    "bisenet": [
      ("cp.resnet.maxpool", [64, 128, 128]), ("cp.resnet.layer1.1", [64, 128, 128]),
      ("cp.resnet.layer2.1", [128, 64, 64]), ("cp.resnet.layer3.1", [256, 32, 32]),
      ("cp.resnet.layer4.1", [512, 16, 16]), ("cp.conv_avg", [128, 1, 1]),
      ("cp.arm32", [128, 16, 16]), ("cp.conv_head32", [128, 32, 32]),
      ("cp.arm16", [128, 32, 32]), ("cp.conv_head16", [128, 64, 64]), ("ffm", [256, 64, 64]),
      ("conv_out", [19, 64, 64]), ("conv_out16", [19, 64, 64]), ("conv_out32", [19, 32, 32]),
      ("output", [19, 512, 512]),
    ],
    "celebamask-unet": [
      ("conv1", [16, 512, 512]), ("conv2", [32, 256, 256]), ("conv3", [64, 128, 128]),
      ("conv4", [128, 64, 64]), ("center", [256, 32, 32]), ("up_concat4", [128, 64, 64]),
      ("up_concat3", [64, 128, 128]), ("up_concat2", [32, 256, 256]),
      ("up_concat1", [16, 512, 512]), ("output", [19, 512, 512]),
    ],
    "clip-vit-b32": visionTransformer(768, tokens: 50, layers: 12, embedding: 512),
    "clip-vit-b16": visionTransformer(768, tokens: 197, layers: 12, embedding: 512),
    "clip-vit-l14": visionTransformer(1024, tokens: 257, layers: 24, embedding: 768),
    "clip-vit-l14-336": visionTransformer(1024, tokens: 577, layers: 24, embedding: 768),
    "clip-rn50": modifiedResNet(64, [3, 4, 6, 3], side: 56, embedding: 1024),
    "clip-rn101": modifiedResNet(64, [3, 4, 23, 3], side: 56, embedding: 512),
    "clip-rn50x4": modifiedResNet(80, [4, 6, 10, 6], side: 72, embedding: 640),
    "clip-rn50x16": modifiedResNet(96, [6, 8, 18, 8], side: 96, embedding: 768),
    "clip-rn50x64": modifiedResNet(128, [3, 15, 36, 10], side: 112, embedding: 1024),
    "clip-vit-b32-text": text(512, embedding: 512), "clip-vit-b16-text": text(512, embedding: 512),
    "clip-vit-l14-text": text(768, embedding: 768),
    "clip-vit-l14-336-text": text(768, embedding: 768),
    "clip-rn50-text": text(512, embedding: 1024), "clip-rn101-text": text(512, embedding: 512),
    "clip-rn50x4-text": text(640, embedding: 640), "clip-rn50x16-text": text(768, embedding: 768),
    "clip-rn50x64-text": text(1024, embedding: 1024),
  ]

  /// First and last unit of every stage, numbered through all stages.
  private static func irBackbone(_ units: [Int]) -> [(tap: String, shape: [Int])] {
    var before = 0
    let stages = zip(units, [64, 128, 256, 512]).enumerated().flatMap { index, stage in
      defer { before += stage.0 }
      return [before, before + stage.0 - 1].map {
        ("body.\($0)", [stage.1, 56 >> index, 56 >> index])
      }
    }
    return [("input_layer", [64, 112, 112])] + stages
      + [("output_layer", [512]), ("output", [512])]
  }

  /// First and last block of every stage.
  private static func iResNet(_ blocks: [Int]) -> [(tap: String, shape: [Int])] {
    let stages = zip(blocks, [64, 128, 256, 512]).enumerated().flatMap { index, stage in
      [0, stage.0 - 1].map { block in
        ("layer\(index + 1).\(block)", [stage.1, 56 >> index, 56 >> index])
      }
    }
    return [("stem", [64, 112, 112])] + stages + [("output", [512])]
  }

  private static func visionTransformer(_ width: Int, tokens: Int, layers: Int, embedding: Int)
    -> [(tap: String, shape: [Int])]
  {
    ["ln_pre", "resblocks.0", "resblocks.\(layers - 1)"].map { ($0, [width, tokens, 1]) }
      + [("output", [embedding])]
  }

  /// First and last bottleneck of every stage.
  private static func modifiedResNet(_ width: Int, _ blocks: [Int], side: Int, embedding: Int)
    -> [(tap: String, shape: [Int])]
  {
    let stages = blocks.enumerated().flatMap { stage, count in
      [0, count - 1].map {
        ("layer\(stage + 1).\($0)", [4 * width << stage, side >> stage, side >> stage])
      }
    }
    return [("stem", [width, side, side])] + stages + [("output", [embedding])]
  }

  private static func text(_ width: Int, embedding: Int) -> [(tap: String, shape: [Int])] {
    [("resblocks.0", [width, 77, 1]), ("resblocks.11", [width, 77, 1]), ("output", [embedding])]
  }

  @Test(arguments: NetworkCatalogue.published.map(\.name))
  func shapesAreThePublishedOnes(name: String) throws {
    let graph = try Graph(tracing: NetworkCatalogue.named(name))
    for (tap, shape) in try #require(Self.tables[name]) {
      #expect(graph.shape(of: tap) == shape, "\(name) \(tap)")
    }
  }

  @Test func squeezeNetPoolsRoundUp() throws {
    // 227 → 113 → 56 → 28 → 14 with whole windows only; 225 → 112 needs one that hangs over.
    let graph = try Graph(tracing: SqueezeNet(), inputShape: [3, 225, 227])
    #expect(graph.shape(of: "relu1") == [64, 112, 113])
    #expect(graph.shape(of: "features.2") == [64, 56, 56])
    #expect(graph.shape(of: "features.5") == [128, 28, 28])
    #expect(graph.shape(of: "output") == [512, 14, 14])
  }

  @Test(arguments: [[3, 512, 512], [3, 96, 224], [3, 97, 131]])
  func biSeNetAnswersAtTheInputSize(shape: [Int]) throws {
    let graph = try Graph(tracing: BiSeNet(), inputShape: shape)
    #expect(graph.shape(of: Graph.mainOutput) == [19, shape[1], shape[2]])
  }

  @Test func uNetRefusesSidesThatDoNotHalveEvenly() throws {
    let graph = try Graph(tracing: CelebAMaskUNet(), inputShape: [3, 16, 48])
    #expect(graph.shape(of: Graph.mainOutput) == [19, 16, 48])
    #expect(throws: GraphError.self) {
      try Graph(tracing: CelebAMaskUNet(), inputShape: [3, 100, 96])
    }
  }

  @Test(arguments: [
    ("inception-fid", 74), ("alexnet", 62), ("vgg16", 31), ("mobilefacenet", 80),
  ])
  func refusesInputsThatVanish(name: String, side: Int) throws {
    let network = try NetworkCatalogue.named(name)
    #expect(throws: GraphError.self) {
      try Graph(tracing: network, inputShape: [3, side, side])
    }
  }

  @Test(arguments: [("inception-fid", 75), ("alexnet", 63), ("vgg16", 32), ("squeezenet1_1", 17)])
  func leastDocumentedSizeWorks(name: String, side: Int) throws {
    let network = try NetworkCatalogue.named(name)
    #expect(throws: Never.self) { try Graph(tracing: network, inputShape: [3, side, side]) }
  }
}
