import Checkpoints
import Essentials
import Foundation
import Graphs
import Networks
import Recipes
import Tensors
import TestSupport
import Testing

/// A few steps of the guide's training on a few faces.
struct GuideRecipeTests {
  @Test func trainingIsReproducibleAndBeginsWithCompactCLIP() throws {
    let faces = SyntheticTrainingSet.Plan(people: 6, photos: 2)
    let drawn = try TemporaryFolder()
    _ = try SyntheticTrainingSet(faces, in: drawn.url.path, workers: Workers())
    func trained(workers: Int, stopsOnce: Bool) throws -> (bytes: [UInt8], losses: [Double]) {
      let folder = try TemporaryFolder()
      for file in try FileManager.default.contentsOfDirectory(atPath: drawn.url.path) {
        try FileManager.default.copyItem(
          at: drawn.url.appendingPathComponent(file), to: folder.url.appendingPathComponent(file))
      }
      let recipe = GuideRecipe(steps: 4, batchSize: 6, faces: faces)
      var environment = TrainingEnvironment(
        folder: folder.url.path, workers: Workers(count: workers))
      if stopsOnce {
        environment.shouldStop = { true }
        #expect(throws: TrainingStopped.self) { try recipe.train(in: environment) }
        environment.shouldStop = { false }
      }
      let curves = try recipe.train(in: environment)
      let path = folder.path(recipe.fileNames[0])
      _ = try Checkpoint.open(path: path).bound(
        to: Graph(tracing: CompactNetworks.guide).parameters, ignoring: [])
      return (try RegularFile(path).contents(), curves.flatMap { $0.points.map { $0.loss } })
    }
    let once = try trained(workers: 1, stopsOnce: false)
    let again = try trained(workers: 2, stopsOnce: true)
    #expect(once.bytes == again.bytes)
    #expect(once.losses.allSatisfy { $0.isFinite && $0 < 40 })
  }
}
