import Diffusion
import Graphs
import Kernels
import Models
import Pipelines
import Tensors
import Terms

/// Ancestral sampling of an unconditional diffusion model, guided by texts and images.
///
///     x' = μ + Σ·∇F + √Σ·z
///
/// with the model's own mean μ and variance Σ, and F the guide's weighted agreement of x with what is wanted. The image
/// in μ is held in −1…1 before the mean is formed; the gradient is taken at x and acts in the last step too. Each step
/// draws z and, where a reference image is read, noise for that.
///
/// Source: Liu et al., arXiv 2112.05744, algorithm 1; `xh-liu/SDG_code`, `scripts/sample.py`.
///
/// - Deviation: Float32 throughout; the published code runs in half precision.
package struct SDGPipeline: ImagePipeline {
  /// How images are made.
  package struct Settings: Equatable, Sendable {
    /// What draws images.
    package var guidance = Guidance()
    /// Replacing low frequencies by those of the reference image; nil for none.
    package var replacement: Replacement?
    /// Steps of the 1000 that are taken.
    package var steps = 100

    /// No guidance, 100 steps.
    package init() {}
  }

  /// ILVR: after a step low frequencies become those of the noised reference image.
  ///
  /// Source: Choi et al., arXiv 2108.02938, algorithm 1; `jychoi118/ilvr_adm`,
  /// `guided_diffusion/gaussian_diffusion.py`, `p_sample_loop_progressive`.
  package struct Replacement: Equatable, Sendable {
    /// N of the ``LowPassFilter``.
    package var factor: Int
    /// Steps of this index and below are free; 0 is the last one.
    package var range: Int

    /// A replacement.
    package init(factor: Int, range: Int) {
      self.factor = factor
      self.range = range
    }
  }

  /// Turns a text into its embedding; throws ``Terms/ImageFailure``.
  package typealias TextReader = @Sendable (_ text: String) throws -> [Float]

  /// How images are made.
  package let settings: Settings
  /// How many images one call makes best.
  package let groupSize: Int
  let model: DiffusionModel
  let guide: NoisyGuide?
  let texts: (fingerprint: String, embedding: TextReader)?
  /// The steps that are taken.
  package let steps: [DiffusionStep]
  let filter: LowPassFilter?

  /// Joins networks and settings.
  ///
  /// - Parameters:
  ///   - settings: how images are made.
  ///   - model: the diffusion model; its steps are ancestral.
  ///   - guide: reads images of the model's size; nil if nothing guides.
  ///   - texts: what names the text tower and its weights, and the tower; nil if no text guides.
  ///   - groupSize: how many images one call makes best.
  /// - Throws: ``SystemError/conflict(system:reason:)`` for settings and networks that do not go together;
  ///   `DiffusionError`.
  package init(
    _ settings: Settings, model: DiffusionModel, guide: NoisyGuide?,
    texts: (fingerprint: String, embedding: TextReader)?, groupSize: Int
  ) throws {
    let size = model.imageShape[2]
    func require(_ holds: Bool, _ reason: @autoclosure () -> String) throws(SystemError) {
      if !holds { throw .conflict(system: "sdg", reason: reason()) }
    }
    try require(settings.guidance.isOff || guide != nil, "guidance needs a guide")
    try require(settings.guidance.text == 0 || texts != nil, "guidance by text needs a text tower")
    if let guide {
      try require(
        guide.imageSize == size,
        "the U-Net makes \(size) pixels, but the guide reads \(guide.imageSize)")
    }
    if let factor = settings.replacement?.factor {
      try require(
        factor > 1 && size % factor == 0,
        "\(factor) does not divide the \(size) pixels of an image; choose another ilvr-factor")
    }
    self.settings = settings
    self.model = model
    self.guide = guide
    self.texts = texts
    self.groupSize = groupSize
    steps = try Timesteps.respaced("\(settings.steps)", of: model.schedule.count)
      .descending(on: model.schedule)
    filter = settings.replacement.map { LowPassFilter(size: size, factor: $0.factor) }
  }

  /// Width and height of the images.
  package var imageSize: Int { model.imageShape[2] }

  /// Changes with every change of the sampling.
  private static let version = 1

  /// Networks, weights and settings.
  package var fingerprint: String {
    var parts = ["sdg@\(Self.version) steps=\(settings.steps)", model.fingerprint]
    if !settings.guidance.isOff, let guide {
      parts += [settings.guidance.fingerprint, "guide=\(guide.network.weights.identity)"]
      if let calibration = guide.calibration.fingerprint { parts.append(calibration) }
      if settings.guidance.gram == .batch { parts.append("group=\(groupSize)") }
    }
    if settings.guidance.text != 0, let texts { parts.append(texts.fingerprint) }
    if let replacement = settings.replacement {
      parts.append("ilvr=\(replacement.factor) range=\(replacement.range)")
    }
    return parts.joined(separator: " ")
  }

  var readsReference: Bool { settings.guidance.readsReference || filter != nil }

  /// Makes the images of a group; see ``ImagePipeline/images(for:workers:shouldStop:)``.
  ///
  /// - Throws: `CancellationError`.
  package func images(
    for requests: [ImageRequest], workers: Workers, shouldStop: @Sendable () -> Bool
  ) throws -> [Result<Raster, ImageFailure>] {
    try images(
      for: requests, workers: workers, reading: { try condition(of: $0) },
      making: { try made($0, workers: workers, shouldStop: shouldStop) })
  }

  /// What one image is made from.
  package struct Condition: Sendable {
    /// All that is random.
    let noise: SeededNoise
    /// The text's embedding; empty where no text guides.
    let text: [Float]
    /// `[3, S, S]`, values in −1…1; nil where no image is read.
    let reference: Tensor?

    /// A condition.
    package init(noise: SeededNoise, text: [Float] = [], reference: Tensor? = nil) {
      self.noise = noise
      self.text = text
      self.reference = reference
    }
  }
}
