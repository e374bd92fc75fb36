import Checkpoints
import Essentials
import Foundation
import Graphs
import Images
import Models
import Pipelines
import Recipes
import Synchronization
import SystemRecipes
import Systems
import Tensors
import TestSupport
import Testing
import Training

/// Fine-tuning by a text, against the official code in float64 and against itself.
@Suite struct DiffusionCLIPTuningTests {
  private func tuning(_ change: (inout DiffusionCLIPTuning.Plan) -> Void = { _ in }) throws
    -> DiffusionCLIPTuning
  {
    var plan = DiffusionCLIPTuning.Plan()
    plan.inversionSteps = 6
    plan.passes = 2
    plan.rate = 1e-4
    change(&plan)
    return DiffusionCLIPTuning(
      name: "tanned", texts: EditTexts(source: "face", target: "tanned face"), plan: plan,
      model: try TinyModels.model(), judges: try TinyModels.judges())
  }

  private static let images = (0..<3).map { TinyModels.image(10 + $0) }

  /// Two passes over three images: the loss before every step.
  @Test func lossesFollowTheOfficialCode() throws {
    let golden = try DiffusionCLIPGolden().tuning
    let folder = try TemporaryFolder()
    let tuning = try tuning()
    let curve = try tuning.run(
      on: Self.images, in: TrainingEnvironment(folder: folder.url.path))
    #expect(curve.points.count == 6)
    for (point, expected) in zip(curve.points, golden.losses) {
      // Adam's first steps have the gradient's sign, which a rounding turns where it is near 0.
      #expect(abs(point.loss - expected) < 0.01 * expected, "\(point), \(expected)")
    }
    let schedule = LearningRateSchedule.stepwise(first: 1e-4, factor: 1.3, interval: 3)
    for (step, expected) in golden.rates.enumerated() {
      #expect(abs(Double(schedule.rate(at: step)) / expected - 1) < 1e-6)
    }
  }

  /// Every file of a folder but those that serve only to resume.
  private func files(_ folder: TemporaryFolder) throws -> [String: String] {
    var digests: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.path) {
      digests[name] = try FileDigest.sha256(ofFile: folder.path(name))
    }
    return digests
  }

  /// Stopped after every step and begun again, on one thread or two.
  @Test func noByteDependsOnInterruptionsAndWorkers() throws {
    let tuning = try tuning { $0.batchSize = 2 }
    let (whole, parts) = (try TemporaryFolder(), try TemporaryFolder())
    _ = try tuning.run(
      on: Self.images,
      in: TrainingEnvironment(folder: whole.url.path, workers: Workers(count: 1)))
    var stops = 0
    var environment = TrainingEnvironment(
      folder: parts.url.path, workers: Workers(count: 2))
    let asked = Mutex(0)
    environment.shouldStop = {
      // While latents are found, five questions; then one a step.
      asked.withLock {
        $0 += 1
        return $0 == 3 || $0 > 8
      }
    }
    while stops < 20 {
      do {
        _ = try tuning.run(on: Self.images, in: environment)
        break
      } catch is TrainingStopped { stops += 1 }
    }
    #expect((4...6).contains(stops), "\(stops)")
    let (one, other) = (try files(whole), try files(parts))
    #expect(one == other)
    #expect(
      Set(one.keys) == [
        "tanned.safetensors", "tanned.pass-1.safetensors", "tanned.png",
        "tanned.latents.safetensors",
      ])
  }

  @Test func filesSayWhatTheyAre() throws {
    let folder = try TemporaryFolder()
    let tuning = try tuning { $0.passes = 1 }
    _ = try tuning.run(on: Self.images, in: TrainingEnvironment(folder: folder.url.path))
    let file = try Checkpoint.open(path: folder.path(tuning.fileName))
    for note in ["target: tanned face", "source: face", "unet: unet-0", "clip: clip", "pass: 1"] {
      #expect(file.notes.contains(note), "\(note)")
    }
    let model = try TinyModels.model().tuned(by: folder.path(tuning.fileName))
    let latent = [TinyModels.image(20)]
    let workers = Workers(count: 2)
    func image(_ model: DiffusionModel) throws -> [Tensor] {
      try DiffusionCLIPProcess([model], upTo: 300, workers: workers).generated(latent, steps: 3)
    }
    #expect(try image(model) != image(try TinyModels.model()))
    let sheet = try ImageDecoder.rgb(contentsOf: folder.path(tuning.sheetName))
    #expect(sheet.width == 3 * 20 - 4 && sheet.height == 3 * 20 - 4)
  }

  /// Another edit in the same folder has a checkpoint of its own, and other images other latents.
  @Test func checkpointsAreNotMistaken() throws {
    let folder = try TemporaryFolder()
    var environment = TrainingEnvironment(folder: folder.url.path)
    environment.shouldStop = { false }
    let asked = Mutex(0)
    environment.shouldStop = {
      asked.withLock {
        $0 += 1; return $0 > 6
      }
    }
    #expect(throws: TrainingStopped.self) {
      try tuning().run(on: Self.images, in: environment)
    }
    environment.shouldStop = { false }
    let others = Array(Self.images.reversed())
    let fresh = try TemporaryFolder()
    let resumed = try tuning().run(on: others, in: environment)
    let expected = try tuning().run(
      on: others, in: TrainingEnvironment(folder: fresh.url.path))
    #expect(resumed == expected)
  }

  /// What an edit's model needs is made when it is first asked for, kept, and not mistaken for another plan's.
  @Test func aTunerMakesEachModelOnce() throws {
    let folder = try TemporaryFolder()
    let environment = TrainingEnvironment(folder: folder.path("tuned"))
    var plan = DiffusionCLIPTuning.Plan()
    (plan.lastTimestep, plan.inversionSteps, plan.trainingSteps, plan.passes) = (300, 2, 2, 2)
    func models(_ plan: DiffusionCLIPTuning.Plan) throws -> EditModels {
      try #require(
        try DiffusionCLIPTuning.tuner(
          from: ModelLoader(.compact), in: environment, plan: plan, imageCount: 2
        )(TinyModels.model()))
    }
    func files() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: environment.folder).sorted()
    }
    let texts = EditTexts(source: "face", target: "tanned face")
    let earlier = try models(plan).fingerprint
    let first = try models(plan).model(texts)
    let made = try files()
    #expect(made.count == 2 && made.allSatisfy { $0.hasPrefix("tanned-face-") }, "\(made)")
    #expect(first.network.weights.identity != (try TinyModels.model()).network.weights.identity)
    // A file of the same name is taken as it is.
    try FileManager.default.removeItem(atPath: environment.path(made[0]))
    #expect(try models(plan).model(texts).network.weights == first.network.weights)
    #expect(try files() == Array(made.dropFirst()))
    plan.rate *= 2
    #expect(try models(plan).fingerprint != earlier)
    _ = try models(plan).model(texts)
    #expect(try files().count == 3)
    let unasked = DiffusionCLIPTuning.tuner(from: ModelLoader(.compact), in: environment)
    #expect(
      try unasked(TinyModels.model()).map(\.fingerprint) == nil,
      "a model that is not compact takes long")
  }
}
