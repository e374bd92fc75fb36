import Gradients
import Graphs
import Kernels
import Networks
import Recipes
import Tensors

/// The networks that a generator's training joins: mapping and synthesis, which stay, an encoder that finds codes of
/// faces, and a critic that tells real faces from made ones.
struct GeneratorParts {
  /// The generator.
  let generator: StyleGAN2
  /// Random vectors to codes.
  let mapping: Graph
  /// Codes to pictures.
  let synthesis: Graph
  /// Pictures to an ``EncodedFace``.
  let encoder: Graph
  /// Pictures to one number, larger for real ones.
  let critic: Graph

  /// Traces the networks of a generator.
  ///
  /// - Throws: nothing for networks that fit each other.
  init(_ generator: StyleGAN2) throws {
    self.generator = generator
    let sizes = generator.configuration
    mapping = try Graph(tracing: generator.mapping)
    synthesis = try Graph(tracing: generator.synthesis)
    encoder = try Graph(tracing: Self.encoder(of: generator))
    critic = try Graph(
      tracing: PrefixedNetwork(
        part: CompactDiscriminator(name: "critic", for: sizes), prefix: "critic"))
  }

  /// What finds vectors and codes of faces.
  static func encoder(of generator: StyleGAN2) -> some Network {
    let sizes = generator.configuration
    return PrefixedNetwork(
      part: CompactDiscriminator(
        name: "encoder", for: sizes, outputs: EncodedFace(sizes).count), prefix: "encoder")
  }

  /// First values of one of the networks.
  func firstValues(of graph: Graph, seed: UInt64) -> [String: Tensor] {
    graph.equalizedValues(
      seed: seed, rate: graph.network == mapping.network ? StyleGAN2Mapping.rate : 1)
  }
}

/// What a generator's encoder says of a face: means and logarithms of variances of its vector, `[2·D]`, then by what its
/// codes differ from the mapped vector, `[L·D]`.
struct EncodedFace {
  /// `D`.
  let width: Int
  private let codeCount: Int

  /// For a generator's codes.
  init(_ sizes: StyleGAN2.Configuration) {
    width = sizes.codeWidth
    codeCount = sizes.codeCount
  }

  /// All numbers.
  var count: Int { (2 + codeCount) * width }
  /// Where a vector's mean is.
  var mean: Range<Int> { 0..<width }
  /// Where its mean and the logarithm of its variance are.
  var moments: Range<Int> { 0..<2 * width }
  /// Where the codes' differences are.
  var offsets: Range<Int> { 2 * width..<count }

  /// Rows of an image's codes among those of all.
  func rows(of image: Int) -> Range<Int> { image * codeCount..<(image + 1) * codeCount }
}

extension Graph {
  /// First values of equalized layers: normal numbers, which layers scale when they use them.
  ///
  /// Source: Karras et al., "Progressive Growing of GANs", arXiv 1710.10196, section 4.1; biases of modulations begin
  /// at 1 as in arXiv 1912.04958.
  ///
  /// - Parameters:
  ///   - seed: of the numbers, beside the names.
  ///   - rate: the layers' share of the learning rate, which weights are used times.
  /// - Returns: values by name.
  func equalizedValues(seed: UInt64, rate: Float = 1) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: trainableParameters.map { parameter in
        let (name, shape) = (parameter.name, parameter.shape)
        if name.hasSuffix("bias") {
          return (name, Tensor(shape: shape, repeating: name.hasSuffix("modulation.bias") ? 1 : 0))
        }
        let numbers = NormalNumbers(seed: SeededParameters.fowlerNollVo(name) ^ seed)
        return (name, numbers.tensor(shape, deviation: Double(1 / rate)))
      })
  }
}

/// Codes of several images, `[N·L, 1, D]`, and what gives them: one code for all layers `[N, 1, D]`, or one behind the
/// other `[N, 1, L·D]`.
extension MapView {
  /// Takes codes over.
  ///
  /// - Parameters:
  ///   - source: one code or all of each image.
  ///   - count: `L`.
  ///   - first: the image that gets the source's first.
  func copyCodes(from source: MapView, count: Int, first: Int) {
    forEachCode(of: source, count: count, first: first) { own, other in own = other }
  }

  /// Adds the codes' gradients to those of what gave them.
  ///
  /// - Parameters:
  ///   - target: gradients of one code or all of each image.
  ///   - count: `L`.
  ///   - first: the image whose codes the target's first gave.
  func addCodes(to target: MapView, count: Int, first: Int) {
    forEachCode(of: target, count: count, first: first) { own, other in other += own }
  }

  private func forEachCode(
    of other: MapView, count: Int, first: Int, _ body: (inout Float, inout Float) -> Void
  ) {
    withMutableValues { own in
      other.withMutableValues { values in
        for image in 0..<other.pixels {
          for code in 0..<count {
            let place = ((first + image) * count + code) * pixelStride
            let source = image * other.pixelStride + code * channels % other.channels
            for channel in 0..<channels {
              body(&own[place + channel], &values[source + channel])
            }
          }
        }
      }
    }
  }
}

extension MapView {
  /// Adds values, pixel by pixel.
  func add(_ values: ArraySlice<Float>) {
    withMutableValues { own in
      for (index, value) in values.enumerated() {
        let (pixel, channel) = index.quotientAndRemainder(dividingBy: channels)
        own[pixel * pixelStride + channel] += value
      }
    }
  }
}
