import Diffusion
import Testing

/// Timesteps against the lists of the reference codes.
@Suite struct TimestepsTests {
  /// `sorted(space_timesteps(1000, '100'))` of guided-diffusion, whose stride is 999/99.
  @Test func aHundredOfAThousandAreGuidedDiffusions() throws {
    let steps = try Timesteps.respaced("100", of: 1000)
    #expect(
      steps.values == [
        0, 10, 20, 30, 40, 50, 61, 71, 81, 91, 101, 111, 121, 131, 141, 151, 161, 172, 182, 192,
        202, 212, 222, 232, 242, 252, 262, 272, 283, 293, 303, 313, 323, 333, 343, 353, 363, 373,
        383, 394, 404, 414, 424, 434, 444, 454, 464, 474, 484, 494, 505, 515, 525, 535, 545, 555,
        565, 575, 585, 595, 605, 616, 626, 636, 646, 656, 666, 676, 686, 696, 706, 716, 727, 737,
        747, 757, 767, 777, 787, 797, 807, 817, 827, 838, 848, 858, 868, 878, 888, 898, 908, 918,
        928, 938, 949, 959, 969, 979, 989, 999,
      ])
    #expect(steps.end == -1)
  }

  /// 999/24 is a binary fraction, so 4, 12 and 20 strides are ties: 166.5, 499.5 and 832.5 go to the even side.
  @Test func tiesGoToTheEvenSide() throws {
    #expect(
      try Timesteps.respaced("25", of: 1000).values == [
        0, 42, 83, 125, 166, 208, 250, 291, 333, 375, 416, 458, 500, 541, 583, 624, 666, 708, 749,
        791, 832, 874, 916, 957, 999,
      ])
  }

  /// In exact arithmetic the 13th stride of 999/26 and the 7th of 99/14 end in .5; their sums in Float64 lie below it.
  @Test func roundingOfSumsDecides() throws {
    #expect(
      try Timesteps.respaced("27", of: 1000).values == [
        0, 38, 77, 115, 154, 192, 231, 269, 307, 346, 384, 423, 461, 499, 538, 576, 615, 653, 692,
        730, 768, 807, 845, 884, 922, 961, 999,
      ])
    #expect(
      try Timesteps.respaced("10,15,20", of: 300).values == [
        0, 11, 22, 33, 44, 55, 66, 77, 88, 99, 100, 107, 114, 121, 128, 135, 142, 149, 157, 164,
        171, 178, 185, 192, 199, 200, 205, 210, 216, 221, 226, 231, 236, 242, 247, 252, 257, 263,
        268, 273, 278, 283, 289, 294, 299,
      ])
  }

  @Test func sectionsMayBeOneOrNone() throws {
    #expect(try Timesteps.respaced("1", of: 1000).values == [0])
    #expect(try Timesteps.respaced("2", of: 1000).values == [0, 999])
    #expect(try Timesteps.respaced("0,2", of: 10).values == [5, 9])
    // The first section takes what a division leaves over.
    #expect(try Timesteps.respaced("2,2,2", of: 10).values == [0, 3, 4, 6, 7, 9])
    #expect(try Timesteps.respaced("1000", of: 1000).values == Array(0..<1000))
  }

  @Test func wholeStridesBeginAtZero() throws {
    #expect(try Timesteps.respaced("ddim25", of: 1000).values == (0..<25).map { 40 * $0 })
    #expect(try Timesteps.respaced("ddim250", of: 1000).values == (0..<250).map { 4 * $0 })
    #expect(try Timesteps.respaced("ddim1000", of: 1000).values == Array(0..<1000))
  }

  /// `[int(s) for s in np.linspace(0, 1, S) * t_0]` of DiffusionCLIP.
  @Test func fractionsAreDiffusionCLIPs() throws {
    let six = [
      300: [0, 60, 120, 180, 240, 300], 301: [0, 60, 120, 180, 240, 301],
      400: [0, 80, 160, 240, 320, 400], 401: [0, 80, 160, 240, 320, 401],
      500: [0, 100, 200, 300, 400, 500], 600: [0, 120, 240, 360, 480, 600],
      601: [0, 120, 240, 360, 480, 601],
    ]
    for (last, values) in six { #expect(try Timesteps.fractions(6, upTo: last).values == values) }
    #expect(
      try Timesteps.fractions(40, upTo: 401).values == [
        0, 10, 20, 30, 41, 51, 61, 71, 82, 92, 102, 113, 123, 133, 143, 154, 164, 174, 185, 195,
        205, 215, 226, 236, 246, 257, 267, 277, 287, 298, 308, 318, 329, 339, 349, 359, 370, 380,
        390, 401,
      ])
    // Sums of the reference's lists of 40 and of 200 timesteps.
    let sums = [
      300: (5982, 29901), 301: (6001, 30001), 400: (7981, 39901), 401: (8001, 40001),
      500: (9981, 49901), 600: (11982, 59901), 601: (12001, 60001),
    ]
    for (last, sum) in sums {
      #expect(try Timesteps.fractions(40, upTo: last).values.reduce(0, +) == sum.0, "\(last)")
      #expect(try Timesteps.fractions(200, upTo: last).values.reduce(0, +) == sum.1, "\(last)")
    }
  }

  /// S − 1 steps up, the first from timestep 0, and S steps down to the clean image.
  @Test func inversionHasOneStepFewer() throws {
    let schedule = try NoiseSchedule.linear()
    for count in [6, 40, 200] {
      let timesteps = try Timesteps.fractions(count, upTo: 401)
      let (up, down) = try (timesteps.ascending(on: schedule), timesteps.descending(on: schedule))
      #expect(up.count == count - 1 && down.count == count)
      #expect(up.map(\.timestep) == timesteps.values.dropLast())
      #expect(down.map(\.timestep) == timesteps.values.reversed())
      #expect(up[0].from == down[count - 1].from && !up[0].from.isClean)
      #expect(up[count - 2].to == down[0].from)
      #expect(down[count - 1].to == .clean && down.map(\.index) == (0..<count).reversed())
      #expect(up.allSatisfy { !$0.isDescending } && down.allSatisfy(\.isDescending))
    }
  }

  /// `make_ddim_timesteps` of latent-diffusion: later by 1, and the last step ends at the level of timestep 0.
  @Test func uniformOnesAreLatentDiffusions() throws {
    let schedule = try NoiseSchedule.rootLinear(first: 0.0015, last: 0.0195)
    let fifty = try Timesteps.uniform(50)
    #expect(fifty.values == (0..<50).map { 20 * $0 + 1 })
    #expect(try Timesteps.uniform(100).values == (0..<100).map { 10 * $0 + 1 })
    #expect(try Timesteps.uniform(200).values == (0..<200).map { 5 * $0 + 1 })
    let last = try #require(try fifty.descending(on: schedule).last)
    #expect(last.timestep == 1 && last.to.cumulativeAlpha == Double(Float(0.9985)))
    // 1000 // 300 = 3 gives 334 timesteps instead of 300, the last of them 1000.
    for count in [27, 300, 1000] {
      #expect(throws: DiffusionError.timestepOutOfRange(timestep: 1000, count: 1000)) {
        try Timesteps.uniform(count)
      }
    }
    #expect(try Timesteps.uniform(30).values.count == 31)
  }

  /// The same for `quad`; of 50 and 100 timesteps one and four occur twice or more in the reference.
  @Test func quadraticOnesAreLatentDiffusions() throws {
    #expect(try Timesteps.quadratic(5).values == [1, 51, 201, 451, 801])
    #expect(
      try Timesteps.quadratic(20).values == [
        1, 3, 9, 20, 36, 56, 80, 109, 142, 180, 222, 269, 320, 375, 435, 499, 568, 641, 719, 801,
      ])
    let fifty = try Timesteps.quadratic(50)
    #expect(fifty.values.prefix(6) == [1, 2, 3, 6, 9, 12] && fifty.values.count == 49)
    #expect(try Timesteps.quadratic(100).values.count == 96)
    #expect(fifty.end == 0)
  }

  @Test func whatCannotBeSpacedIsAnError() throws {
    for text in ["", "ddim", "ten", "10,", "-1", "1.5", "ddim2x"] {
      #expect(throws: DiffusionError.unreadableRespacing(text)) {
        try Timesteps.respaced(text, of: 1000)
      }
    }
    #expect(throws: DiffusionError.sectionTooSmall(size: 500, count: 501)) {
      try Timesteps.respaced("1,501", of: 1000)
    }
    let error = #expect(throws: DiffusionError.self) {
      try Timesteps.respaced("ddim99", of: 1000)
    }
    #expect(
      error?.description
        == "no whole stride takes 99 of 1000 timesteps; the nearest counts are 91 and 100")
    #expect(throws: DiffusionError.unorderedTimesteps([], end: -1)) {
      try Timesteps.respaced("0", of: 1000)
    }
    for count in [-1, 0, 1, 302] {
      #expect(throws: DiffusionError.invalidStepCount(count: count, last: 300)) {
        try Timesteps.fractions(count, upTo: 300)
      }
    }
    for values in [[3, 3], [4, 2], [-1, 2]] {
      #expect(throws: DiffusionError.unorderedTimesteps(values, end: -1)) { try Timesteps(values) }
    }
    #expect(throws: DiffusionError.unorderedTimesteps([0, 1], end: 0)) {
      try Timesteps([0, 1], end: 0)
    }
    #expect(throws: DiffusionError.invalidStepCount(count: 0, last: 999)) {
      try Timesteps.uniform(0)
    }
    let schedule = try NoiseSchedule.linear()
    #expect(throws: DiffusionError.timestepOutOfRange(timestep: 1000, count: 1000)) {
      try Timesteps.fractions(40, upTo: 1000).ascending(on: schedule)
    }
  }
}
