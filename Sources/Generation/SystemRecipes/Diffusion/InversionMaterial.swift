import Diffusion
import Faces
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
  let generator: CodedGenerator
  /// Whether the persons of what chains end with are the faces'.
  private let keepsPersons: Bool
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
    var faces: [CodeObjective.Wanted] = []
    /// What the chains end with, with the faces' persons, or with those that the chains end with.
    var made: [CodeObjective.Wanted] = []
  }

  /// Opens faces and the networks that stay as they are.
  ///
  /// - Parameters:
  ///   - plan: the faces.
  ///   - generator: the frozen generator.
  ///   - keepsPersons: whether what chains end with is to show the faces' persons.
  ///   - environment: threads, folder and reports.
  /// - Throws: errors of files.
  init(
    _ plan: SyntheticTrainingSet.Plan, _ generator: CodedGenerator, keepsPersons: Bool,
    in environment: TrainingEnvironment
  ) throws {
    self.generator = generator
    self.keepsPersons = keepsPersons
    workers = environment.workers
    control = try ControlMaterial(plan, in: environment)
    source = MirroredFaces(
      faces: control.source.faces, size: CompactNetworks.invertedSize,
      workers: environment.workers)
    models = try ControlledModels(file: environment.file(of: CompactNetworks.controlName))
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
    let pairs = workers.map(samples.count) { index, _ in wanted(samples[index], made[index]) }
    for (index, wanted) in pairs.enumerated() {
      for step in features {
        seen.features.append(step[index])
        seen.words.append(preparation.words[index])
        seen.faces.append(wanted.face)
        seen.made.append(wanted.made)
      }
    }
    return seen
  }

  /// What is wanted of a face: all of it, or its head alone before gray.
  private func wanted(
    _ sample: MirroredFaces.Sample, _ made: Raster
  ) -> (face: CodeObjective.Wanted, made: CodeObjective.Wanted) {
    let view = HeadView(source.faces.plan.scene(sample.face))
    let cover =
      switch generator {
      case .pictures: nil as Raster?
      case .heads:
        TurnedPortrait.head(
          of: source.faces.labels(sample.face, isMirrored: sample.isMirrored)
        ).resized(width: source.size, height: source.size, filter: .bilinear)
      }
    func wanted(_ picture: Raster, person: Raster) -> CodeObjective.Wanted {
      func alone(_ picture: Raster) -> Raster { cover.map(picture.headAlone) ?? picture }
      return CodeObjective.Wanted(
        picture: alone(picture), person: alone(person),
        view: sample.isMirrored ? view.mirrored : view)
    }
    let face = sample.picture
    return (
      wanted(face, person: face), wanted(made, person: keepsPersons ? face : made)
    )
  }
}

extension Raster {
  /// The picture of a head before gray.
  ///
  /// - Parameter cover: one channel of the same size, 255 where the head is.
  /// - Returns: the picture where the head is, gray elsewhere.
  func headAlone(_ cover: Raster) -> Raster {
    var alone = self
    for (pixel, share) in cover.samples.enumerated() {
      for place in channels * pixel..<channels * (pixel + 1) {
        let mixed = Int(share) * Int(samples[place]) + (255 - Int(share)) * TurnedPortrait.gray
        alone.samples[place] = UInt8((mixed + 127) / 255)
      }
    }
    return alone
  }
}
