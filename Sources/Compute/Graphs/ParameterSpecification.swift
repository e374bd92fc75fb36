/// What a network asks of a checkpoint: one named tensor.
package struct ParameterSpecification: Hashable, Sendable {
  /// Full name as in the published state dict, for example `body.3.res_layer.1.weight`.
  package let name: String
  /// Expected extents, row-major, as PyTorch stores them.
  package let shape: [Int]
  /// Whether this is a batch norm's `num_batches_tracked`: an integer that inference ignores and that
  /// older or converted files may lack.
  package let isCounter: Bool

  /// Describes one parameter.
  package init(name: String, shape: [Int], isCounter: Bool = false) {
    self.name = name
    self.shape = shape
    self.isCounter = isCounter
  }
}
