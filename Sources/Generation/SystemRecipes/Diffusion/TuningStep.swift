import Diffusion
import Essentials
import Graphs
import Images
import Kernels
import Pipelines
import Recipes
import Systems
import Tensors
import Training

/// A step of a fine-tuning: images from latents, their losses, and the gradient through all steps down.
final class TuningStep {
  private let generation: DifferentiableGeneration
  private let objective: EditingObjective
  private let sources: [EditingObjective.Source]
  private let latents: [Tensor]
  private let reconstructions: [Tensor]
  private let batchSize: Int

  /// Images that the sheet shows at most.
  private static let shownImages = 8

  /// Prepares the networks.
  ///
  /// - Parameters:
  ///   - model: the original model.
  ///   - judges: CLIP, the identity network and the losses.
  ///   - plan: steps and batches.
  ///   - training: whose parameters the network has.
  ///   - images: `[3, S, S]` each.
  ///   - latents: one for each image.
  ///   - workers: threads; no bit depends on them.
  /// - Throws: errors of graphs and steps.
  init(
    _ model: DiffusionModel, _ judges: EditingJudges, _ plan: DiffusionCLIPTuning.Plan,
    _ training: TrainingSession, images: [Tensor], latents: [Tensor], _ workers: Workers
  ) throws {
    let timesteps = try Timesteps.fractions(plan.trainingSteps, upTo: plan.lastTimestep)
    generation = try DifferentiableGeneration(
      model, over: timesteps.descending(on: model.schedule), learned: training.state.parameters,
      statistics: training.state.statistics, capacity: plan.batchSize, workers: workers)
    objective = try judges.objective(
      imageShape: model.imageShape, capacity: plan.batchSize, workers: workers)
    sources = try objective.sources(images)
    self.latents = latents
    batchSize = plan.batchSize
    reconstructions = try DiffusionCLIPProcess(
      [model], upTo: plan.lastTimestep, workers: workers
    ).generated(Array(latents.prefix(Self.shownImages)), steps: plan.trainingSteps)
  }

  /// Adds the gradients of a batch's mean loss and returns the loss.
  func run(_ batch: Range<Int>, _ state: TrainingState) throws -> Double {
    let images = try generation.images(of: Array(latents[batch]))
    let measured = try objective.measure(images, against: Array(sources[batch]))
    let share = 1 / Float(batch.count)
    _ = try generation.backward(
      measured.map { measurement in
        var gradient = measurement.gradient
        gradient.values = gradient.values.map { share * $0 }
        return gradient
      }, into: state.gradients)
    return measured.reduce(0) { $0 + $1.loss } / Double(batch.count)
  }

  /// The first images beside their reconstructions and their edits by the parameters as they are.
  func sheet() throws -> TuningSheet {
    var edits: [Tensor] = []
    while edits.count < reconstructions.count {
      let end = min(edits.count + batchSize, reconstructions.count)
      edits += try generation.images(of: Array(latents[edits.count..<end]))
    }
    return TuningSheet(
      rows: reconstructions.indices.map { [sources[$0].image, reconstructions[$0], edits[$0]] })
  }
}

/// A picture of pictures in rows.
struct TuningSheet {
  /// Images `[3, S, S]` in −1…1, equally many in each row.
  let rows: [[Tensor]]

  /// The rows below each other on white.
  var picture: Raster {
    PictureGrid(
      pictures: rows.flatMap { $0.map { Raster(signedPlanes: $0) } },
      columns: rows.first?.count ?? 1
    ).raster
  }

  /// Writes the picture as PNG; a file of this name is replaced whole.
  ///
  /// - Throws: `FileError`.
  func write(to path: String) throws {
    try AtomicFile.write(ImageEncoder.png(picture), to: path)
  }
}
