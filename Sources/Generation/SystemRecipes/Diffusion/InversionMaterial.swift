import Diffusion
import Images
import Networks
import Pipelines
import Recipes
import Systems
import Tensors

/// Chains of the diffusion model and what is seen in them.
struct InversionMaterial {
  /// Faces with the seeds of their chains.
  let source: MirroredFaces
  /// The frozen generator.
  let generator: FaceGenerator
  private let control: ControlMaterial
  private let models: ControlledModels
  private let steps: [DiffusionStep]
  private let workers: Workers

  /// Steps of a chain.
  static let steps = 8
  /// Those of them whose features are learned from: the first, two between, the last.
  static let seenSteps = [0, 2, 5, 7]

  /// What is seen in the chains of some faces; the steps of a face lie behind each other.
  struct Seen {
    var features: [DiffusionFeatures] = []
    var words: [Range<Int>] = []
    /// The faces themselves.
    var faces: [Raster] = []
    /// What the chains end with.
    var made: [Raster] = []
  }

  /// Opens faces and the networks that stay as they are.
  ///
  /// - Throws: errors of files.
  init(_ plan: SyntheticTrainingSet.Plan, in environment: TrainingEnvironment) throws {
    workers = environment.workers
    control = try ControlMaterial(plan, in: environment)
    source = MirroredFaces(
      faces: control.source.faces, size: CompactNetworks.invertedSize,
      workers: environment.workers)
    models = try ControlledModels(file: environment.file(of: CompactNetworks.controlName))
    generator = try FaceGenerator(
      .compact, checkpoint: environment.file(of: StyleGAN2.compact.synthesis.name),
      workers: environment.workers)
    steps = try Timesteps.uniform(Self.steps, of: NoiseSchedule.cosine().count)
      .descending(on: .cosine())
  }

  /// Runs the chains of a batch.
  ///
  /// - Parameters:
  ///   - samples: faces.
  ///   - number: of the training's step; kinds of hints take turns.
  /// - Returns: what is seen.
  /// - Throws: `GraphError` for results that are not finite.
  func seen(_ samples: [MirroredFaces.Sample], at number: Int) throws -> Seen {
    let hints = CompactNetworks.Hint.allCases
    let hint = hints[number % hints.count]
    let model = models[hint]
    let captions = samples.map { control.caption(of: $0.face, seed: $0.seed) }
    let preparation = try model.prepared(
      captions: captions,
      hints: try workers.map(samples.count) { index, _ in
        try hint.planes(
          of: source.faces.labels(samples[index].face, isMirrored: samples[index].isMirrored),
          seed: samples[index].seed)
      }, workers: workers)
    var features: [[DiffusionFeatures]] = []
    var place = 0
    let noise = samples.map { SeededNoise(seed: $0.seed) }
    let made = try DDIMSampler().run(
      noise.map { $0.initial(model.sampleShape) }, over: steps, noise: noise, workers: workers
    ) { noisy, step in
      let found = try model.step(noisy, at: step.timestep, preparation, workers: workers)
      if Self.seenSteps.contains(place) { features.append(found.map(\.features)) }
      place += 1
      return found.map(\.prediction)
    }.map { Raster(signedPlanes: $0) }
    var seen = Seen()
    for index in samples.indices {
      for step in features {
        seen.features.append(step[index])
        seen.words.append(preparation.words[index])
        seen.faces.append(samples[index].picture)
        seen.made.append(made[index])
      }
    }
    return seen
  }
}
