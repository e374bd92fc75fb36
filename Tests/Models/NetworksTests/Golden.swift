import Foundation
import Graphs
import Networks
import Tensors
import TestSupport

/// What PyTorch computed on seeded parameters; made by `Tools/make_network_goldens.py`.
struct Golden: Decodable, Sendable {
  /// One tap of one run.
  struct Tap: Decodable, Sendable {
    let name: String
    let shape: [Int]
    let sum: Double
    /// Sum with pseudo-random signs, so that values in the wrong place show.
    let signedSum: Double
    let sumOfSquares: Double
    /// Little-endian float32 at positions `⌊i · count / samples⌋`.
    let samples: Data

    var sampledValues: [Float] {
      stride(from: 0, to: samples.count, by: 4).map { offset in
        let bits = samples[offset..<offset + 4].reversed().reduce(UInt32(0)) {
          $0 << 8 | UInt32($1)
        }
        return Float(bitPattern: bits)
      }
    }
  }

  /// One run.
  struct Case: Decodable, Sendable {
    let inputShape: [Int]
    /// What a text tower is given in place of seeded values.
    let tokens: [Float]?
    let taps: [Tap]
  }

  let network: String
  let seed: UInt64
  /// Factor on every weight of two axes or more.
  let gain: Float
  let tensors: Int
  let trainable: Int
  let cases: [Case]

  /// Reads the golden of a network.
  init(of network: String) throws {
    self = try GoldenFolder().decoded("\(network).json")
  }

  /// Reads a golden that is too costly to be committed.
  init(at path: String) throws {
    self = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// Names and shapes of the PyTorch module's state dict.
  static func parameters(of network: String) throws -> [String: [Int]] {
    let lines = try GoldenFolder().text("\(network).parameters.txt").split(separator: "\n")
    return Dictionary(
      uniqueKeysWithValues: lines.map { line in
        let fields = line.split(separator: " ")
        return (String(fields[0]), fields.dropFirst().compactMap { Int($0) })
      })
  }

  /// The parameters that PyTorch ran on.
  func seeded(_ specifications: [ParameterSpecification]) -> [String: Tensor] {
    var parameters: [String: Tensor] = [:]
    for specification in specifications {
      var tensor = SeededParameters.tensor(
        named: specification.name, shape: specification.shape, seed: seed)
      if gain != 1, specification.shape.count >= 2, specification.name.hasSuffix("weight") {
        tensor.scale(by: gain)
      }
      parameters[specification.name] = tensor
    }
    return parameters
  }

  /// The input that PyTorch ran on.
  func input(_ run: Case) -> Tensor {
    if let tokens = run.tokens { return Tensor(shape: run.inputShape, values: tokens) }
    return SeededParameters.input(shape: run.inputShape, seed: seed)
  }
}

extension Tensor {
  fileprivate mutating func scale(by factor: Float) {
    for index in values.indices { values[index] *= factor }
  }
}
