import Checkpoints
import Graphs
import Networks
import Recipes
import SystemRecipes
import Testing

/// A few steps of the guide's training on a few faces.
struct GuideRecipeTests {
  @Test func trainingIsReproducibleAndBeginsWithCompactCLIP() throws {
    let faces = SyntheticTrainingSet.Plan(people: 6, photos: 2)
    let recipe = GuideRecipe(steps: 4, batchSize: 6, faces: faces)
    let training = try RepeatedTraining([recipe], on: faces)
    let once = try training.run(workers: 1) { environment in
      _ = try Checkpoint.open(path: environment.path(recipe.fileNames[0])).bound(
        to: Graph(tracing: CompactNetworks.guide).parameters, ignoring: [])
    }
    #expect(try training.run(workers: 2, stops: 1) == once)
    #expect(once.losses.allSatisfy { $0.isFinite && $0 < 40 })
  }
}
