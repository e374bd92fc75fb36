import Checkpoints
import Essentials
import Foundation
import Graphs
import Kernels
import Models
import Networks
import Recipes
import Synchronization
import Systems
import Tensors
import TestSupport
import Testing

@Suite struct RecipeTests {
  /// Drawing faces, training trunk and heads, writing: all of it again, to the bytes that the program holds.
  @Test(.enabled(if: CPULevel.current != .portable, "portable sums do not fuse, so bits differ"))
  func theSmallestNetworkIsTrainedToTheShippedBytes() throws {
    let folder = try TemporaryFolder()
    let recipe = PerceptualRecipe()
    let curves = try recipe.train(in: TrainingEnvironment(folder: folder.url.path))
    for name in recipe.fileNames {
      let made = try RegularFile(folder.url.appendingPathComponent(name).path).contents()
      let shipped = try #require(CompactWeights.bytes(of: CompactWeights.prefix + name))
      #expect(FileDigest.sha256(of: made) == FileDigest.sha256(of: shipped), "\(name)")
    }
    for curve in curves {
      let (first, last) = (try #require(curve.points.first), try #require(curve.points.last))
      // The heads begin with weights of 1, which order most pairs already.
      let share = curve.name == recipe.name ? 0.5 : 1
      #expect(last.loss < share * first.loss, "\(curve.name): \(first.loss) … \(last.loss)")
    }
  }

  /// A few steps on a few faces: files bind to their networks, and neither workers nor an interruption change
  /// a byte.
  @Test(arguments: [
    "compact-inception", "compact-iresnet", "compact-bisenet", "compact-clip", "compact-denoiser",
    "compact-unet", "compact-autoencoder", "compact-collaborative", "compact-sca-dm",
  ])
  func trainingsAreReproducible(name: String) throws {
    let drawn = try TemporaryFolder()
    let plan = SyntheticTrainingSet.Plan(people: 4, photos: 2)
    _ = try SyntheticTrainingSet(plan, in: drawn.url.path, workers: Workers())
    let sawResumption = Atomic(false)
    // Systems that diffuse in latents begin with an autoencoder.
    if name == "compact-collaborative" || name == "compact-sca-dm" {
      _ = try recipes(plan).first { $0.name == "compact-autoencoder" }?
        .train(in: TrainingEnvironment(folder: drawn.url.path))
    }
    func trained(workers: Int, stopsOnce: Bool) throws -> [String: String] {
      let folder = try TemporaryFolder()
      for file in try FileManager.default.contentsOfDirectory(atPath: drawn.url.path) {
        try FileManager.default.copyItem(
          at: drawn.url.appendingPathComponent(file), to: folder.url.appendingPathComponent(file))
      }
      let recipe = try #require(recipes(plan).first { $0.name == name })
      var environment = TrainingEnvironment(
        folder: folder.url.path, workers: Workers(count: workers))
      if stopsOnce {
        environment.shouldStop = { true }
        #expect(throws: TrainingStopped.self) { try recipe.train(in: environment) }
        environment.shouldStop = { false }
        // What was there before tells nothing of the time that the rest takes.
        environment.report = { progress in
          guard case .step(_, let step, _, let resumed, _) = progress else { return }
          #expect(resumed < step)
          if resumed == 1 { sawResumption.store(true, ordering: .relaxed) }
        }
      }
      _ = try recipe.train(in: environment)
      try expectBinding(recipe, in: folder.url.path)
      return try Dictionary(
        uniqueKeysWithValues: recipe.fileNames.map {
          ($0, try FileDigest.sha256(ofFile: folder.url.path + "/" + $0))
        })
    }
    let once = try trained(workers: 1, stopsOnce: false)
    #expect(try trained(workers: 2, stopsOnce: true) == once)
    let hasResumed = sawResumption.load(ordering: .relaxed)
    #expect(hasResumed)
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
      AutoencoderRecipe(steps: 2, batchSize: 3, faces: faces, codedFaces: 4),
      CollaborativeRecipe(
        startSteps: 2, branchSteps: 2, diffuserSteps: 2, batchSize: 2, faces: faces),
      SCADMRecipe(steps: 2, batchSize: 2, faces: faces),
    ]
  }

  @Test func theListNamesNetworksOfTheCatalogue() throws {
    for recipe in CompactRecipes.all {
      #expect(!recipe.summary.isEmpty && !recipe.data.isEmpty)
    }
    #expect(Set(CompactRecipes.known.map(\.name)).count == CompactRecipes.known.count)
    for recipe in CompactRecipes.embedded {
      #expect(recipe.networks.first?.name == recipe.name)
      #expect(try NetworkCatalogue.named(recipe.name).name == recipe.name)
      for file in recipe.fileNames { #expect(CompactWeights.contains("compact:\(file)")) }
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
    let systems = ["compact-clip-judge", "compact-guide", "compact-unet"].reduce(0) { sum, name in
      sum + (CompactWeights.bytes(of: "compact:\(name).safetensors")?.count ?? 0)
    }
    #expect((1..<14_000_000).contains(systems), "\(systems) bytes")
    #expect(total - systems < 12_000_000, "\(total) bytes")
  }
}
