import Datasets
import Essentials
import Foundation
import Provenance
import Recipes
import SystemRecipes
import Tensors

/// The options of `evalkit train`.
package struct TrainOptions: RunConfigurable, Sendable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// Names of networks; `all` selects every one, no name lists them.
  package var names: [String] = []
  /// Folder of what is written.
  package var output = "Results/training"

  /// The defaults.
  package init() {}
}

/// Trains networks of the compact suite from nothing, evaluates them and writes their cards.
package struct TrainJob {
  private let options: TrainOptions

  /// Prepares trainings.
  package init(_ options: TrainOptions) { self.options = options }

  /// Runs the recipes.
  ///
  /// - Returns: the held-out metrics of every network, one a line.
  /// - Throws: ``HarnessError`` for unknown names, when interrupted, and if a network misses what is asked of
  ///   it; errors of files.
  package func run() throws -> String {
    let recipes = try chosen()
    try OutputPlace().checkFolder(options.output) { names in
      names.contains { $0.hasPrefix("compact-") || $0.hasPrefix("faces-") }
    }
    try DatasetFiles.makeFolder(options.output)
    var environment = TrainingEnvironment(folder: options.output, workers: options.workers)
    environment.shouldStop = options.shouldStop
    let progress = options.progress
    environment.report = { progress(JobProgress($0)) }
    var cards: [ModelCard] = []
    for recipe in recipes {
      do { cards.append(try run(recipe, in: environment)) } catch let stop as TrainingStopped {
        throw HarnessError(.cancelled, stop.description)
      }
    }
    let missed = cards.flatMap(\.missed)
    guard missed.isEmpty else {
      throw HarnessError(
        .invalid, "trained, but not well enough: \(missed.joined(separator: "; "))")
    }
    return cards.map(\.summary).joined(separator: "\n")
  }

  private func chosen() throws -> [any Recipe] {
    if options.names == ["all"] { return CompactRecipes.all }
    let known = CompactRecipes.known.map(\.name)
    return try options.names.map { name in
      try choose(name, as: "compact network", from: known + ["all"]) { name in
        CompactRecipes.known.first { $0.name == name }
      }
    }
  }

  private func run(_ recipe: any Recipe, in environment: TrainingEnvironment) throws -> ModelCard {
    let began = ContinuousClock.now
    let curves = try recipe.train(in: environment)
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    options.notice("\(recipe.name): trained in \(Int(seconds)) s, evaluating it")
    let card = try ModelCard(
      recipe, metrics: try recipe.evaluate(in: environment), curves: curves, seconds: seconds,
      environment: environment)
    try card.write(to: options.output)
    options.notice("\(recipe.name): card in \(options.output)/\(recipe.name).md")
    return card
  }
}

/// The table of recipes that `evalkit train` without a name prints.
package enum RecipeListing {
  /// What can be trained.
  package static var names: [String] { CompactRecipes.known.map(\.name) + ["all"] }

  /// Name and summary of every network of the compact suite.
  package static var text: String {
    CompactRecipes.known.map { "\($0.name)\n  \($0.summary)" }.joined(separator: "\n")
      + "\nall\n  every one of them, from nothing"
  }
}

extension JobProgress {
  /// How far a training has come, with the last batch's loss.
  init(_ progress: TrainingProgress) {
    switch progress {
    case .preparing(let activity, let done, let total):
      self.init(activity: activity, finished: done, total: total)
    case .step(let recipe, let step, let steps, let resumed, let loss):
      self.init(
        activity: recipe, finished: step, total: steps, remembered: resumed,
        detail: String(format: "loss %.4f", loss))
    }
  }
}
