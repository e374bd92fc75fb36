import Graphs
import Kernels
import Objectives
import Tensors
import Training

/// The two losses of the identity network: photos of a person find each other in the batch, and each finds the
/// person's center.
final class EmbeddingLosses {
  private static let width = 128
  private let matching: ContrastiveLoss
  private let margin: AngularMargin
  /// Destination of gradients that are not used, `[2B, 128]`.
  private let ignored: AlignedMemory
  /// The step from which centers lead the embeddings.
  private let leadingStep: Int

  /// Makes room for batches of two photos of each of `plan.batchSize` persons, out of `people`.
  init(_ plan: TrainingPlan, people: Int) {
    let photos = 2 * plan.batchSize
    matching = ContrastiveLoss(name: "scale", width: Self.width, capacity: plan.batchSize)
    // The centers' name in checkpoints.
    margin = AngularMargin(
      name: "centres", classes: people, width: Self.width, capacity: photos, scale: 24,
      margin: 0.25)
    ignored = .zeros(photos * Self.width)
    leadingStep = plan.steps / 3
  }

  /// The learned parameters of the losses with their first values.
  func parameters(seed: UInt64) -> [(ParameterSpecification, Tensor)] {
    // Short centers, since a step turns long ones by little.
    let centers = NormalNumbers(seed: seed).tensor(margin.parameter.shape, deviation: 0.02)
    let scale = Tensor(shape: [], values: [ContrastiveLoss.initialTemperature])
    return [(margin.parameter, centers), (matching.parameter, scale)]
  }

  /// Measures both losses and adds their gradients.
  ///
  /// - Parameters:
  ///   - embeddings: `[2B, 128]` at unit length: the first photos of all persons, then the second ones.
  ///   - people: `[2B]`, whose photos they are.
  ///   - state: holds the losses' parameters and their gradients.
  ///   - gradients: of the embeddings, added to.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: the sum of both.
  func measure(
    _ embeddings: MapView, of people: [Int32], in state: TrainingState,
    addingTo gradients: MapView, workers: Workers
  ) -> Double {
    let matched = matching.measure(
      images: embeddings.half(0), texts: embeddings.half(1), parameters: state.parameters,
      addingTo: (gradients.half(0), gradients.half(1), state.gradients), workers: workers)
    // At first the centers only follow the embeddings: the gradient of a center that is still random would be
    // noise.
    let leads = state.step >= leadingStep
    let marked = margin.measure(
      embeddings, targets: people, parameters: state.parameters,
      addingTo: leads ? gradients : ignored.rows(embeddings.pixels, width: embeddings.channels),
      gradients: state.gradients, workers: workers)
    return matched.loss + marked.loss
  }
}

extension MapView {
  /// The first or the second half of the rows `[2N, D]`.
  fileprivate func half(_ number: Int) -> MapView {
    let count = rows / 2
    return rows(number * count..<(number + 1) * count)
  }
}
