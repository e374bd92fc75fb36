import Graphs
import Kernels
import Tensors

extension LoadedNetwork {
  /// A tensor of the checkpoint.
  ///
  /// - Throws: `GraphError` where there is none of this name.
  package func tensor(named name: String) throws -> Tensor {
    guard let tensor = try parameters.tensor(named: name) else {
      throw GraphError.missingParameter(name: name)
    }
    return tensor
  }

  /// All tensors of a graph in one run of memory, as ``Graphs/GradientProgram`` reads them.
  ///
  /// - Parameter graph: traced from this network.
  /// - Returns: all but counters.
  /// - Throws: `GraphError` for a tensor that is missing or misshapen.
  package func parameterBlock(of graph: Graph) throws -> ParameterBlock {
    let block = ParameterBlock(graph.parameters.filter { !$0.isCounter })
    for specification in block.specifications {
      // One after the other: a large network is not in memory twice.
      try block.fill(specification, from: try tensor(named: specification.name))
    }
    return block
  }
}
