import Graphs
import Kernels

/// CLIP's RN50x16 made to read noisy images of a smaller size: SDG's guide.
///
/// Inputs and output as in ``TimeConditionedTower``; CLIP's mean and deviation are inside. The timestep scales and
/// shifts the result of every batch norm but those of shortcuts. Taps: `x1`, behind the stem, to `x5`, behind the last
/// stage.
///
/// Sources: as ``TimeConditionedTower``; the tower, ``CLIPResNet``.
package struct TimeConditionedCLIPImage: TimeConditionedTower {
  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// `S`, a multiple of 32.
  package let imageSize: Int
  /// The maps that structure and style are compared by.
  package let featureTaps = ["x1", "x2", "x3", "x4", "x5"]

  private let width: Int
  private let blocks: [Int]
  private let embedding: Int

  /// Describes a guide.
  ///
  /// - Parameters:
  ///   - name: on the command line.
  ///   - summary: one line for people.
  ///   - size: rows and columns of the input, a multiple of 32.
  ///   - width: channels behind the stem, an even number.
  ///   - blocks: bottlenecks of each of four stages.
  ///   - embedding: `E`.
  package init(
    name: String, summary: String, size: Int, width: Int, blocks: [Int], embedding: Int
  ) {
    self.name = name
    self.summary = summary
    imageSize = size
    self.width = width
    self.blocks = blocks
    self.embedding = embedding
  }

  /// The published guide of faces, bedrooms, cats and horses, `clip_*.pt`.
  package static let published = TimeConditionedCLIPImage(
    name: "sdg-guide",
    summary: "CLIP RN50x16 of noisy 256-pixel images, 768-d embedding; guides SDG", size: 256,
    width: 96, blocks: [6, 8, 18, 8], embedding: 768)

  private static let mean: [Float] = [0.481_454_66, 0.457_827_5, 0.408_210_73]
  private static let deviation: [Float] = [0.268_629_54, 0.261_302_58, 0.275_777_11]
  private static let timestepWidth = 128
  private static let hiddenWidth = 512

  /// Channels of all batch norms that the timestep changes.
  private var conditionedChannels: Int {
    blocks.enumerated().reduce(2 * width) { $0 + 6 * $1.element * (width << $1.offset) }
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    var modulation = TimeModulation(
      scope, timestep: inputs["timestep"], width: Self.timestepWidth, hidden: Self.hiddenWidth,
      channels: conditionedChannels)
    let normal = inputs["image"].perChannelAffine(
      scale: Self.deviation.map { 0.5 / $0 },
      shift: zip(Self.mean, Self.deviation).map { (0.5 - $0) / $1 })
    var x = stem(scope["visual_frozen"], normal, &modulation).tapped(featureTaps[0])
    for (stage, count) in blocks.enumerated() {
      let place = stage < 3 ? scope["visual_frozen"][10 + stage] : scope["layer4"]
      for index in 0..<count {
        x = place[index].bottleneck(
          x, middle: width << stage, stride: stage > 0 && index == 0 ? 2 : 1
        ) { modulation($0) }
      }
      x = x.tapped(featureTaps[stage + 1])
    }
    return scope["attn_pool"].attentionPool(
      x, side: imageSize / 32, heads: width / 2, to: embedding)
  }

  /// The first ten places of the sequence: three times convolution, batch norm and ReLU, then an average.
  private func stem(_ scope: Scope, _ image: Value, _ modulation: inout TimeModulation) -> Value {
    var x = image
    for (index, (channels, stride)) in [(width / 2, 2), (width / 2, 1), (width, 1)].enumerated() {
      x = scope[3 * index].convolution(
        x, to: channels, kernel: 3, stride: stride, padding: 1, bias: false)
      x = modulation(scope[3 * index + 1].batchNorm(x)).relu()
    }
    return x.averagePool(2, stride: 2)
  }
}
