import Diffusion
import Graphs
import Models
import Networks
import Pipelines
import Systems
import Tensors

/// Steps of systems that are more than one network, at their published sizes.
enum SystemBenches {
  static var subjects: [BenchSubject] { [guidedStep] }

  /// A step of SDG with a text: U-Net, guide, and the gradient of the cosine by the pixels.
  private static var guidedStep: BenchSubject {
    let size = ADMUNet.ffhq.configuration.imageSize
    return BenchSubject(
      name: "sdg-step", kind: .network, input: "3×\(size)×\(size), text",
      summary: "a step of SDG guided by a text, on seeded weights: U-Net, guide and its gradient"
    ) { workers in
      let (unet, guide) = (ADMUNet.ffhq, TimeConditionedCLIPImage.published)
      // The way back through the guide by its pixels alone takes as many operations as the way there.
      let operations = try [(unet as any Network, 1), (guide, 2)].reduce(0) { sum, part in
        let cost = try Graph(tracing: part.0).cost(computing: [Graph.mainOutput])
        return sum + part.1 * cost.operations
      }
      let step = try GuidedStep(
        DiffusionModel(ofPixels: NetworkBenches.seeded(unet)),
        NoisyGuide(NetworkBenches.seeded(guide)), size: size, workers: Workers(count: workers))
      return BenchWork(
        operations: operations, one: { _ in try step.run(1) },
        group: { _ in try step.run(GuidedStep.groupSize) }, groupSize: GuidedStep.groupSize,
        sharesWorkers: true)
    }
  }
}

/// What is timed: predictions and gradients for a group of images.
///
/// Unchecked: the session is used by one thread at a time, since the work shares its workers.
private final class GuidedStep: @unchecked Sendable {
  /// As ``Systems/SDGSystem`` groups images of this size.
  static let groupSize = 2
  private static let timestep = 500

  private let model: DiffusionModel
  private let session: GuideSession
  private let images: [Tensor]
  private let texts: [[Float]]
  private let workers: Workers

  init(_ model: DiffusionModel, _ guide: NoisyGuide, size: Int, workers: Workers) throws {
    self.model = model
    self.workers = workers
    var guidance = Guidance()
    guidance.text = 120
    session = try guide.session(
      guidance, at: [Self.timestep], capacity: Self.groupSize, workers: workers)
    images = (0..<Self.groupSize).map {
      SeededParameters.input(shape: [3, size, size], seed: NetworkBenches.seed + UInt64($0))
    }
    let text = SeededParameters.tensor(
      named: "text", shape: [guide.embeddingWidth], seed: NetworkBenches.seed)
    texts = images.map { _ in text.values }
  }

  func run(_ count: Int) throws -> Double {
    let samples = Array(images.prefix(count))
    let predictions = try model.predictions(of: samples, at: Self.timestep, workers: workers)
    let targets = GuideSession.Targets(texts: Array(texts.prefix(count)))
    let measured = try session.measure(samples, at: Self.timestep, targets)
    return Double(predictions[0].values.values[0] + measured[0].gradient.values[0])
  }
}
