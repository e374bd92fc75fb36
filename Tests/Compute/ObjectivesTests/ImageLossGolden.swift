import Foundation
import Gradients
import Graphs
import Kernels
import Objectives
import Tensors
import TestSupport

/// What DiffusionCLIP's official losses gave; made by `Tools/make_diffusionclip_goldens.py`.
struct ImageLossGolden: Decodable {
  struct Measured: Decodable {
    let loss: Double
    let gradient: [Double]
  }

  /// Sums, and float32 values at positions `⌊i · count / samples⌋`.
  struct Sampled: Decodable {
    let sum: Double
    let squares: Double
    let samples: Data

    /// The largest difference of the samples.
    func distance(to tensor: Tensor) -> Double {
      let count = samples.count / 4
      return (0..<count).map { index in
        let bits = samples[4 * index..<4 * index + 4].reversed().reduce(UInt32(0)) {
          $0 << 8 | UInt32($1)
        }
        let found = tensor.values[index * tensor.count / count]
        return abs(Double(found) - Double(Float(bitPattern: bits)))
      }.max() ?? .infinity
    }

    /// Root mean square of `count` values.
    func scale(_ count: Int) -> Double { (squares / Double(count)).squareRoot() }
  }

  let seed: UInt64
  let features: [String: Measured]
  let adapted: [String: Sampled]
  let losses: [String: Double]
  let gradients: [String: Sampled]

  init() throws { self = try GoldenFolder().decoded("image_losses.json") }

  /// `2 u − 1` from the sequence of a name.
  func values(_ name: String, _ count: Int) -> [Float] {
    var random = SplitMix64(seed: SeededParameters.fowlerNollVo(name) ^ seed)
    return (0..<count).map { _ in 2 * random.nextUnit() - 1 }
  }
}

/// A small network of images.
struct Eye: SingleInputNetwork {
  let name = "eye"
  let inputShape: [Int]
  /// Whether its result has length 1.
  var isNormalized = false

  func describe(_ scope: Scope, _ input: Value) -> Value {
    let seen = scope["conv"].convolution(input, to: 8, kernel: 3, stride: 2).sigmoid()
    let features = scope["project"].linear(seen.globalAveragePool().flattened(), to: 6)
    return isNormalized ? features.l2Normalized() : features
  }

  func parameters(seed: UInt64) throws -> ParameterBlock {
    let block = ParameterBlock(try Graph(tracing: self).parameters)
    for parameter in block.specifications {
      try block.fill(
        parameter,
        from: SeededParameters.tensor(
          named: parameter.name, shape: parameter.shape, seed: seed))
    }
    return block
  }
}
