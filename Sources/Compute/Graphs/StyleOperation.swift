import Foundation
import Kernels
import ReferenceKernels
import Tensors

/// What generators by style compute beside layers.
///
/// Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", arXiv 1912.04958;
/// `rosinality/stylegan2-pytorch`, `model.py`.
package enum StyleOperation: Hashable, Sendable {
  /// A learned map, planar `[C, H, W]`, leading axes of one aside; reads nothing.
  case constant(String)
  /// `1 / √(Σ_c s_c² Σ_k w_ock² + ε)` of styles `[C]` and a convolution's weight `[O, C, …]`: `[O]`.
  case demodulation(weight: String, epsilon: Float)
  /// `gain · (y < 0 ? slope · y : y)` for `y = x + biasGain · bias[c]`.
  case leakyReLU(LeakyReLU, bias: String)
  /// `x + strength · noise[p]`, noise `[H, W]`, leading axes of one aside, and a learned strength `[1]`.
  case noise(String, strength: String)
  /// `σ(a) · x + (1 − σ(a)) · y` of two values of one shape and a learned number `a [1]`.
  case mixture(String)

  /// A leaky rectifier with a bias before it.
  package struct LeakyReLU: Hashable, Sendable {
    /// Factor on negative values.
    package let slope: Float
    /// Factor on the result, positive.
    package let gain: Float
    /// Factor on the bias.
    package let biasGain: Float

    /// Describes a rectifier.
    package init(slope: Float = 0.2, gain: Float = Float(2).squareRoot(), biasGain: Float = 1) {
      self.slope = slope
      self.gain = gain
      self.biasGain = biasGain
    }

    /// What a bias adds to `gain · x`.
    package func shift(_ bias: [Float]) -> [Float] {
      bias.map { Float(Double(gain) * Double(biasGain) * Double($0)) }
    }
  }

  /// Short name for tables and messages.
  var name: String {
    switch self {
    case .constant: "constant"
    case .demodulation: "demodulation"
    case .leakyReLU(let function, _): "leaky ReLU \(function.slope)"
    case .noise: "noise"
    case .mixture: "mixture"
    }
  }

  /// Names of the parameters that training changes.
  var trainableNames: [String] {
    switch self {
    case .constant(let name), .demodulation(let name, _), .leakyReLU(_, let name),
      .mixture(let name):
      [name]
    case .noise(_, let strength): [strength]
    }
  }

  /// Names of the parameters that training leaves as they are.
  var fixedNames: [String] {
    if case .noise(let name, _) = self { [name] } else { [] }
  }

  /// `σ(a)`.
  package static func share(_ number: Float) -> Double {
    1 / (1 + Elementary.exponential(-Double(number)))
  }

  /// The readable form, on planar tensors.
  ///
  /// - Throws: ``GraphError/missingParameter(name:)``.
  func evaluate(_ x: [Tensor], shape: [Int], parameter: (String) throws(GraphError) -> Tensor)
    throws(GraphError) -> Tensor
  {
    switch self {
    case .constant(let name): return try parameter(name).reshaped(shape)
    case .demodulation(let weight, let epsilon):
      return Reference.demodulation(
        x[0], weights: try parameter(weight), outputs: shape[0], epsilon: epsilon)
    case .leakyReLU(let function, let bias):
      let bias = try parameter(bias).values
      let plane = x[0].count / shape[0]
      return Tensor(
        shape: shape,
        values: x[0].values.enumerated().map { index, value in
          let y = Double(value) + Double(function.biasGain) * Double(bias[index / plane])
          return Float(Double(function.gain) * (y < 0 ? y * Double(function.slope) : y))
        })
    case .noise(let name, let strength):
      let (noise, factor) = (try parameter(name).values, Double(try parameter(strength).values[0]))
      return Tensor(
        shape: shape,
        values: x[0].values.enumerated().map { index, value in
          Float(Double(value) + factor * Double(noise[index % noise.count]))
        })
    case .mixture(let name):
      let share = Self.share(try parameter(name).values[0])
      return Tensor(
        shape: shape,
        values: zip(x[0].values, x[1].values).map {
          Float(share * Double($0) + (1 - share) * Double($1))
        })
    }
  }
}

extension Stage {
  /// One operation of a generator by style at inference.
  enum StyleAction: Sendable {
    case demodulation(squares: Tensor, epsilon: Float)
    case noise([Float], strength: Float)
    case mixture(share: Double)
  }

  /// Runs an operation of a generator by style on one image.
  func run(_ action: StyleAction, _ inputs: [FeatureMap], to y: FeatureMap) {
    let x = inputs[0]
    switch action {
    case .demodulation(let squares, let epsilon):
      squares.values.withUnsafeBufferPointer {
        guard let base = $0.baseAddress else { return }
        y.writeDemodulation(of: x, squares: base, epsilon: epsilon)
      }
    case .noise(let noise, let strength): y.writeNoisy(x, noise: noise, strength: strength)
    case .mixture(let share): y.writeMixture(of: x, inputs[1], share: share)
    }
  }
}

extension Lowering {
  /// What an operation of a generator by style becomes.
  func action(of operation: StyleOperation, node: Node) throws(GraphError) -> Stage.Action {
    let channels = node.shape[0]
    switch operation {
    case .constant(let name):
      // Stored values lie as maps do.
      let map = try parameter(name).reshaped([channels, node.shape.elementCount / channels])
      return .array(.stored(map.transposed.reshaped(node.shape)))
    case .demodulation(let weight, let epsilon):
      let inputs = graph.nodes[node.inputs[0]].shape[0]
      return .style(
        .demodulation(
          squares: try parameter(weight).filterSquares(outputs: channels, channels: inputs),
          epsilon: epsilon))
    case .leakyReLU(let function, let bias):
      return .affine(
        scale: [Float](repeating: function.gain, count: channels),
        shift: function.shift(try parameter(bias).values),
        .prelu([Float](repeating: function.slope, count: channels)))
    case .noise(let name, let strength):
      return .style(
        .noise(try parameter(name).values, strength: try parameter(strength).values[0]))
    case .mixture(let name):
      return .style(.mixture(share: StyleOperation.share(try parameter(name).values[0])))
    }
  }
}
