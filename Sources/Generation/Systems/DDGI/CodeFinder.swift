import Graphs
import Kernels
import Models
import Networks
import Tensors

/// DDGI's trained networks: what a diffusion model sees in a step becomes codes of a generator.
///
/// Source: Kim et al., "Diffusion-driven GAN Inversion for Multi-Modal Face Image Generation", CVPR 2024, section 3.
package struct CodeFinder: Sendable {
  /// M: the middle to codes; a ``Networks/CodeMapping`` with weights.
  package let mapping: LoadedNetwork
  /// T: features and attention to scales and shifts, a ``Networks/StyleModulation`` with weights.
  ///
  /// Nil leaves codes as M finds them, the paper's ablation (a).
  package let modulation: LoadedNetwork?
  /// How attention weighs features.
  package let attention: DiffusionFeatures.Attention
  /// `w̄`, `[D]`.
  package let mean: [Float]
  private let featureSize: Int

  /// Where the networks are in a file of the layout `inversion`.
  package static let (mappingPart, modulationPart) = ("mapping", "modulation")

  /// Joins networks.
  ///
  /// - Parameters:
  ///   - mapping: M.
  ///   - modulation: T; nil for none.
  ///   - attention: how attention weighs features.
  ///   - mean: the generator's mean code.
  ///   - configuration: the networks' sizes.
  package init(
    mapping: LoadedNetwork, modulation: LoadedNetwork?, attention: DiffusionFeatures.Attention,
    mean: [Float], _ configuration: InversionConfiguration
  ) {
    self.mapping = mapping
    self.modulation = modulation
    self.attention = attention
    self.mean = mean
    featureSize = configuration.featureSize
  }

  /// Names everything that can move a code.
  package var fingerprint: String {
    "mapping=\(mapping.weights.identity) modulation=\(modulation?.weights.identity ?? "none") "
      + "attention=\(attention.rawValue) arithmetic=\(mapping.arithmetic.name)"
  }

  /// The codes of images.
  ///
  /// - Parameters:
  ///   - features: what the diffusion model sees of each.
  ///   - words: tokens that stand for words, one range an image.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: `w` with its parts, one an image.
  /// - Throws: `GraphError` for codes that are not finite.
  package func codes(
    of features: [DiffusionFeatures], words: [Range<Int>], workers: Workers
  ) throws -> [ModulatedCodes] {
    let mapped = try mapping.vectors(features.count, workers: workers) { features[$0].middle }
    guard let modulation else { return mapped.map { ModulatedCodes(mean: mean, mapped: $0) } }
    let (size, attention) = (featureSize, attention)
    let found = try modulation.map(
      features.count, outputs: [Graph.mainOutput, StyleModulation.shift], workers: workers,
      named: {
        features[$0].modulationInputs(size: size, words: words[$0], attention: attention)
      }
    ) { _, result in
      func vector(_ name: String) -> [Float] { result(name).pixelValues() }
      return ModulatedCodes.Modulation(
        scale: vector(Graph.mainOutput), shift: vector(StyleModulation.shift))
    }
    return zip(mapped, found).map { ModulatedCodes(mean: mean, mapped: $0, modulation: $1) }
  }
}

extension CodeFinder {
  /// Compact networks of a file.
  ///
  /// - Parameters:
  ///   - networks: those of the generator.
  ///   - file: of the layout `inversion`.
  ///   - isModulated: whether T is used.
  ///   - attention: how attention weighs features.
  ///   - mean: the generator's mean code.
  /// - Returns: the networks.
  /// - Throws: `CheckpointError`, `BindingError`.
  package static func compact(
    _ networks: InversionNetworks, _ file: CompositeFile, isModulated: Bool = true,
    attention: DiffusionFeatures.Attention = .maps, mean: [Float]
  ) throws -> CodeFinder {
    CodeFinder(
      mapping: try file.network(networks.mapping, part: mappingPart),
      modulation: isModulated
        ? try file.network(networks.modulation, part: modulationPart) : nil,
      attention: attention, mean: mean, networks.configuration)
  }
}
