import Diffusion
import Graphs
import Images
import Models
import Pipelines
import Tensors
import Terms

/// Edits of an image by a label map and a text together: each branch is taught the image by itself, then both make it
/// anew on the way to the targets.
///
/// Source: Huang et al., arXiv 2304.10530, section 3.4; `ziqihuangg/Collaborative-Diffusion`,
/// `editing/collaborative_edit.py`.
///
/// - Deviation: a compact branch that reads the label map itself is taught that input as it is taught the tokens.
package struct CollaborativeEditing: ImagePipeline {
  /// How the branches are mixed.
  package let settings: CollaborativePipeline.Settings
  /// How branches are taught.
  package let tuning: ImagicTuning
  /// α: 0 is the image, 1 the targets.
  package let amount: Double
  /// Images are taught one by one.
  package let groupSize = 1
  private let model: CollaborativeModel
  /// The same settings with networks that were taught nothing.
  private let untaught: CollaborativePipeline

  /// Joins networks and settings.
  ///
  /// - Throws: as ``CollaborativePipeline/init(_:model:groupSize:)``.
  package init(
    _ settings: CollaborativePipeline.Settings, tuning: ImagicTuning, amount: Double,
    model: CollaborativeModel
  ) throws {
    self.settings = settings
    self.tuning = tuning
    self.amount = amount
    self.model = model
    untaught = try CollaborativePipeline(settings, model: model)
  }

  /// Networks, weights and settings.
  package var fingerprint: String {
    "editing@2 \(tuning.fingerprint) amount=\(amount) \(untaught.fingerprint)"
  }

  /// Width and height of the images.
  package var imageSize: Int { model.codec.imageSize }
  /// What its files say differently.
  package var notes: [String] { model.notes }

  /// Edits images; see ``ImagePipeline/images(for:workers:shouldStop:)``.
  ///
  /// - Throws: `CancellationError`.
  package func images(
    for requests: [ImageRequest], workers: Workers, shouldStop: @Sendable () -> Bool
  ) throws -> [Result<Raster, ImageFailure>] {
    try requests.map { request in
      do {
        return .success(try edited(request, workers: workers, shouldStop: shouldStop))
      } catch let error as CancellationError { throw error } catch {
        return .failure(ImageFailure(error))
      }
    }
  }

  private func edited(
    _ request: ImageRequest, workers: Workers, shouldStop: @Sendable () -> Bool
  ) throws -> Raster {
    guard let image = request.image else {
      throw SystemError.missingCondition(id: request.id, what: "image")
    }
    let target = try CollaborativePipeline.conditions(
      [CollaborativePipeline.Wanted(request, for: model)], for: model, workers: workers)[0]
    let size = model.codec.imageSize
    let picture = try image().resized(width: size, height: size, filter: .bicubic)
    // The scripts draw the latent from the encoder's distribution once; not with the noise that sampling begins with.
    var seeds = SplitMix64(seed: request.seed)
    let latent = try model.codec.latents(
      1, workers: workers, sampling: [SeededNoise(seed: seeds.next())]
    ) { _ in picture }[0]
    func taught(
      _ network: LoadedNetwork, _ condition: [String: Tensor], _ number: UInt64
    ) throws -> ImagicTuning.Outcome {
      let names = network.network.inputs.map(\.name)
      return try tuning.run(
        ImagicTuning.Task(
          network: network, kind: model.kind, schedule: model.schedule, latent: latent,
          target: condition.filter { names.contains($0.key) }, seed: request.seed &+ number),
        workers: workers, shouldStop: shouldStop)
    }
    let map = try taught(model.map.denoiser.network, target.map, 1)
    let text = try taught(model.text.denoiser.network, target.text, 2)
    let condition = CollaborativeModel.Condition(
      map: map.blended(with: target.map, amount: amount),
      text: text.blended(with: target.text, amount: amount))
    let pipeline = try CollaborativePipeline(
      settings, model: model.replacingDenoisers(map: map.network, text: text.network))
    let latents = try pipeline.sampled(
      [condition], seeds: [request.seed], workers: workers, shouldStop: shouldStop
    ).latents
    return try model.codec.images(of: latents, workers: workers)[0]
  }
}
