import Diffusion
import Images
import Recipes
import Tensors
import Training

/// Noisy faces at timesteps drawn evenly, and what a diffusion learns of them.
package struct NoisyFaces: BatchSource {
  /// One noisy face.
  package struct Sample: Sendable {
    /// `image [3, S, S]`, noisy, and `timestep [1]`.
    package let inputs: [String: Tensor]
    /// `v = √ᾱ·ε − √(1 − ᾱ)·x₀`, `[3, S, S]`.
    package let velocity: Tensor
    /// The step that takes the sample to the next lower timestep.
    package let step: DiffusionStep
  }

  /// The faces.
  package let faces: SyntheticTrainingSet
  /// Width and height of the samples, to which Pillow's bicubic filter brings the faces.
  package let size: Int
  /// Threads that prepare a batch.
  package let workers: Workers
  /// Whether half of the timesteps lie below ``littleNoise``.
  package let favorsLittleNoise: Bool
  /// The timestep below which noise is a matter of grain.
  package static let littleNoise = 200
  /// The steps of the schedule, by timestep.
  package let steps: [DiffusionStep]

  /// Samples of a size on the linear schedule of 1000 timesteps.
  ///
  /// - Throws: nothing for this schedule.
  package init(
    faces: SyntheticTrainingSet, size: Int, favorsLittleNoise: Bool = false, workers: Workers
  ) throws {
    self.faces = faces
    self.favorsLittleNoise = favorsLittleNoise
    self.size = size
    self.workers = workers
    let schedule = try NoiseSchedule.linear()
    steps = try Timesteps(Array(0..<schedule.count)).descending(on: schedule).reversed()
  }

  /// Samples of an epoch.
  package var sampleCount: Int { faces.count }

  /// Noisy faces from the request alone.
  package func batch(_ request: BatchRequest) -> [Sample] {
    workers.map(request.samples.count) { index, _ in
      var random = request.random(forSample: index)
      let picture = faces.picture(request.samples[index])
        .resized(width: size, height: size, filter: .bicubic)
      let isMirrored = random.nextIndex(below: 2) == 1
      let drawn = random.nextIndex(below: steps.count)
      let seed = random.next()
      let isLittle = favorsLittleNoise && random.nextIndex(below: 2) == 1
      return sample(
        (isMirrored ? picture.mirrored : picture).signedPlanes,
        at: isLittle ? drawn % Self.littleNoise : drawn, seed: seed)
    }
  }

  /// A face with the noise of a seed.
  ///
  /// - Parameters:
  ///   - face: `[3, S, S]` in −1…1.
  ///   - timestep: 0…999.
  ///   - seed: of the noise.
  /// - Returns: the noisy face and what is to be found of it.
  package func sample(_ face: Tensor, at timestep: Int, seed: UInt64) -> Sample {
    let step = steps[timestep]
    let noise = SeededNoise(seed: seed).initial(face.shape)
    let noisy = step.from.noised(face, with: noise)
    return Sample(
      inputs: ["image": noisy, "timestep": Tensor(shape: [1], values: [Float(timestep)])],
      velocity: Prediction(.noise, noise).converted(to: .velocity, in: noisy, at: step.from).values,
      step: step)
  }
}
