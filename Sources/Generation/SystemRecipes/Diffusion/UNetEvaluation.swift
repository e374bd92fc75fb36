import Checkpoints
import Diffusion
import Faces
import Images
import Metrics
import Models
import Networks
import Pipelines
import Recipes
import Tensors

/// What a trained diffusion of faces is worth, on faces of the test world.
struct UNetEvaluation {
  private let model: DiffusionModel
  private let workers: Workers
  private static let side = CompactNetworks.unetSize

  /// Faces whose noise is to be found.
  private static let faces = 200
  /// Timesteps at which it is to be found.
  private static let timesteps = [50, 250, 500, 750]
  /// Faces that are inverted; each takes 239 calls.
  private static let inverted = 40
  /// Images made from noise alone, each in so many steps.
  private static let samples = 400
  private static let sampleSteps = 50

  /// Evaluates a network with weights.
  ///
  /// - Throws: nothing for the linear schedule.
  init(_ network: LoadedNetwork, workers: Workers) throws {
    model = DiffusionModel(
      network, kind: .velocity, imageShape: [3, Self.side, Self.side], learnsVariance: true,
      schedule: try NoiseSchedule.linear())
    self.workers = workers
  }

  /// All metrics.
  ///
  /// - Throws: `GraphError` if a result is not finite; errors of the embedded extractor.
  func metrics() throws -> [HeldOutMetric] {
    let faces = workers.map(Self.faces) { Self.face($0, seed: 7, $1) }
    return try recovery(of: faces) + [
      inversionError(of: Array(faces.prefix(Self.inverted))), distance(),
    ]
  }

  private static func face(_ number: Int, seed: UInt64, _ worker: Int) -> Tensor {
    portrait(number, seed: seed).resized(width: side, height: side, filter: .bicubic).signedPlanes
  }

  private static func portrait(_ number: Int, seed: UInt64) -> Raster {
    Portrait(World.test.scene(number, seed: seed), size: SyntheticTrainingSet.drawnSide).image
  }

  // MARK: Noise

  /// The share of the faces' variance that is found again behind noise, at each timestep.
  private func recovery(of faces: [Tensor]) throws -> [HeldOutMetric] {
    var mean = [Double](repeating: 0, count: faces[0].count)
    for face in faces {
      for (place, value) in face.values.enumerated() {
        mean[place] += Double(value) / Double(faces.count)
      }
    }
    let spread = faces.map { face in
      zip(face.values, mean).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
    }.reduce(0, +)
    return try Self.timesteps.map { timestep in
      let level = try model.schedule.level(at: timestep)
      let noisy = faces.indices.map { index in
        level.noised(
          faces[index],
          with: SeededNoise(seed: UInt64(1000 * timestep + index)).initial(faces[index].shape))
      }
      let found = try model.predictions(of: noisy, at: timestep, workers: workers)
      let error = faces.indices.reduce(0.0) { sum, index in
        sum + found[index].image(in: noisy[index], at: level).squaredDistance(to: faces[index])
      }
      return HeldOutMetric(
        name: "share of the faces' variance found behind the noise of timestep \(timestep)",
        value: 1 - error / spread, minimum: nil, data: "\(faces.count) faces of the test world")
    }
  }

  // MARK: Inversion

  /// The mean absolute error of faces that were inverted to timestep 500 in 200 steps and made again in 40.
  private func inversionError(of faces: [Tensor]) throws -> HeldOutMetric {
    let found = try reconstructed(faces)
    let error = zip(faces, found).reduce(0.0) { sum, pair in
      sum + zip(pair.0.values, pair.1.values).reduce(0) { $0 + Double(abs($1.0 - $1.1)) }
    }
    return HeldOutMetric(
      name: "mean absolute error of inverted and reconstructed faces, values in −1…1",
      value: error / Double(faces.count * faces[0].count), minimum: nil,
      data: "\(faces.count) faces of the test world, t₀ 500, 200 steps up and 40 down")
  }

  private func reconstructed(_ faces: [Tensor]) throws -> [Tensor] {
    let up = try Timesteps.fractions(200, upTo: 500).ascending(on: model.schedule)
    let down = try Timesteps.fractions(40, upTo: 500).descending(on: model.schedule)
    return try DDIMSampler().run(faces, over: up + down, workers: workers) { samples, step in
      try model.predictions(of: samples, at: step.timestep, workers: workers)
    }
  }

  // MARK: Samples

  /// Faces from noise alone, `[3, 64, 64]` each in −1…1.
  ///
  /// - Throws: `GraphError` if a result is not finite.
  func samples(_ count: Int) throws -> [Raster] {
    let steps = try Timesteps.respaced("\(Self.sampleSteps)", of: model.schedule.count)
      .descending(on: model.schedule)
    let noise = (0..<count).map { SeededNoise(seed: UInt64(5000 + $0)) }
    let found = try DDPMSampler(variance: .learnedRange).run(
      noise.map { $0.initial(model.imageShape) }, over: steps, noise: noise, workers: workers
    ) { samples, step in
      try model.predictions(of: samples, at: step.timestep, workers: workers)
    }
    return found.map { Raster(signedPlanes: $0) }
  }

  /// Faces from noise alone, and faces that were inverted and reconstructed.
  func pictures() throws -> [CardPicture] {
    let faces = workers.map(8) { Self.face($0, seed: 7, $1) }
    let found = try reconstructed(faces)
    let pairs = (faces + found).map { Raster(signedPlanes: $0) }
    return [
      CardPicture(
        name: "samples", caption: "Faces made from noise alone in \(Self.sampleSteps) steps.",
        raster: PictureGrid(pictures: try samples(32), columns: 8, zoom: 2).raster),
      CardPicture(
        name: "inversion",
        caption:
          "Faces of the test world (above), inverted to timestep 500 in 200 steps and made again in 40.",
        raster: PictureGrid(pictures: pairs, columns: 8, zoom: 2).raster),
    ]
  }

  /// FID from faces of the test world, on the compact extractor's features.
  private func distance() throws -> HeldOutMetric {
    let extractor = try CompactFeatures(workers: workers)
    func small(seed: UInt64) throws -> FeatureMatrix {
      try extractor.features(of: Self.samples) {
        Self.portrait($0, seed: seed)
          .resized(width: Self.side, height: Self.side, filter: .bicubic)
      }
    }
    let made = try samples(Self.samples)
    let real = try small(seed: 8)
    let distance = try FrechetDistance.between(
      real, try extractor.features(of: made.count) { made[$0] }, workers: workers)
    let floor = try FrechetDistance.between(real, try small(seed: 9), workers: workers)
    return HeldOutMetric(
      name: "FID of faces made from noise alone, divided by that of other real faces",
      value: distance.value / floor.value, minimum: nil,
      data: "\(Self.samples) faces of \(Self.side) pixels in \(Self.sampleSteps) steps")
  }
}

extension Tensor {
  /// The sum of squared differences.
  fileprivate func squaredDistance(to other: Tensor) -> Double {
    zip(values, other.values).reduce(0) { sum, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return sum + difference * difference
    }
  }
}
