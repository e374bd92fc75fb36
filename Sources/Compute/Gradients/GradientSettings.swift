import Graphs
import Kernels

/// What a program differentiates and how.
package struct GradientSettings: Sendable {
  /// Names of the parameters whose gradients are wanted; the others stay as they are.
  package let parameters: Set<String>
  /// Names of the inputs whose gradients are wanted.
  package let inputs: Set<String>
  /// What batch norms do.
  package let batchNorms: BatchNormMode
  /// Which algorithms convolutions may use.
  package let arithmetic: Arithmetic
  /// Which algorithms the gradients of convolutions' filters may use.
  package let filterArithmetic: Arithmetic

  /// Training of some parameters, by default without any input's gradient.
  ///
  /// Filters' gradients are exact unless said otherwise: what was tuned before keeps its bits.
  package init(
    parameters: Set<String>, inputs: Set<String> = [],
    batchNorms: BatchNormMode = .training(), arithmetic: Arithmetic = .fast,
    filterArithmetic: Arithmetic = .exact
  ) {
    self.parameters = parameters
    self.inputs = inputs
    self.batchNorms = batchNorms
    self.arithmetic = arithmetic
    self.filterArithmetic = filterArithmetic
  }

  /// The gradients of some inputs alone, the network being used as it is.
  package static func ofInputs(_ names: Set<String>) -> GradientSettings {
    GradientSettings(parameters: [], inputs: names, batchNorms: .evaluation)
  }

  /// The gradient of a ``SingleInputNetwork``'s input alone, the network being used as it is.
  package static let ofInput = ofInputs([Graph.mainInput])
}
