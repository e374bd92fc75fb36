import Training

/// How one network of the compact suite is trained from nothing, and evaluated on faces it never saw.
package protocol Recipe: Sendable {
  /// Name of the network, for example `compact-bisenet`.
  var name: String { get }
  /// What it is for and what it learns, in a sentence or two.
  var summary: String { get }
  /// The faces that it is trained on, in words.
  var data: String { get }
  /// Steps, batches, optimizer and learning rates.
  var plan: TrainingPlan { get }
  /// Trains the network and writes its files; a call after an interruption resumes.
  ///
  /// - Returns: the loss curves.
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  func train(in environment: TrainingEnvironment) throws -> [LossCurve]
  /// Measures the written network on worlds that it was not trained on.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric]
  /// The written files, the network's own first.
  var fileNames: [String] { get }
  /// The plan in words.
  var hyperparameters: String { get }
}

extension Recipe {
  /// A file of the network's name.
  package var fileNames: [String] { ["\(name).safetensors"] }
  /// The description of ``plan``.
  package var hyperparameters: String { plan.description }
}

/// The recipes of the compact suite.
package enum CompactRecipes {
  /// All of them at full length, in the order in which `evalkit train all` runs them: the smallest first.
  package static let all: [any Recipe] = [
    PerceptualRecipe(), InceptionRecipe(), IdentityRecipe(), ParserRecipe(), ContrastiveRecipe(),
    DenoiserRecipe(), UNetRecipe(),
  ]
}
