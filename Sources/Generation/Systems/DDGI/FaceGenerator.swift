import Checkpoints
import Graphs
import Images
import Kernels
import Models
import Networks
import Tensors

/// The frozen generator that DDGI finds codes for, in two dimensions.
package struct FaceGenerator: Sendable {
  /// Random vectors to codes.
  package let mapping: LoadedNetwork
  /// Codes to pictures.
  package let synthesis: LoadedNetwork
  /// `w̄`, the mean code `[D]`.
  package let mean: [Float]
  /// `L` and `D`.
  private let sizes: StyleGAN2.Configuration

  /// Random vectors whose codes' mean stands for one that a file lacks.
  private static let meanCount = 10_000

  /// Joins networks.
  ///
  /// - Parameters:
  ///   - generator: its sizes.
  ///   - mapping: random vectors to codes.
  ///   - synthesis: codes to pictures.
  ///   - mean: the mean code, `[D]`.
  package init(
    _ generator: StyleGAN2, mapping: LoadedNetwork, synthesis: LoadedNetwork, mean: [Float]
  ) {
    sizes = generator.configuration
    self.mapping = mapping
    self.synthesis = synthesis
    self.mean = mean
  }

  /// Reads a file of both networks.
  ///
  /// - Parameters:
  ///   - generator: its sizes.
  ///   - path: the file; a mean code that it lacks is that of 10,000 random vectors of seeds from 0 on.
  ///   - workers: threads.
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`; `GraphError` for codes that are not finite.
  package init(_ generator: StyleGAN2, checkpoint path: String, workers: Workers) throws {
    let file = try OpenCheckpoint(path)
    func half(_ network: any PublishedNetwork) throws -> LoadedNetwork {
      try LoadedNetwork(
        network, checkpoint: file, ignoring: network.ignorableCheckpointPrefixes)
    }
    let mapping = try half(generator.mapping)
    let width = generator.configuration.codeWidth
    self.init(
      generator, mapping: mapping, synthesis: try half(generator.synthesis),
      mean: try file.tensor(StyleGAN2.meanName)?.values
        ?? mapping.meanCode(of: Self.meanCount, width: width, workers: workers).values)
  }

  /// Codes of random vectors, `[D]` each.
  ///
  /// - Throws: `GraphError` for codes that are not finite.
  package func codes(seeds: [UInt64], workers: Workers) throws -> [[Float]] {
    try mapping.codes(seeds: seeds, width: sizes.codeWidth, workers: workers)
  }

  /// Pictures of codes.
  ///
  /// - Parameters:
  ///   - codes: `[D]`, one for all layers, or `[L · D]`, one behind the other.
  ///   - workers: threads.
  /// - Returns: `[3, S, S]` each, values in about −1…1.
  /// - Throws: `GraphError` for pictures that are not finite.
  package func pictures(of codes: [[Float]], workers: Workers) throws -> [Tensor] {
    try synthesis.map(codes.count, workers: workers) { index in
      ModulatedCodes.tokens(codes[index], for: sizes)
    } read: { _, result in
      result(Graph.mainOutput).planar(shape: [sizes.colors, sizes.size, sizes.size])
    }
  }
}

/// A generator's mapping.
extension LoadedNetwork {
  /// Codes of random vectors, `[D]` each, `D` being `width`.
  ///
  /// - Throws: `GraphError` for codes that are not finite.
  package func codes(seeds: [UInt64], width: Int, workers: Workers) throws -> [[Float]] {
    try vectors(seeds.count, workers: workers) { index in
      NormalNumbers(seed: seeds[index]).tensor([width], deviation: 1)
    }
  }

  /// The mean code of random vectors of seeds from 0 on, `[D]`.
  ///
  /// - Throws: `GraphError` for codes that are not finite.
  package func meanCode(of count: Int, width: Int, workers: Workers) throws -> Tensor {
    let found = try codes(seeds: (0..<count).map(UInt64.init), width: width, workers: workers)
    var sums = [Double](repeating: 0, count: found[0].count)
    for code in found {
      for place in code.indices { sums[place] += Double(code[place]) }
    }
    return Tensor(shape: [sums.count], values: sums.map { Float($0 / Double(count)) })
  }
}
