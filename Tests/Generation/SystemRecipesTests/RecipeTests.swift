import Checkpoints
import Essentials
import Foundation
import Graphs
import Models
import Networks
import Pipelines
import Recipes
import SystemRecipes
import Systems
import Tensors
import TestSupport
import Testing

@Suite struct RecipeTests {
  /// A few steps on a few faces: files bind to their networks, and neither workers nor an interruption change
  /// a byte.
  @Test(arguments: [
    "compact-inception", "compact-iresnet", "compact-bisenet", "compact-clip", "compact-denoiser",
    "compact-unet", "compact-autoencoder", "compact-collaborative", "compact-sca-dm",
  ])
  func trainingsAreReproducible(name: String) throws {
    let faces = SyntheticTrainingSet.Plan(people: 4, photos: 2)
    let known = recipes(faces)
    // Systems that diffuse in latents begin with an autoencoder.
    let needed =
      ["compact-collaborative", "compact-sca-dm"].contains(name) ? ["compact-autoencoder"] : []
    let training = try RepeatedTraining(
      (needed + [name]).map { name in try #require(known.first { $0.name == name }) }, on: faces)
    let recipe = try #require(known.first { $0.name == name })
    let once = try training.run(workers: 1) { try expectBinding(recipe, in: $0.folder) }
    #expect(try training.run(workers: 2, stops: 1) == once)
  }

  /// The written file holds the recipe's network, or all networks of its system and nothing else.
  private func expectBinding(_ recipe: any Recipe, in folder: String) throws {
    let path = folder + "/" + recipe.fileNames[0]
    let codec = {
      try LatentCodec(
        CompactNetworks.autoencoder, checkpoint: folder + "/compact-autoencoder.safetensors")
    }
    switch recipe {
    case is CollaborativeRecipe:
      let file = try CompositeFile(path, layout: .collaborative)
      let model = try CollaborativeModel.compact(file, texts: .ofProgram(), codec: codec())
      #expect(model.map.diffuser != nil && model.text.diffuser != nil)
    case is SCADMRecipe:
      _ = try SCADMModel.compact(
        CompositeFile(path, layout: .latentDiffusion), isMasked: true, codec: codec())
    default:
      let network = try #require(recipe.networks.first)
      _ = try Checkpoint.open(path: path).bound(
        to: Graph(tracing: network).parameters, ignoring: network.ignorableCheckpointPrefixes)
    }
  }

  private func recipes(_ faces: SyntheticTrainingSet.Plan) -> [any Recipe] {
    [
      InceptionRecipe(steps: 2, batchSize: 3, faces: faces),
      IdentityRecipe(steps: 2, batchSize: 3, faces: faces),
      ParserRecipe(steps: 2, refiningSteps: 2, batchSize: 2, faces: faces),
      ContrastiveRecipe(steps: 2, refiningSteps: 2, batchSize: 3, faces: faces),
      DenoiserRecipe(steps: 2, batchSize: 2, faces: faces),
      UNetRecipe(
        steps: 2, batchSize: 2, refiningSteps: 2, refiningBatchSize: 2, polishingSteps: 2,
        faces: faces),
      AutoencoderRecipe(
        steps: 2, coarseSteps: 1, decoderSteps: 2, batchSize: 3, faces: faces, codedFaces: 4),
      CollaborativeRecipe(
        startSteps: 2, textSteps: 2, mapSteps: 2, detailSteps: 2, diffuserSteps: 2, batchSize: 2,
        faces: faces),
      SCADMRecipe(steps: 2, detailSteps: 2, batchSize: 2, faces: faces),
    ]
  }

  @Test func theListNamesNetworksOfTheCatalogue() throws {
    for recipe in CompactRecipes.all {
      #expect(!recipe.summary.isEmpty && !recipe.data.isEmpty)
    }
    #expect(Set(CompactRecipes.known.map(\.name)).count == CompactRecipes.known.count)
    // Their networks are one system's each, which no command runs by themselves.
    let systems = ["compact-collaborative", "compact-sca-dm"]
    for recipe in CompactRecipes.embedded {
      for file in recipe.fileNames { #expect(CompactWeights.contains("compact:\(file)")) }
      guard !systems.contains(recipe.name) else { continue }
      #expect(recipe.networks.first?.name == recipe.name)
      #expect(try NetworkCatalogue.named(recipe.name).name == recipe.name)
    }
  }

  /// SHA256SUMS is what a reader checks the embedded weights against: those of every recipe and no others.
  @Test func shippedWeightsHaveTheirDigests() throws {
    let folder = Fixtures.projectRoot.appendingPathComponent("Sources/System/CEmbeddedFiles")
    let sums = try String(
      contentsOf: folder.appendingPathComponent("SHA256SUMS"), encoding: .utf8)
    var total = 0
    var names: Set<String> = []
    for line in sums.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      guard fields[1].hasPrefix("weights/") else { continue }
      let name = String(fields[1].dropFirst("weights/".count))
      let bytes = try #require(CompactWeights.bytes(of: "compact:\(name)"))
      #expect(FileDigest.sha256(of: bytes) == fields[0], "\(name)")
      names.insert(name)
      total += bytes.count
    }
    #expect(names == Set(CompactRecipes.embedded.flatMap(\.fileNames)))
    func size(_ names: String...) -> Int {
      names.reduce(0) { $0 + (CompactWeights.bytes(of: "compact:\($1).safetensors")?.count ?? 0) }
    }
    let pixels = size("compact-clip-judge", "compact-guide", "compact-unet")
    let latents = size("compact-autoencoder", "compact-collaborative", "compact-sca-dm")
    #expect((1..<16_000_000).contains(pixels), "\(pixels) bytes")
    #expect((1..<17_000_000).contains(latents), "\(latents) bytes")
    #expect(total - pixels - latents < 12_000_000, "\(total) bytes")
  }
}
