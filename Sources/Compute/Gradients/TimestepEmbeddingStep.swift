import Graphs
import Kernels
import Tensors

/// Sines and cosines of a timestep, which has no gradient.
final class TimestepEmbeddingStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int
  private let embedding: TimestepEmbedding

  init(_ embedding: TimestepEmbedding, input: Int, output: Int) {
    self.embedding = embedding
    inputs = [input]
    self.output = output
  }

  var differentiableInputs: Range<Int> { 0..<0 }

  func forward(_ context: StepContext) {
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeTimestepEmbedding(
        of: context.value(inputs[0], image), embedding)
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {}
}
