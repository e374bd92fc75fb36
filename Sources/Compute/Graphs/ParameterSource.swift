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

extension ParameterSource {
  /// The tensor of a parameter that has to be there.
  ///
  /// - Throws: ``GraphError/missingParameter(name:)``, ``GraphError/unreadableParameter(name:reason:)``.
  package func required(_ name: String) throws(GraphError) -> Tensor {
    guard let tensor = try tensor(named: name) else { throw .missingParameter(name: name) }
    return tensor
  }
}

extension Graph {
  /// The tensor of a parameter, in the shape that the graph asks for.
  ///
  /// - Throws: ``GraphError`` for a tensor that is missing, misshapen or unreadable.
  package func tensor(_ name: String, from source: any ParameterSource) throws(GraphError) -> Tensor
  {
    let tensor = try source.required(name)
    if let asked = parameters.first(where: { $0.name == name }), asked.shape != tensor.shape {
      throw .misshapenParameter(name: name, expected: asked.shape, found: tensor.shape)
    }
    return tensor
  }
}

extension Dictionary: ParameterSource where Key == String, Value == Tensor {
  /// The tensor of this name.
  package func tensor(named name: String) -> Tensor? { self[name] }
}
