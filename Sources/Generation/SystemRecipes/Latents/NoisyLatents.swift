import Diffusion
import Gradients
import Graphs
import Images
import Kernels
import Recipes
import Tensors
import Training

/// Noisy latents of faces at timesteps drawn evenly, and what a diffusion learns of them.
struct NoisyLatents: BatchSource {
  /// One noisy latent.
  struct Sample: Sendable {
    /// The face.
    let face: Int
    /// Whether it is the mirror image.
    let isMirrored: Bool
    /// `[Z, s, s]`.
    let latent: Tensor
    /// `[1]`.
    let timestep: Tensor
    /// `v = √ᾱ·ε − √(1 − ᾱ)·x₀`, `[Z, s, s]`.
    let velocity: Tensor
    /// How noisy it is.
    let level: NoiseLevel
    /// What each of the `s·s` pixels counts; nil if all count alike.
    let weights: [Float]?
    /// For what else is drawn with the sample.
    let seed: UInt64
  }

  /// The faces.
  let faces: SyntheticTrainingSet
  /// `[Z, s, s]` of a latent.
  let shape: [Int]
  /// Threads that prepare a batch.
  let workers: Workers
  /// The levels of noise.
  let schedule: NoiseSchedule
  /// Timesteps that are drawn: all of the schedule's, or its first ones.
  private let timesteps: Int
  private let favorsDetails, favorsMiddle: Bool
  private let clean: @Sendable (_ face: Int, _ isMirrored: Bool) -> Tensor

  /// Samples of latents on latent diffusion's schedule.
  ///
  /// - Parameters:
  ///   - latents: the clean ones.
  ///   - timesteps: how many of the first timesteps are drawn; nil takes all.
  ///   - favorsDetails: whether pixels near ``FaceDetails`` count more.
  ///   - favorsMiddle: whether timesteps at which details form come more often.
  ///   - workers: threads; no bit depends on them.
  /// - Throws: nothing for this schedule.
  init(
    _ latents: LatentSet, timesteps: Int? = nil, favorsDetails: Bool = false,
    favorsMiddle: Bool = false,
    workers: Workers
  ) throws {
    faces = latents.faces
    shape = latents.shape
    self.workers = workers
    schedule = try .latentDiffusion
    self.timesteps = timesteps ?? schedule.count
    self.favorsDetails = favorsDetails
    self.favorsMiddle = favorsMiddle
    clean = { latents.latent($0, isMirrored: $1) }
  }

  /// Samples of the pictures themselves, brought to a size by Pillow's bicubic filter.
  init(
    picturesOf faces: SyntheticTrainingSet, size: Int, on schedule: NoiseSchedule,
    workers: Workers
  ) {
    self.faces = faces
    shape = [3, size, size]
    self.workers = workers
    self.schedule = schedule
    timesteps = schedule.count
    (favorsDetails, favorsMiddle) = (false, false)
    clean = { face, isMirrored in
      let picture = faces.picture(face).resized(width: size, height: size, filter: .bicubic)
      return (isMirrored ? picture.mirrored : picture).signedPlanes
    }
  }

  var sampleCount: Int { faces.count }

  func batch(_ request: BatchRequest) -> [Sample] {
    workers.map(request.samples.count) { index, _ in
      var random = request.random(forSample: index)
      let isMirrored = random.nextIndex(below: 2) == 1
      let drawn = random.nextIndex(below: timesteps)
      let seed = random.next()
      // Every second timestep is one at which details form.
      let isMiddle = favorsMiddle && random.nextIndex(below: 2) == 1
      return sample(
        request.samples[index], isMirrored: isMirrored,
        at: isMiddle ? middleTimestep(seed: random.next()) : drawn, seed: seed)
    }
  }

  /// A timestep whose share of all has a logit that is normally distributed: seldom one of the first or last.
  ///
  /// Source: Esser et al., "Scaling Rectified Flow Transformers for High-Resolution Image Synthesis", arXiv 2403.03206,
  /// section 3.1.
  private func middleTimestep(seed: UInt64) -> Int {
    var numbers = NormalNumbers(seed: seed)
    let share = 1 / (1 + Elementary.exponential(-Double(numbers.next())))
    return min(Int(share * Double(timesteps)), timesteps - 1)
  }

  /// A face's latent with the noise of a seed.
  func sample(_ face: Int, isMirrored: Bool, at timestep: Int, seed: UInt64) -> Sample {
    let latent = clean(face, isMirrored)
    var random = SplitMix64(seed: seed)
    let noise = SeededNoise(seed: random.next()).initial(latent.shape)
    let level = NoiseLevel(cumulativeAlpha: schedule.cumulativeAlphas[timestep])
    let noisy = level.noised(latent, with: noise)
    return Sample(
      face: face, isMirrored: isMirrored, latent: noisy,
      timestep: Tensor(shape: [1], values: [Float(timestep)]),
      velocity: Prediction(.noise, noise).converted(to: .velocity, in: noisy, at: level).values,
      level: level,
      weights: favorsDetails
        ? FaceDetails.weights(
          in: faces.labels(face, isMirrored: isMirrored), side: latent.shape[1]) : nil,
      seed: random.next())
  }
}

extension DenoisingLoss {
  /// Measures a batch of velocities, and sets their gradients.
  ///
  /// - Parameters:
  ///   - samples: what was to be found.
  ///   - program: what found it, after its forward pass.
  /// - Returns: the mean loss.
  func measure(_ samples: [NoisyLatents.Sample], by program: GradientProgram) -> Double {
    let (values, slopes) = (
      program.values(of: Graph.mainOutput), program.gradients(of: Graph.mainOutput)
    )
    let share = 1 / Double(samples.count)
    return samples.enumerated().reduce(0.0) { sum, sample in
      sum + share
        * measure(
          values.image(sample.offset, of: samples.count), velocity: sample.element.velocity,
          at: sample.element.level, pixelWeights: sample.element.weights,
          addingTo: slopes.image(sample.offset, of: samples.count), weight: share)
    }
  }
}

extension Graph {
  /// Zeros for parameters whose names end in some way: last filters of residual blocks, which then pass their input
  /// through, and of the network, whose result is then 0.
  ///
  /// Source: `openai/guided-diffusion`, `guided_diffusion/unet.py`, `zero_module`.
  func zeros(of endings: [String]) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: parameters.filter { parameter in
        endings.contains(where: parameter.name.hasSuffix)
      }.map { ($0.name, Tensor(shape: $0.shape)) })
  }
}
