import Checkpoints
import Graphs
import Models
import Networks
import Recipes
import SystemRecipes
import Systems
import Tensors
import TestSupport
import Testing

/// The trainings of what DDGI's compact version is made of, one behind the other in one folder.
struct InversionRecipeTests {
  private static let faces = SyntheticTrainingSet.Plan(people: 3, photos: 2)

  /// Hints learn beside a diffusion that stays as it is; codes are found by both and a generator, which stay, too.
  @Test func trainingsAreReproducible() throws {
    let generator = GeneratorRecipe(
      steps: 1, sharpeningSteps: 1, batchSize: 2, faces: Self.faces, meanCount: 8)
    let control = ControlNetRecipe(
      baseSteps: 1, maskSteps: 2, scribbleSteps: 1, batchSize: 2, faces: Self.faces)
    let inversion = InversionRecipe(
      mappingSteps: 2, modulationSteps: 1, batchSize: 1, faces: Self.faces)
    let heads = HeadGeneratorRecipe(
      steps: 2, coarseSteps: 1, batchSize: 2, sides: 2,
      heads: SyntheticTrainingSet.Plan(people: 2, photos: 1))
    let headInversion = InversionRecipe(
      .heads, mappingSteps: 2, modulationSteps: 1, batchSize: 1, faces: Self.faces)
    let ablations = InversionRecipe.Ablation.allCases.map {
      InversionRecipe(
        .heads, without: $0, mappingSteps: 1, modulationSteps: 1, batchSize: 1, faces: Self.faces)
    }
    let training = try RepeatedTraining(
      [generator, control, inversion, heads, headInversion], on: Self.faces)
    let once = try training.run(workers: 1) { environment in
      let file = try OpenCheckpoint(environment.path(control.fileNames[0]))
      for hint in CompactNetworks.Hint.allCases {
        let network = CompactNetworks.controlled(by: hint)
        _ = try LoadedNetwork(
          network, checkpoint: file, ignoring: network.ignorableCheckpointPrefixes)
        // The first step's gradient moves what joins the copy, though it began with zeros.
        let joint = try #require(try file.tensor("\(hint.control).zero_convs.0.0.weight"))
        #expect(joint.values.contains { $0 != 0 }, "\(hint)")
      }
      let found = try CompositeFile(
        environment.path(inversion.fileNames[0]), layout: .inversion)
      let finder = try CodeFinder.compact(
        CompactNetworks.inversion, found, mean: [Float](repeating: 0, count: 128))
      let codes = try finder.mapping.result(
        of: SeededParameters.input(shape: [96, 8, 8], seed: 1))
      #expect(codes.count == 1280 && codes.values.contains { $0 != 0 })
      let stance = try CompositeFile(
        environment.path(headInversion.fileNames[0]), layout: .inversion
      ).network(CompactNetworks.headStance, part: HeadFinder.stancePart)
        .result(of: SeededParameters.input(shape: [96, 8, 8], seed: 1))
      #expect(stance.count == 6 && stance.values.contains { $0 != 0 })
      // Ablations train as the whole does, so once is enough.
      for recipe in ablations {
        let curves = try recipe.train(in: environment)
        #expect(curves.allSatisfy { $0.points.allSatisfy { $0.loss.isFinite && $0.loss > 0 } })
      }
      // M learns from other pictures where faces are left out, and T from other pictures or inputs wherever something is.
      func tensor(_ name: String, without ablation: InversionRecipe.Ablation) throws -> Tensor {
        let file = environment.path("compact-ddgi-3d-without-\(ablation.rawValue).safetensors")
        return try #require(try OpenCheckpoint(file).tensor(name))
      }
      let mapped = try InversionRecipe.Ablation.allCases.map {
        try tensor("mapping.linear.bias", without: $0)
      }
      #expect(mapped[0] == mapped[2] && mapped[0] != mapped[1])
      let modulated = try InversionRecipe.Ablation.allCases.map {
        try tensor("modulation.scale_style.linear.weight", without: $0)
      }
      #expect(Set(modulated.map(\.values)).count == modulated.count)
    }
    #expect(try training.run(workers: 2, stops: 3) == once)
    #expect(once.losses.allSatisfy { $0.isFinite && $0 > 0 })
  }
}
