import Diffusion
import Tensors
import Testing

/// Short runs on four pixels against the reference codes, with the same numbers in place of noise.
///
/// The codes ran in Float32 on PyTorch 2.15. Five steps of a few operations on values below 15 differ by at most
/// 1e-5 of the largest value.
@Suite struct ReferenceRunTests {
  private let start = Tensor(shape: [1, 2, 2], values: [-1.5, -0.25, 0.5, 1.25])

  /// A network with ε = x/2 + 1/8 − t/4000 and, for the variance, v = 3x/4.
  private func network(_ x: Tensor, _ timestep: Int) -> Prediction {
    let noise = x.values.map { 0.5 * $0 + 0.125 - Float(timestep) / 4000 }
    return Prediction(
      .noise, Tensor(shape: x.shape, values: noise),
      varianceFraction: Tensor(shape: x.shape, values: x.values.map { 0.75 * $0 }))
  }

  private func gradient(_ x: Tensor, _ timestep: Int) -> Tensor {
    Tensor(
      shape: x.shape, values: x.values.map { 0.25 - 0.5 * $0 + Float(timestep) / 1000 })
  }

  /// What stands for the k-th draw of noise.
  private func noise(_ draw: Int) -> Tensor {
    Tensor(
      shape: [1, 2, 2], values: (0..<4).map { Float((7 * draw + 3 * $0) % 11 - 5) / 4 })
  }

  /// Images after each step, with the draws in their order.
  private func images(
    _ sampler: some Sampler, _ steps: [DiffusionStep], from start: Tensor? = nil,
    isGuided: Bool = false, predict: (Tensor, Int) throws -> Prediction
  ) rethrows -> [[Float]] {
    var x = start ?? self.start
    return try steps.enumerated().map { draw, step in
      x = sampler.next(
        x, try predict(x, step.timestep),
        gradient: isGuided ? gradient(x, step.timestep) : nil,
        noise: sampler.addsNoise(in: step) ? noise(draw) : nil, step: step)
      return x.values
    }
  }

