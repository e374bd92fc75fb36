import Gradients
import Graphs
import Tensors
import Training

/// Tensors as parameters of Adam, which treats each value by itself.
final class MovingTensors {
  private let block: ParameterBlock
  private let gradients: ParameterBlock
  private let optimizer: Optimizer
  private let rate: Float

  /// Begins with given values.
  ///
  /// - Throws: nothing for tensors of their own shapes.
  init(_ tensors: [Tensor], rate: Float, workers: Workers) throws(GraphError) {
    block = ParameterBlock(
      tensors.enumerated().map {
        ParameterSpecification(name: "\($0.offset)", shape: $0.element.shape)
      })
    gradients = block.zeroed()
    optimizer = Optimizer(.adam(), of: block, workers: workers)
    self.rate = rate
    try block.fill(from: Self.named(tensors))
  }

  private static func named(_ tensors: [Tensor]) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ("\($0.offset)", $0.element) })
  }

  /// Where they are.
  var tensors: [Tensor] { block.specifications.map(block.tensor) }

  /// Takes a step.
  ///
  /// - Throws: `GraphError` for gradients of other shapes.
  func update(with changes: [Tensor]) throws(GraphError) {
    try gradients.fill(from: Self.named(changes))
    optimizer.update(with: gradients, rate: rate)
  }
}
