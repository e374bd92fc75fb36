import Diffusion
import Images

/// What DiffusionCLIP does with an image: how far up, in how many steps, and with which models down again.
///
/// Source: Kim, Kwon and Ye, "DiffusionCLIP", CVPR 2022; `gwang-kim/DiffusionCLIP`, `diffusionclip.py`.
package struct DiffusionCLIPPlan: Equatable, Sendable {
  /// One of the procedures.
  package enum Mode: String, CaseIterable, Sendable {
    /// Up and down with the original model.
    case reconstruct
    /// Up with the original model, down with a fine-tuned one.
    case edit
    /// From a domain that no model knows to the trained one: rounds of noise and generation.
    case unseen
    /// The same, and then an edit.
    case unseenEdit = "unseen-edit"
    /// Up with the original model, down with a mixture of fine-tuned ones.
    case mix
    /// Up, and then the latent is optimized in place of the model.
    case optimize

    /// Whether fine-tuned models are needed.
    package var needsTunedModels: Bool { takesOneModel || self == .mix }
    /// Whether it goes down with one fine-tuned model.
    package var takesOneModel: Bool { [.edit, .unseenEdit].contains(self) }
    /// Whether the image is noised at random first.
    package var beginsWithRounds: Bool { [.unseen, .unseenEdit].contains(self) }
  }

  /// The procedure.
  package let mode: Mode
  /// t₀, the last timestep on the way up.
  package let lastTimestep: Int
  /// Timesteps of the way up, which has one call of the network fewer.
  package let inversionSteps: Int
  /// Timesteps of the way down, each a call.
  package let generationSteps: Int
  /// How often an image of an unseen domain is noised and generated again.
  package let rounds: Int
  /// Timesteps of such a generation.
  package let roundSteps: Int
  /// What the way down mixes: weights of the original model, then of each fine-tuned one.
  package let mixture: MixingPlan

  /// A plan for a number of models.
  ///
  /// - Parameters:
  ///   - mode: the procedure.
  ///   - lastTimestep: t₀; the paper's tables have 300…600.
  ///   - inversionSteps: the paper takes 200, the repository's examples 40.
  ///   - generationSteps: 40 to edit, 6 where models are fine-tuned.
  ///   - rounds: the repository asks for more than 8.
  ///   - roundSteps: 6 in the repository.
  ///   - mixture: nil for the original model alone.
  /// - Throws: `DiffusionError` for steps that do not lie between 0 and t₀.
  package init(
    mode: Mode, lastTimestep: Int = 500, inversionSteps: Int = 200, generationSteps: Int = 40,
    rounds: Int = 10, roundSteps: Int = 6, mixture: MixingPlan? = nil
  ) throws(DiffusionError) {
    for count in [inversionSteps, generationSteps, roundSteps] {
      _ = try Timesteps.fractions(count, upTo: lastTimestep)
    }
    self.mode = mode
    self.lastTimestep = lastTimestep
    self.inversionSteps = inversionSteps
    self.generationSteps = generationSteps
    self.rounds = rounds
    self.roundSteps = roundSteps
    if let mixture {
      self.mixture = mixture
    } else {
      self.mixture = try Self.originalAlone(of: 1)
    }
  }

  /// The original model alone.
  static func originalAlone(of models: Int) throws(DiffusionError) -> MixingPlan {
    try MixingPlan(
      [.init(from: 0, weights: [1] + [Double](repeating: 0, count: models - 1))], models: models)
  }

  /// The mixture of fine-tuned models that a text describes, as `300:1,0;0:0.3,0.7`: from timestep 300 up the first alone,
  /// below it three tenths of the first and seven of the second.
  ///
  /// - Parameters:
  ///   - text: stages in falling order of their timesteps, the last 0; weights are divided by their sum.
  ///   - models: fine-tuned models that there are.
  /// - Returns: a plan for the original model, whose weights are 0, and these.
  /// - Throws: `DiffusionError` for weights that do not fit the models; nil where the text has another form.
  package static func mixture(
    parsing text: String, models: Int
  ) throws(DiffusionError) -> MixingPlan? {
    var stages: [MixingPlan.Stage] = []
    for part in text.split(separator: ";", omittingEmptySubsequences: false) {
      let halves = part.split(separator: ":", omittingEmptySubsequences: false)
      guard halves.count == 2, let timestep = Int(halves[0]) else { return nil }
      let words = halves[1].split(separator: ",", omittingEmptySubsequences: false)
      let weights = words.compactMap { Double($0) }
      guard weights.count == words.count else { return nil }
      // Refused here, where the weights are still those that were written.
      guard weights.count == models else {
        throw .invalidWeights(from: timestep, weights: weights, models: models)
      }
      stages.append(.init(from: timestep, weights: [0] + weights))
    }
    return try MixingPlan(stages, models: models + 1)
  }

  /// Names everything that can move a pixel.
  package var fingerprint: String {
    let stages = mixture.stages.map { "\($0.timestep):\($0.weights)" }.joined(separator: ";")
    return "mode=\(mode.rawValue) t0=\(lastTimestep) up=\(inversionSteps) down=\(generationSteps) "
      + "rounds=\(mode.beginsWithRounds ? "\(rounds)x\(roundSteps)" : "none") mixture=\(stages)"
  }
}
