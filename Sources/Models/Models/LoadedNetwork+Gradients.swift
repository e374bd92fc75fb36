import Gradients
import Graphs
import Kernels
import Tensors

extension LoadedNetwork {
  /// A tensor of the checkpoint.
  ///
  /// - Throws: `GraphError` where there is none of this name.
  package func tensor(named name: String) throws(GraphError) -> Tensor {
    try parameters.required(name)
  }

  /// All tensors of a graph in one run of memory, as ``Graphs/GradientProgram`` reads them.
  ///
  /// - Parameter graph: traced from this network.
  /// - Returns: all but counters.
  /// - Throws: `GraphError` for a tensor that is missing or misshapen.
  package func parameterBlock(of graph: Graph) throws(GraphError) -> ParameterBlock {
    let block = ParameterBlock(graph.parameters.filter { !$0.isCounter })
    try block.fill(from: parameters)
    return block
  }
}
