import Diffusion
import Tensors
import Testing

/// Schedules against the digits of the reference codes.
@Suite struct NoiseScheduleTests {
  private func expect(_ found: Double, _ expected: Double, within relative: Double) {
    #expect(abs(found - expected) <= relative * abs(expected), "\(found), expected \(expected)")
  }

  /// `guided_diffusion.gaussian_diffusion.get_named_beta_schedule('linear', 1000)`.
  @Test func linearHasGuidedDiffusionsDigits() throws {
    let schedule = try NoiseSchedule.linear()
    #expect(schedule.count == 1000)
    #expect(schedule.betas[0] == 1e-4 && schedule.betas[999] == 0.02)
    let expected = [
      0: 0.9999, 1: 0.9997800920720721, 500: 0.07779665836502389, 999: 4.035829765375676e-05,
    ]
    for (timestep, value) in expected {
      expect(schedule.cumulativeAlphas[timestep], value, within: 1e-13)
    }
    let short = try NoiseSchedule.linear(250)
    expect(short.betas[0], 4e-4, within: 1e-15)
    expect(short.betas[249], 0.08, within: 1e-15)
  }

  /// `get_named_beta_schedule('cosine', 1000)`; a quotient near 1 loses the first digits of β.
  @Test func cosineHasGuidedDiffusionsDigits() throws {
    let schedule = try NoiseSchedule.cosine()
    let betas = [
      0: 4.128422482196914e-05, 1: 4.614175273665033e-05, 500: 3.155691441585007e-03,
      998: 7.499993929011166e-01, 999: 0.999,
    ]
    for (timestep, value) in betas {
      #expect(abs(schedule.betas[timestep] - value) <= 4 * 0x1p-53, "\(timestep)")
    }
    expect(schedule.cumulativeAlphas[500], 4.9228517244880304e-01, within: 1e-12)
  }

  /// `ldm.modules.diffusionmodules.util.make_beta_schedule('linear', 1000, .0015, .0195)`.
  @Test func rootLinearHasLatentDiffusionsDigits() throws {
    let schedule = try NoiseSchedule.rootLinear(first: 0.0015, last: 0.0195, precision: .double)
    let betas = [
      0: 0.0015, 1: 0.0015078346820481532, 500: 0.007963175016542865, 999: 0.0195,
    ]
    for (timestep, value) in betas { expect(schedule.betas[timestep], value, within: 1e-14) }
    let products = [
      0: 0.9985, 1: 0.996994427069975, 500: 0.11492200085532281, 981: 0.00020195601706088676,
      996: 0.00015095127102100335, 999: 0.00014230397519201775,
    ]
    for (timestep, value) in products {
      expect(schedule.cumulativeAlphas[timestep], value, within: 1e-12)
    }
    let stored = try NoiseSchedule.rootLinear(first: 0.0015, last: 0.0195)
    #expect(stored.cumulativeAlphas == schedule.cumulativeAlphas.map { Double(Float($0)) })
  }

  /// What Float32 costs: guided-diffusion's table against β, 1 − β and products in Float32, in NumPy.
  @Test func singlePrecisionLosesTheLastDigits() throws {
    let double = try NoiseSchedule.linear()
    let single = try NoiseSchedule.linear(precision: .single)
    #expect(single.betas == double.betas)
    #expect(single.cumulativeAlphas.allSatisfy { Double(Float($0)) == $0 })
    let pairs = Array(zip(single.cumulativeAlphas, double.cumulativeAlphas))
    expect(
      pairs.map { abs($0 - $1) }.max() ?? 0, 4.865018714550473e-07, within: 1e-6)
    expect(
      pairs.map { abs($0 / $1 - 1) }.max() ?? 0, 7.131612729249781e-07, within: 1e-6)
  }

  @Test func levelsShareTheVariance() throws {
    let schedule = try NoiseSchedule.linear()
    for timestep in [0, 1, 500, 999] {
      let level = try schedule.level(at: timestep)
      #expect(level.cumulativeAlpha == schedule.cumulativeAlphas[timestep])
      expect(
        level.signalRate * level.signalRate + level.noiseRate * level.noiseRate, 1, within: 4e-16)
    }
    #expect(try schedule.level(at: -1) == .clean)
    #expect(try schedule.level(after: 0) == .clean)
    // DiffusionCLIP noises a picture by ᾱ[t₀ − 1].
    #expect(try schedule.level(after: 401).cumulativeAlpha == schedule.cumulativeAlphas[400])
  }

  /// The rates that the built-in denoiser is trained with, bit for bit.
  @Test func momentsKeepTheDenoisersBits() {
    for moment in [0.05, 0.25, 0.3333, 0.5, 0.75, 1] {
      let level = NoiseLevel.cosine(at: moment)
      let signal = Float(Elementary.cosine(.pi / 2 * moment))
      let noise = Float(Elementary.sine(.pi / 2 * moment))
      let image = Tensor(shape: [3], values: [-1, 0.1234567, 0.7654321])
      let numbers = Tensor(shape: [3], values: [0.3, -1.7, 2.1])
      #expect(
        level.noised(image, with: numbers).values
          == zip(image.values, numbers.values).map { signal * $0 + noise * $1 })
    }
  }

  @Test func whatIsNoScheduleIsAnError() throws {
    #expect(throws: DiffusionError.emptySchedule) { try NoiseSchedule(betas: []) }
    #expect(throws: DiffusionError.emptySchedule) { try NoiseSchedule.cosine(0) }
    for beta in [0, 1, -0.1, .infinity] {
      #expect(throws: DiffusionError.invalidBeta(timestep: 1, value: beta)) {
        try NoiseSchedule(betas: [0.1, beta])
      }
    }
    #expect(throws: DiffusionError.self) { try NoiseSchedule(betas: [.nan]) }
    // 1000/10 · 0.02 = 2
    #expect(throws: DiffusionError.self) { try NoiseSchedule.linear(10) }
    let schedule = try NoiseSchedule.linear()
    let error = #expect(throws: DiffusionError.self) { try schedule.level(at: 1000) }
    #expect(error == .timestepOutOfRange(timestep: 1000, count: 1000))
    #expect(
      error?.description
        == "timestep 1000 lies outside the schedule's 0…999; choose one of these, for t₀ at most 999"
    )
    #expect(throws: DiffusionError.self) { try schedule.level(at: -2) }
  }
}
