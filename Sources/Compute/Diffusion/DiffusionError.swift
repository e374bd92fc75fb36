/// A diffusion that cannot be set up or run as it was asked for.
package enum DiffusionError: Error, Equatable, CustomStringConvertible {
  /// A β that is no share of noise; `timestep` counts from 0.
  case invalidBeta(timestep: Int, value: Double)
  /// A schedule without timesteps.
  case emptySchedule
  /// A timestep that the schedule does not have.
  case timestepOutOfRange(timestep: Int, count: Int)
  /// No timesteps, or some that do not rise from one to the next.
  case unorderedTimesteps([Int], end: Int)
  /// More or fewer steps than lie between 0 and the last timestep.
  case invalidStepCount(count: Int, last: Int)
  /// Text that names no respacing.
  case unreadableRespacing(String)
  /// A part of the schedule that has fewer timesteps than it is asked for.
  case sectionTooSmall(size: Int, count: Int)
  /// A number of steps that no whole stride gives; `possible` are the nearest that one does.
  case noWholeStride(count: Int, total: Int, possible: [Int])
  /// An η outside 0…1.
  case invalidEta(Double)
  /// A sampler that cannot go in a step's direction.
  case wrongDirection(sampler: String, timestep: Int)
  /// A step that starts where there is no noise, or no image.
  case degenerateLevel(timestep: Int)
  /// A list that does not have one entry for each sample.
  case countMismatch(what: String, expected: Int, found: Int)
  /// A result whose shape is not that of its sample.
  case shapeMismatch(what: String, expected: [Int], found: [Int])
  /// An output whose channels cannot be halved into prediction and variance.
  case oddChannels([Int])
  /// A prediction without the variance that the sampler reads.
  case missingVariance(timestep: Int)
  /// Predictions of different quantities, which cannot be mixed.
  case mixedKinds(Prediction.Kind, Prediction.Kind)
  /// Weights that do not say how to mix the models at hand; `from` is the stage's timestep.
  case invalidWeights(from: Int, weights: [Double], models: Int)
  /// Stages whose timesteps do not fall down to 0.
  case unorderedStages([Int])

  /// What is wrong, both sides of a mismatch, and what to do.
  package var description: String {
    switch self {
    case .invalidBeta(let timestep, let value):
      "β of timestep \(timestep) is \(value), but it must lie between 0 and 1"
    case .emptySchedule: "a noise schedule needs at least one timestep"
    case .timestepOutOfRange(let timestep, let count):
      "timestep \(timestep) lies outside the schedule's 0…\(count - 1); choose one of these, for t₀ "
        + "at most \(count - 1)"
    case .unorderedTimesteps(let values, let end):
      "timesteps \(Self.text(values)) must rise, each once, and all be above \(end)"
    case .invalidStepCount(let count, let last):
      "\(count) steps do not lie between timesteps 0 and \(last); choose 2…\(last + 1) steps"
    case .unreadableRespacing(let text):
      "'\(text)' is no respacing; write counts of sections as '250' or '10,15,20', or 'ddim50'"
    case .sectionTooSmall(let size, let count):
      "a section of \(size) timesteps cannot give \(count); ask it for 0…\(size)"
    case .noWholeStride(let count, let total, let possible):
      "no whole stride takes \(count) of \(total) timesteps; the nearest counts are "
        + possible.map(String.init).joined(separator: " and ")
    case .invalidEta(let eta):
      "η is \(eta), but it must lie in 0…1: 0 adds no noise, 1 as much as DDPM"
    case .wrongDirection(let sampler, let timestep):
      "\(sampler) cannot go up from timestep \(timestep) to more noise; invert with DDIM and η 0"
    case .degenerateLevel(let timestep):
      "the step of timestep \(timestep) starts from a clean image, where no noise can be predicted"
    case .countMismatch(let what, let expected, let found):
      "\(found) \(what) came for \(expected) images; give one for each"
    case .shapeMismatch(let what, let expected, let found):
      "\(what) has shape \(found), the image \(expected); both must be alike"
    case .oddChannels(let shape):
      "an output of shape \(shape) is no prediction with its variance, which need 2·C channels"
    case .missingVariance(let timestep):
      "the prediction at timestep \(timestep) has no variance, which a learned range needs; choose "
        + "a fixed variance for this network"
    case .mixedKinds(let first, let other):
      "a prediction of \(first.rawValue) and one of \(other.rawValue) cannot be mixed; convert one"
    case .invalidWeights(let from, let weights, let models):
      "the stage from timestep \(from) has weights \(weights) for \(models) models; give each model "
        + "one of at least 0, not all of them 0"
    case .unorderedStages(let timesteps):
      "stages begin at timesteps \(Self.text(timesteps)); they must fall, and the last be 0"
    }
  }

  /// A list of any length, shortened.
  private static func text(_ values: [Int]) -> String {
    values.count <= 12 ? "\(values)" : "\(values.prefix(10).dropLast()) … \(values.suffix(1))"
  }
}
