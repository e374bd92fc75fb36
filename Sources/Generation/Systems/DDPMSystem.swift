import Diffusion
import Images
import Models
import Pipelines
import Tensors
import Terms

/// Faces from nothing but noise: a U-Net in pixels with ancestral sampling or DDIM.
///
/// Source: Ho et al., "Denoising Diffusion Probabilistic Models", arXiv 2006.11239, algorithm 2; Song et al., "Denoising
/// Diffusion Implicit Models", arXiv 2010.02502, equation 12.
package struct DDPMSystem: GenerationSystem {
  /// The rules of the sampler.
  private enum Rule: String, CaseIterable { case ddpm, ddim }

  package let id = "ddpm"
  package let title = "DDPM"
  package let summary = "unconditional faces from noise, by ancestral sampling or DDIM"
  package let source =
    "Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models, arXiv 2006.11239; "
    + "Song, Meng and Ermon, Denoising Diffusion Implicit Models, arXiv 2010.02502"
  package let options = [
    SystemOption(
      "sampler", "how a step is taken",
      .choice([
        .init(Rule.ddpm.rawValue, "ancestral sampling, with noise in every step"),
        .init(Rule.ddim.rawValue, "DDIM, without noise unless eta is above 0"),
      ]), standard: Rule.ddpm.rawValue),
    SystemOption("steps", "how many steps", .integer(1...1000), standard: "100"),
    SystemOption(
      "eta", "DDIM's share of ancestral sampling's noise, 0 unless given", .number(0...1),
      standard: nil),
  ]
  private let networks: [WeightRole]
  private let model: @Sendable (ModelLoader) throws -> DiffusionModel

  /// The system with its network.
  ///
  /// - Parameters:
  ///   - networks: the roles of what `model` opens.
  ///   - model: opens the U-Net of a suite.
  package init(
    networks: [WeightRole], model: @escaping @Sendable (ModelLoader) throws -> DiffusionModel
  ) {
    self.networks = networks
    self.model = model
  }

  /// The system with the U-Net of the suite.
  package init() {
    self.init(networks: [.unet]) { try DiffusionModel(ofPixels: try $0.unet()) }
  }

  /// It reads the seed alone.
  package func conditions(for options: SystemOptions) -> Set<ImageCondition> { [] }

  /// The U-Net.
  package func roles(for options: SystemOptions) -> [WeightRole] { networks }

  /// Refuses an eta beside ancestral sampling, which has all the noise.
  ///
  /// - Throws: `SystemError.conflict`.
  package func check(_ options: SystemOptions) throws {
    if options["sampler"] == Rule.ddpm.rawValue, options["eta"] != nil {
      throw SystemError.conflict(
        system: id,
        reason: "'eta' belongs to DDIM; add sampler=\(Rule.ddim.rawValue) or leave it out"
      )
    }
  }

  /// Reads the U-Net.
  ///
  /// - Throws: ``SystemError``, `DiffusionError` for more steps than the network has levels, errors of weights.
  package func open(
    _ options: SystemOptions, in context: SystemContext
  ) throws -> any ImagePipeline {
    try check(options)
    let model = try model(context.loader)
    let timesteps = try Timesteps.respaced(
      "\(options.integer("steps") ?? 100)", of: model.schedule.count)
    let sampler: any Sampler =
      options["sampler"] == Rule.ddim.rawValue
      ? try DDIMSampler(eta: options.number("eta") ?? 0, clampsImage: true)
      : DDPMSampler(variance: model.learnsVariance ? .learnedRange : .small)
    return Pipeline(
      model: model, steps: try timesteps.descending(on: model.schedule), sampler: sampler,
      choice: options.text)
  }

  /// Noise becomes faces, all of a group a step at a time.
  private struct Pipeline: ImagePipeline {
    /// Changes with every change of the sampler.
    private static let version = 1

    let model: DiffusionModel
    let steps: [DiffusionStep]
    let sampler: any Sampler
    let choice: String

    var fingerprint: String { "ddpm@\(Self.version) \(choice) \(model.fingerprint)" }
    var imageSize: Int { model.imageShape[1] }
    var groupSize: Int { 16 }

    func images(
      for requests: [ImageRequest], workers: Workers, shouldStop: @Sendable () -> Bool
    ) throws -> [Result<Raster, ImageFailure>] {
      let noise = requests.map { SeededNoise(seed: $0.seed) }
      let start = noise.map { $0.initial(model.imageShape) }
      let images = try sampler.run(start, over: steps, noise: noise, workers: workers) {
        samples, step in
        if shouldStop() { throw CancellationError() }
        return try model.predictions(of: samples, at: step.timestep, workers: workers)
      }
      return images.map { .success(Raster(signedPlanes: $0)) }
    }
  }
}
