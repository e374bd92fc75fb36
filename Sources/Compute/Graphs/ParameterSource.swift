import Tensors

/// Where a graph's weights come from.
///
/// Lowering asks for a layer's weights, packs them and lets go of them. A source that makes tensors when it
/// is asked therefore keeps memory at the packed weights and a few layers, however large the network is.
package protocol ParameterSource: Sendable {
  /// The tensor of a parameter; nil where there is none.
  ///
  /// Asked from several threads at once, and again for every further input shape.
  ///
  /// - Throws: ``GraphError/unreadableParameter(name:reason:)``.
  func tensor(named name: String) throws(GraphError) -> Tensor?
}

extension Dictionary: ParameterSource where Key == String, Value == Tensor {
  /// The tensor of this name.
  package func tensor(named name: String) -> Tensor? { self[name] }
}
