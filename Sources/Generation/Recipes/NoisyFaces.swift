import Diffusion
import Images
import Tensors
import Training

/// Noisy faces at timesteps drawn evenly, and what a diffusion learns of them.
struct NoisyFaces: BatchSource {
  /// One noisy face.
  struct Sample: Sendable {
    /// `image [3, S, S]`, noisy, and `timestep [1]`.
    let inputs: [String: Tensor]
    /// `v = √ᾱ·ε − √(1 − ᾱ)·x₀`, `[3, S, S]`.
    let velocity: Tensor
    /// The step that takes the sample to the next lower timestep.
    let step: DiffusionStep
  }

  /// The faces.
  let faces: SyntheticTrainingSet
  /// Width and height of the samples, to which Pillow's bicubic filter brings the faces.
  let size: Int
  /// Threads that prepare a batch.
  let workers: Workers
  /// The steps of the schedule, by timestep.
  let steps: [DiffusionStep]

  /// Samples of a size on the linear schedule of 1000 timesteps.
  ///
  /// - Throws: nothing for this schedule.
  init(faces: SyntheticTrainingSet, size: Int, workers: Workers) throws {
    self.faces = faces
    self.size = size
    self.workers = workers
    let schedule = try NoiseSchedule.linear()
    steps = try Timesteps(Array(0..<schedule.count)).descending(on: schedule).reversed()
  }

  var sampleCount: Int { faces.count }

  func batch(_ request: BatchRequest) -> [Sample] {
    workers.map(request.samples.count) { index, _ in
      var random = SplitMix64(seed: request.seed &+ UInt64(index))
      // The first number tells neighboring seeds apart in every bit.
      random = SplitMix64(seed: random.next())
      let picture = faces.picture(request.samples[index])
        .resized(width: size, height: size, filter: .bicubic)
      let isMirrored = random.nextIndex(below: 2) == 1
      return sample(
        (isMirrored ? picture.mirrored : picture).signedPlanes,
        at: random.nextIndex(below: steps.count), seed: random.next())
    }
  }

  /// A face `[3, S, S]` in −1…1 with the noise of a seed.
  func sample(_ face: Tensor, at timestep: Int, seed: UInt64) -> Sample {
    let step = steps[timestep]
    let noise = SeededNoise(seed: seed).initial(face.shape)
    let noisy = step.from.noised(face, with: noise)
    return Sample(
      inputs: ["image": noisy, "timestep": Tensor(shape: [1], values: [Float(timestep)])],
      velocity: Prediction(.noise, noise).converted(to: .velocity, in: noisy, at: step.from).values,
      step: step)
  }
}

extension Raster {
  /// A picture of planes `[3, H, W]` in −1…1; what lies outside is clamped.
  init(signedPlanes planes: Tensor) {
    let (height, width) = (planes.shape[1], planes.shape[2])
    let samples = (0..<3 * height * width).map { place in
      let value = planes.values[place % 3 * height * width + place / 3]
      return UInt8(min(max((value + 1) * 127.5 + 0.5, 0), 255))
    }
    self.init(width: width, height: height, channels: 3, samples: samples)
  }

  /// The samples as planes in −1…1, `[C, H, W]`.
  var signedPlanes: Tensor {
    var planes = planes
    planes.values = planes.values.map { $0 / 127.5 - 1 }
    return planes
  }

  /// The picture with left and right exchanged.
  var mirrored: Raster {
    var mirrored = self
    for row in 0..<height {
      for column in 0..<width {
        let (source, target) = (row * width + column, row * width + width - 1 - column)
        for channel in 0..<channels {
          mirrored.samples[target * channels + channel] = samples[source * channels + channel]
        }
      }
    }
    return mirrored
  }
}
