import Checkpoints
import Faces
import Graphs
import Networks
import Recipes
import SystemRecipes
import Systems
import Tensors
import Testing

/// Parts of the trainings in latents.
@Suite struct LatentRecipeTests {
  @Test func systemsHaveTheirCounts() throws {
    func count(_ networks: [any PublishedNetwork]) throws -> Int {
      try networks.reduce(0) { sum, network in
        sum + (try Graph(tracing: network).parameters.reduce(0) { $0 + $1.shape.elementCount })
      }
    }
    #expect(try count([CompactNetworks.autoencoder]) == 630_032)
    let collaborative = try count(CollaborativeRecipe().networks)
    #expect((3_700_000..<4_000_000).contains(collaborative), "\(collaborative)")
    let scadm = try count(SCADMRecipe().networks)
    #expect(scadm == 3_447_556 + 302_404)
  }

  /// A latent's pixels at a detail and half a pixel around it count six times the others, and 1 on average.
  @Test func pixelsNearDetailsCountMore() {
    var labels = Raster(
      width: 32, height: 32, channels: 1, samples: [UInt8](repeating: Label.skin, count: 32 * 32))
    #expect(FaceDetails.weights(in: labels, side: 8) == [Float](repeating: 1, count: 64))
    // Rows 9 and 10 lie in the latent's row 2 and reach one more above and below; columns 0 to 2 in its column 0.
    for place in [9 * 32, 10 * 32 + 2] { labels.samples[place] = Label.leftEye }
    let weights = FaceDetails.weights(in: labels, side: 8)
    let near: Set<Int> = [8, 16, 24, 17, 25]
    let ordinary = 64 / Float(64 + 5 * near.count)
    for (pixel, weight) in weights.enumerated() {
      let expected = near.contains(pixel) ? 6 * ordinary : ordinary
      #expect(abs(weight - expected) <= 1e-6 * expected, "pixel \(pixel)")
    }
  }

  /// What weighs both branches learns beside them; they stay as they are, in every bit.
  @Test func weighingLeavesTheBranchesAsTheyAre() throws {
    let faces = SyntheticTrainingSet.Plan(people: 2, photos: 2)
    func tensors(diffuserSteps: Int) throws -> [String: [Float]] {
      var found: [String: [Float]] = [:]
      let recipe = CollaborativeRecipe(
        startSteps: 1, textSteps: 1, mapSteps: 1, detailSteps: 1, diffuserSteps: diffuserSteps,
        batchSize: 2, faces: faces)
      let autoencoder = AutoencoderRecipe(
        steps: 1, coarseSteps: 1, decoderSteps: 1, batchSize: 2, faces: faces, codedFaces: 2)
      _ = try RepeatedTraining([autoencoder, recipe], on: faces).run(workers: 2) { environment in
        let file = try Checkpoint.open(path: environment.path(recipe.fileNames[0]))
        for tensor in file.tensors { found[tensor.name] = try tensor.tensor().values }
      }
      return found
    }
    let (short, long) = (try tensors(diffuserSteps: 1), try tensors(diffuserSteps: 3))
    #expect(Set(short.keys) == Set(long.keys))
    let changed = short.keys.filter { short[$0] != long[$0] }
    #expect(!changed.isEmpty)
    #expect(changed.allSatisfy { $0.contains("confidence_predictor") }, "\(changed.sorted())")
  }
}
