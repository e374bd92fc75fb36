extension Timesteps {
  /// Timesteps by a text as guided-diffusion reads it: counts of equal sections, separated by commas, or `ddimN` for N
  /// timesteps at a whole stride.
  ///
  /// - Parameters:
  ///   - specification: for example `100`, `10,15,20` or `ddim25`.
  ///   - total: T, the schedule's number of timesteps.
  /// - Returns: timesteps that end at the clean image.
  /// - Throws: `DiffusionError.unreadableRespacing`, `.sectionTooSmall`, `.noWholeStride`; `.unorderedTimesteps`, if all
  ///   counts are 0.
  ///
  /// Source: `openai/guided-diffusion`, `guided_diffusion/respace.py`, `space_timesteps`.
  package static func respaced(
    _ specification: String, of total: Int
  ) throws(DiffusionError) -> Timesteps {
    if specification.hasPrefix("ddim") {
      guard let count = Int(specification.dropFirst(4)) else {
        throw .unreadableRespacing(specification)
      }
      return try wholeStride(count, of: total)
    }
    let parts = specification.split(separator: ",", omittingEmptySubsequences: false)
    let counts = parts.compactMap { Int($0) }
    guard counts.count == parts.count, counts.allSatisfy({ $0 >= 0 }) else {
      throw .unreadableRespacing(specification)
    }
    return try sections(counts, of: total)
  }

  /// So many timesteps of each of several equal sections, each with its first and last one.
  ///
  /// A fractional stride is added up in Float64 and rounded half to even, as the reference does, so that the last
  /// digits of a sum decide some of the indices.
  private static func sections(_ counts: [Int], of total: Int) throws(DiffusionError) -> Timesteps {
    let (size, extra) = total.quotientAndRemainder(dividingBy: counts.count)
    var start = 0
    var values: [Int] = []
    for (section, count) in counts.enumerated() {
      let size = size + (section < extra ? 1 : 0)
      guard count <= size else { throw .sectionTooSmall(size: size, count: count) }
      let stride = count > 1 ? Double(size - 1) / Double(count - 1) : 1
      var place = 0.0
      for _ in 0..<count {
        values.append(start + Int(place.rounded(.toNearestOrEven)))
        place += stride
      }
      start += size
    }
    return try Timesteps(values)
  }

  /// Every n-th timestep from 0, with the smallest n that gives so many.
  private static func wholeStride(_ count: Int, of total: Int) throws(DiffusionError) -> Timesteps {
    func taken(_ stride: Int) -> Int { (total + stride - 1) / stride }
    let strides = 1..<max(total, 2)
    guard let stride = strides.first(where: { taken($0) == count }) else {
      let counts = strides.map(taken)
      let nearest = [counts.first { $0 < count }, counts.last { $0 > count }]
      throw .noWholeStride(count: count, total: total, possible: nearest.compactMap { $0 })
    }
    return try Timesteps(Array(Swift.stride(from: 0, to: total, by: stride)))
  }

  /// DiffusionCLIP's timesteps from 0 to t₀, the whole parts of `linspace(0, 1, S) · t₀`.
  ///
  /// - Parameters:
  ///   - count: S, at least 2.
  ///   - last: t₀, itself a timestep, so at most T − 1.
  /// - Returns: S timesteps that end at the clean image.
  /// - Throws: `DiffusionError.invalidStepCount` for fewer than 2 steps and for more than there are timesteps.
  ///
  /// Source: `gwang-kim/DiffusionCLIP`, `diffusionclip.py`, `seq_inv`.
  package static func fractions(
    _ count: Int, upTo last: Int
  ) throws(DiffusionError) -> Timesteps {
    guard count >= 2, count <= last + 1 else { throw .invalidStepCount(count: count, last: last) }
    return try Timesteps(
      NoiseSchedule.evenlySpaced(count, from: 0, to: 1).map { Int($0 * Double(last)) })
  }

  /// Latent diffusion's uniform timesteps: every `T / S`-th one, each later by 1, down to the level of timestep 0.
  ///
  /// A quotient that is no whole number gives more than S timesteps.
  ///
  /// - Parameters:
  ///   - count: S.
  ///   - total: T.
  /// - Returns: timesteps that end at timestep 0.
  /// - Throws: `DiffusionError.timestepOutOfRange` where the last one, later by 1, is no longer a timestep, as
  ///   for S = 27 and S = 1000 of 1000, which stop the reference too; `.invalidStepCount` for S outside 1…T.
  ///
  /// Source: `CompVis/latent-diffusion`, `ldm/modules/diffusionmodules/util.py`, `make_ddim_timesteps` and
  /// `make_ddim_sampling_parameters`.
  package static func uniform(_ count: Int, of total: Int = 1000) throws(DiffusionError)
    -> Timesteps
  {
    guard (1...max(total, 1)).contains(count) else {
      throw .invalidStepCount(count: count, last: total - 1)
    }
    return try shifted(Array(Swift.stride(from: 0, to: total, by: total / count)), of: total)
  }

  /// Latent diffusion's quadratic timesteps, denser near the image: the whole parts of `linspace(0, √(0.8 T), S)²`, each
  /// later by 1, down to the level of timestep 0.
  ///
  /// - Parameters:
  ///   - count: S, at least 2.
  ///   - total: T.
  /// - Returns: timesteps that end at timestep 0.
  /// - Throws: `DiffusionError.invalidStepCount` for S outside 2…T, `.timestepOutOfRange` for a T that is too small.
  /// - Deviation: the reference repeats timesteps near the image where S is large, and a step between equal levels leaves
  ///   an image as it is; here each timestep occurs once, so there may be fewer than S.
  ///
  /// Source: as ``uniform(_:of:)``.
  package static func quadratic(
    _ count: Int, of total: Int = 1000
  ) throws(DiffusionError) -> Timesteps {
    guard count >= 2, count <= total else { throw .invalidStepCount(count: count, last: total - 1) }
    let roots = NoiseSchedule.evenlySpaced(count, from: 0, to: (Double(total) * 0.8).squareRoot())
    let values = roots.map { Int($0 * $0) }
    return try shifted(
      values.indices.filter { $0 == 0 || values[$0] > values[$0 - 1] }.map { values[$0] },
      of: total)
  }

  /// Timesteps later by 1 that end at the level of timestep 0.
  private static func shifted(_ values: [Int], of total: Int) throws(DiffusionError) -> Timesteps {
    let values = values.map { $0 + 1 }
    if let last = values.last, last >= total {
      throw .timestepOutOfRange(timestep: last, count: total)
    }
    return try Timesteps(values, end: 0)
  }
}
