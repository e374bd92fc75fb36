import Graphs

/// One activation that LPIPS compares.
package struct PerceptualTap: Hashable, Sendable {
  /// The tap's name in the trunk, for example `relu1_2`.
  package let name: String
  /// Its channels, one weight each in the linear head.
  package let channels: Int
}

/// A classification trunk whose activations LPIPS compares.
package protocol PerceptualTrunk: PublishedNetwork, SingleInputNetwork {
  /// LPIPS's activations, in the order of its heads `lin0`, `lin1`, ….
  var perceptualTaps: [PerceptualTap] { get }
}

/// What LPIPS runs on one image: its scaling layer, then a trunk.
///
/// Input `[3, H, W]`, RGB in −1…1. Parameters, taps and output are the trunk's.
///
/// Source: richzhang/PerceptualSimilarity, `lpips/lpips.py` (`ScalingLayer`, `NetLinLayer`).
///
/// - Deviation: the scaling layer multiplies by the reciprocal of the scale, which rounds
///   differently from the division in the last bit.
package struct PerceptualNetwork: SingleInputNetwork {
  /// The network behind the scaling layer.
  package let trunk: any PerceptualTrunk

  /// Puts the scaling layer before a trunk.
  package init(trunk: any PerceptualTrunk) { self.trunk = trunk }

  /// Name in messages.
  package var name: String { "lpips-\(trunk.name)" }
  /// The trunk's input shape.
  package var inputShape: [Int] { trunk.inputShape }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    trunk.describe(scope, Self.scaled(input))
  }

  /// The scaling layer.
  package static func scaled(_ input: Value) -> Value {
    let scale: [Float] = [1 / 0.458, 1 / 0.448, 1 / 0.450]
    let shift: [Float] = [0.030 / 0.458, 0.088 / 0.448, 0.188 / 0.450]
    return input.perChannelAffine(scale: scale, shift: shift)
  }

  /// The linear heads' weights as LPIPS's own files name them, `[1, C, 1, 1]`, without bias.
  ///
  /// The index 1 stands behind the dropout of training.
  package var heads: [ParameterSpecification] {
    trunk.perceptualTaps.enumerated().map { index, tap in
      ParameterSpecification(name: "lin\(index).model.1.weight", shape: [1, tap.channels, 1, 1])
    }
  }
}