  private func expect(
    _ found: [[Float]], _ expected: [[Float]],
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, sourceLocation: location)
    let bound = 1e-5 * (expected.joined().map(abs).max() ?? 0)
    for (step, (one, other)) in zip(found, expected).enumerated() {
      let farthest = zip(one, other).map { abs($0 - $1) }.max() ?? 1
      #expect(farthest <= bound, "step \(step): \(one), not \(other)", sourceLocation: location)
    }
  }

  private func steps(_ spacing: String) throws -> [DiffusionStep] {
    try Timesteps.respaced(spacing, of: 1000).descending(on: try NoiseSchedule.linear())
  }

  /// `SpacedDiffusion.p_sample_loop_progressive` of guided-diffusion with LEARNED_RANGE, clamping and a `cond_fn`.
  @Test func guidedDiffusionWithALearnedRange() throws {
    expect(
      images(
        DDPMSampler(variance: .learnedRange), try steps("5"), isGuided: true, predict: network),
      [
        [0.5064432621002197, 0.8286465406417847, 1.3461885452270508, 1.8042510747909546],
        [1.5450029373168945, 2.192099094390869, 0.10448694229125977, 0.7082517743110657],
        [0.4823596477508545, 0.998213529586792, 1.3824713230133057, 0.24283087253570557],
        [0.6090832948684692, 0.5398706197738647, 0.8930743932723999, 0.2575087249279022],
        [0.6048125624656677, 0.5359460711479187, 0.8873836398124695, 0.25499606132507324],
      ])
  }

  /// The same with FIXED_SMALL.
  @Test func guidedDiffusionWithTheSmallVariance() throws {
    expect(
      images(DDPMSampler(variance: .small), try steps("5"), isGuided: true, predict: network),
      [
        [0.5067226886749268, 0.8271571397781372, 1.343660593032837, 1.8006792068481445],
        [1.495829701423645, 2.1212356090545654, 0.10977864265441895, 0.7009430527687073],
        [0.6347132921218872, 1.1203652620315552, 1.1296859979629517, 0.3186209201812744],
        [0.5276030898094177, 0.947506308555603, 0.9634485840797424, 0.23628786206245422],
        [0.5237412452697754, 0.9415658116340637, 0.9574291110038757, 0.23386810719966888],
      ])
  }

  /// The same network taken for one of x₀ (START_X), with FIXED_LARGE and without clamping.
  @Test func guidedDiffusionWithImagesAndTheLargeVariance() throws {
    let sampler = DDPMSampler(variance: .large, clampsImage: false)
    expect(
      images(sampler, try steps("5")) { Prediction(.image, network($0, $1).values) },
      [
        [-1.4565565586090088, -0.5386094450950623, 0.3103465437889099, 1.1593024730682373],
        [-0.0022910237312316895, 1.030566692352295, -0.6491914987564087, 0.361179918050766],
        [-0.46241629123687744, 0.7804507613182068, 0.5760148763656616, -0.7296820878982544],
        [0.6959424614906311, -0.06604498624801636, 0.35053861141204834, 0.21641311049461365],
        [0.47297123074531555, 0.09197750687599182, 0.30026930570602417, 0.23320655524730682],
      ])
  }

  /// `ddim_sample_loop_progressive` with η ½, clamping and a `cond_fn`, which there is `condition_score`.
  @Test func guidedDiffusionsDDIM() throws {
    expect(
      images(
        try DDIMSampler(eta: 0.5, clampsImage: true), try steps("ddim5"), isGuided: true,
        predict: network),
      [
        [3.82851505279541, 3.2364697456359863, 3.277717113494873, 3.0662364959716797],
        [1.572603702545166, 1.9778989553451538, 1.1242914199829102, 1.4733573198318481],
        [1.1877403259277344, 1.420555591583252, 1.5686947107315063, 1.044028639793396],
        [0.9337816834449768, 0.8961402177810669, 0.871037483215332, 0.835385262966156],
        [0.9278874397277832, 0.890434205532074, 0.8654569983482361, 0.8299830555915833],
      ])
  }

  /// `DDIMSampler.p_sample_ddim` of latent-diffusion with η 1 and classifier-free guidance of scale 3, the condition adding
  /// ¼ to ε and its absence −⅛; noise comes in the last step too.
  @Test func latentDiffusionsDDIM() throws {
    let schedule = try NoiseSchedule.rootLinear(first: 0.0015, last: 0.0195)
    let steps = try Timesteps.uniform(5).descending(on: schedule)
    func shifted(_ x: Tensor, _ timestep: Int, by shift: Float) -> Prediction {
      let values = network(x, timestep).values
      return Prediction(
        .noise, Tensor(shape: values.shape, values: values.values.map { $0 + shift }))
    }
    let sampler = try DDIMSampler(eta: 1)
    expect(
      try images(sampler, steps) { x, timestep in
        try Prediction.guided(
          conditional: shifted(x, timestep, by: 0.25),
          unconditional: shifted(x, timestep, by: -0.125), scale: .fromUnconditional(3))
      },
      [
        [-6.743199348449707, -3.760784149169922, -1.6910940408706665, 0.37859612703323364],
        [-10.294604301452637, -5.753170013427734, -4.62403678894043, -1.2882673740386963],
        [-12.24219036102295, -7.063900947570801, -5.461119174957275, -3.0848474502563477],
        [-11.56214714050293, -7.111344814300537, -5.6588592529296875, -3.5252089500427246],
        [-11.4358549118042, -7.0223708152771, -5.643642425537109, -3.517171621322632],
      ])
    // σ of Collaborative Diffusion's first and last step by make_ddim_sampling_parameters, whose ᾱ are Float32.
    let fifty = try Timesteps.uniform(50).descending(on: schedule)
    #expect(abs(sampler.noiseDeviation(in: fifty[0]) - 0.561138321) < 0x1p-24)
    #expect(abs(sampler.noiseDeviation(in: fifty[49]) - 0.027432048) < 1e-6)
    #expect(sampler.addsNoise(in: fifty[49]))
  }

  /// `denoising_step` of DiffusionCLIP: inversion up to t₀ = 401 in six timesteps, then generation with two models in the
  /// ratio ¾ and with a hybrid of three.
  @Test func diffusionCLIPsInversionAndMixtures() throws {
    let schedule = try NoiseSchedule.linear(precision: .single)
    let timesteps = try Timesteps.fractions(6, upTo: 401)
    let models: [(Tensor, Int) -> [Float]] = [
      { x, t in x.values.map { 0.5 * $0 + 0.125 - Float(t) / 4000 } },
      { x, _ in x.values.map { 0.25 * $0 - 0.0625 } },
      { x, _ in x.values.map { 0.125 * $0 + 0.25 } },
    ]
    func prediction(_ model: Int, _ x: Tensor, _ timestep: Int) -> Prediction {
      Prediction(.noise, Tensor(shape: x.shape, values: models[model](x, timestep)))
    }
    let picture = Tensor(shape: [1, 2, 2], values: [-0.75, -0.25, 0.5, 0.9])
    let inversion = images(
      DDIMSampler(), try timesteps.ascending(on: schedule), from: picture
    ) { prediction(0, $0, $1) }
    expect(
      inversion,
      [
        [-0.787051260471344, -0.24108989536762238, 0.577852189540863, 1.0146212577819824],
        [-0.7839567065238953, -0.2219899296760559, 0.6209603548049927, 1.0705337524414062],
        [-0.7443258762359619, -0.19508464634418488, 0.6287773847579956, 1.0681703090667725],
        [-0.6762848496437073, -0.16416576504707336, 0.6040129661560059, 1.0137081146240234],
        [-0.5902442932128906, -0.1331174522638321, 0.5525728464126587, 0.9182741641998291],
      ])
    let latent = Tensor(shape: [1, 2, 2], values: inversion[4])
    func generated(_ plan: MixingPlan, first: Int) throws -> [[Float]] {
      try images(DDIMSampler(), try timesteps.descending(on: schedule), from: latent) { x, t in
        try plan.predictions(at: t) { [prediction(first + $0, x, t)] }[0]
      }
    }
    expect(
      try generated(MixingPlan(ratio: 0.75), first: 0),
      [
        [-0.703561007976532, -0.1460345983505249, 0.6902551054954529, 1.136276125907898],
        [-0.7963036894798279, -0.15560895204544067, 0.8054332137107849, 1.3179888725280762],
        [-0.8535468578338623, -0.15932178497314453, 0.8820159435272217, 1.4373958110809326],
        [-0.8629154562950134, -0.15532927215099335, 0.9060501456260681, 1.472118854522705],
        [-0.8180100321769714, -0.14277179539203644, 0.8700856566429138, 1.410276174545288],
        [-0.8153380155563354, -0.14217643439769745, 0.8675660490989685, 1.406095266342163],
      ])
    // HYBRID_CONFIG mixes the tuned models alone, which come behind the original one.
    let hybrid = try MixingPlan(
      [
        MixingPlan.Stage(from: 300, weights: [1, 0]),
        MixingPlan.Stage(from: 0, weights: [0.3, 0.9]),
      ], models: 2)
    expect(
      try generated(hybrid, first: 1),
      [
        [-0.7096087336540222, -0.14062270522117615, 0.7128562927246094, 1.168044924736023],
        [-0.8092432022094727, -0.1431908905506134, 0.8558874130249023, 1.3887289762496948],
        [-0.9673340916633606, -0.2140689343214035, 0.9158288240432739, 1.5184407234191895],
        [-1.0749330520629883, -0.27474868297576904, 0.9255279302597046, 1.565675139427185],
        [-1.1156961917877197, -0.3190160095691681, 0.8760044574737549, 1.5133484601974487],
        [-1.115727424621582, -0.320252388715744, 0.8729603290557861, 1.5093401670455933],
      ])
  }
}
