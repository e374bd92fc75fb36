import Kernels
import Tensors

/// How long one step of a compiled network takes.
package struct StageTime: Sendable {
  /// What the step computes, what is fused into it included, as in "conv 3×3 + sum".
  package let name: String
  /// Where in the network it ends, in parameter-name terms; empty at the root.
  package let scope: String
  /// Shape of the result, `[C, H, W]` or `[D]`.
  package let shape: [Int]
  /// Whether it is a convolution or linear layer, depthwise ones not counted.
  package let isProduct: Bool
  /// Shortest time of all repetitions.
  package let seconds: Double
}

extension Executable {
  /// Runs the network on one image, stage by stage, and keeps each stage's shortest time; the first entry is the
  /// copy of the inputs into channels-last order.
  ///
  /// Stages run in their order, so each finds the caches as it does in use.
  ///
  /// - Precondition: at least one repetition.
  /// - Throws: ``GraphError`` for inputs that are missing, misshapen or unknown.
  package func timeStages(
    named sample: [String: Tensor], in workspace: Workspace, repetitions: Int
  ) throws(GraphError) -> [StageTime] {
    timeStages(arranged: try graph.arranged(sample), in: workspace, repetitions: repetitions)
  }

  /// Times the stages of a network with a single input.
  ///
  /// - Precondition: at least one repetition; the graph has one input, and the tensor has its shape.
  package func timeStages(_ input: Tensor, in workspace: Workspace, repetitions: Int)
    -> [StageTime]
  {
    timeStages(arranged: graph.sole(input), in: workspace, repetitions: repetitions)
  }

  private func timeStages(
    arranged sample: [Tensor], in workspace: Workspace, repetitions: Int
  ) -> [StageTime] {
    precondition(repetitions > 0, "nothing to time")
    let stages = segments.flatMap(\.stages)
    compute(arranged: [sample], in: workspace)
    let clock = ContinuousClock()
    var shortest = [Duration](repeating: .seconds(1_000_000), count: stages.count + 1)
    for _ in 0..<repetitions {
      shortest[0] = min(shortest[0], clock.measure { fill(from: sample, in: workspace) })
      for (index, stage) in stages.enumerated() {
        let time = clock.measure { run(stage, in: workspace) }
        shortest[index + 1] = min(shortest[index + 1], time)
      }
    }
    let filled = StageTime(
      name: "input", scope: "", shape: graph.inputShape, isProduct: false,
      seconds: shortest[0] / .seconds(1))
    return [filled]
      + zip(stages, shortest.dropFirst()).map { stage, time in
        let node = graph.nodes[stage.output]
        return StageTime(
          name: stage.name(in: graph), scope: node.scope, shape: node.shape,
          isProduct: stage.isProduct, seconds: time / .seconds(1))
      }
  }
}

extension Stage {
  /// Short name for tables.
  fileprivate func name(in graph: Graph) -> String {
    switch action {
    case .convolution(let layer, let residual):
      Operation.name(of: layer.geometry) + (residual == nil ? "" : " + sum")
    case .depthwise(let layer, let residual):
      "depthwise \(layer.geometry.kernel)" + (residual == nil ? "" : " + sum")
    case .affine: "affine"
    case .sum: "sum"
    case .product(let term, _): term == nil ? "product" : "product + sum"
    case .groupNorm(_, _, _, let activation):
      activation == .none ? "group norm" : "group norm + SiLU"
    case .copy: "copy"
    // Nothing is fused behind the others.
    default: graph.nodes[output].operation.name
    }
  }

  /// Whether the time goes into multiplying matrices.
  fileprivate var isProduct: Bool {
    if case .convolution = action { true } else { false }
  }
}
