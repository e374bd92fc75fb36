/// The timesteps of a schedule at which a sampler stops, rising, and the one at which it ends.
///
/// Papers and repositories count differently, so the convention is part of the value: `values` are the indices of
/// the schedule that the network is told, and `end` is where the last step leads,
/// ``NoiseSchedule/cleanTimestep`` in most codes, 0 in latent diffusion's DDIM.
package struct Timesteps: Equatable, Sendable {
  /// Indices of the schedule, rising.
  package let values: [Int]
  /// The timestep below all others, at which sampling ends.
  package let end: Int

  /// Timesteps of one's own.
  ///
  /// - Throws: `DiffusionError.unorderedTimesteps`, if there are none, they do not rise, or the first is not above
  ///   `end`.
  package init(_ values: [Int], end: Int = NoiseSchedule.cleanTimestep) throws(DiffusionError) {
    let isRising = zip([end] + values, values).allSatisfy(<)
    guard end >= NoiseSchedule.cleanTimestep, !values.isEmpty, isRising else {
      throw .unorderedTimesteps(values, end: end)
    }
    self.values = values
    self.end = end
  }

  /// The steps of a sampler, from the noisiest timestep down to ``end``: as many as there are timesteps.
  ///
  /// - Throws: `DiffusionError.timestepOutOfRange`.
  package func descending(on schedule: NoiseSchedule) throws(DiffusionError) -> [DiffusionStep] {
    let levels = try levels(on: schedule)
    return DiffusionStep.descending(
      through: try [schedule.level(at: end)] + levels, timesteps: values)
  }

  /// The steps of an inversion, from the lowest timestep up to the highest: one fewer than there are timesteps.
  ///
  /// The clean image is taken for one at the lowest timestep, as DiffusionCLIP does, so going up does not
  /// mirror going down. Each step's network is told the timestep at which the step starts.
  ///
  /// Source: Kim et al., "DiffusionCLIP", CVPR 2022, equation 8; `gwang-kim/DiffusionCLIP`, `diffusionclip.py`.
  ///
  /// - Throws: `DiffusionError.timestepOutOfRange`.
  package func ascending(on schedule: NoiseSchedule) throws(DiffusionError) -> [DiffusionStep] {
    let levels = try levels(on: schedule)
    return (0..<values.count - 1).map { index in
      DiffusionStep(
        index: index, timestep: values[index], from: levels[index], to: levels[index + 1])
    }
  }

  private func levels(on schedule: NoiseSchedule) throws(DiffusionError) -> [NoiseLevel] {
    var levels: [NoiseLevel] = []
    for timestep in values { levels.append(try schedule.level(at: timestep)) }
    return levels
  }
}
