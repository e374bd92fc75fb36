import Essentials
import Foundation
import Graphs
import Recipes
import Synchronization
import Tensors
import TestSupport
import Testing

/// Recipes that are run several times, one behind the other, on faces that are drawn once.
struct RepeatedTraining {
  /// What a training left.
  struct Result: Equatable {
    let files: [[UInt8]]
    let losses: [Double]
  }

  private let recipes: [any Recipe]
  private let drawn: TemporaryFolder

  /// Draws the faces of recipes.
  init(_ recipes: [any Recipe], on faces: SyntheticTrainingSet.Plan) throws {
    self.recipes = recipes
    drawn = try TemporaryFolder()
    _ = try SyntheticTrainingSet(faces, in: TrainingEnvironment(folder: drawn.url.path))
  }

  /// Trains in a folder of its own.
  ///
  /// - Parameters:
  ///   - workers: threads.
  ///   - stops: behind how many steps each recipe is stopped, to be resumed.
  ///   - look: gets the environment when all files are written.
  /// - Returns: the files and losses.
  /// - Throws: what the recipes throw.
  func run(
    workers: Int, stops: Int = 0, look: (TrainingEnvironment) throws -> Void = { _ in }
  ) throws -> Result {
    let folder = try TemporaryFolder()
    for file in try FileManager.default.contentsOfDirectory(atPath: drawn.url.path) {
      try FileManager.default.copyItem(
        at: drawn.url.appendingPathComponent(file), to: folder.url.appendingPathComponent(file))
    }
    var environment = TrainingEnvironment(
      folder: folder.url.path, workers: Workers(count: workers))
    var curves: [LossCurve] = []
    for recipe in recipes {
      let sawResumption = Atomic(false)
      var found: [LossCurve]?
      environment.shouldStop = { true }
      for _ in 0..<stops where found == nil {
        do { found = try recipe.train(in: environment) } catch is TrainingStopped {}
      }
      environment.shouldStop = { false }
      // What was there before tells nothing of the time that the rest takes.
      environment.report = { progress in
        guard case .step(_, let step, _, let resumed, _) = progress else { return }
        #expect(resumed < step)
        if resumed > 0 { sawResumption.store(true, ordering: .relaxed) }
      }
      curves += try found ?? recipe.train(in: environment)
      let hasResumed = sawResumption.load(ordering: .relaxed)
      if stops == 1 { #expect(hasResumed, "\(recipe.name)") }
    }
    try look(environment)
    return Result(
      files: try recipes.flatMap(\.fileNames).map {
        try RegularFile(folder.path($0)).contents()
      }, losses: curves.flatMap { $0.points.map { $0.loss } })
  }
}
