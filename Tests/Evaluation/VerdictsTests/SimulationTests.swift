import Terms
import Testing
import Verdicts

/// Error rates and power of the gate, measured on simulated nights.
///
/// Bounds on shares over `n` nights leave three standard errors of a share, `3·√(p(1 − p)/n)`.
struct SimulationTests {
  private static let nights = 600
  private static let metrics = 5

  /// One night: five metrics over 24 identities of 3 images each, that share their identity's part.
  private func night(
    _ noise: inout Noise, change: [Double], flips: Int = 999
  ) -> [MetricVerdict] {
    let estimates = (0..<Self.metrics).map { metric in
      PairedDifferences(
        clusters: (0..<24).map { _ in
          // Two arms that may change places without a change, whatever each of them looks like.
          let isSkewed = !metric.isMultiple(of: 2)
          let shared = isSkewed ? noise.skewed() - noise.skewed() : noise.normal()
          return (0..<3).map { _ in change[metric] + 0.7 * shared + 0.7 * noise.normal() }
        })
    }
    return MetricVerdict.decide(
      estimates.enumerated().map { number, differences in
        MetricComparison(
          method: "ours", rule: MetricRule(metric: "m\(number)", direction: .lower), value: 1,
          baseline: 1,
          evidence: .estimate(differences.estimate(seed: UInt64(number), flips: flips), second: nil)
        )
      })
  }

  private func share(_ count: Int) -> Double { Double(count) / Double(Self.nights) }

  private func slack(_ p: Double) -> Double {
    3 * (p * (1 - p) / Double(Self.nights)).squareRoot()
  }

  @Test func nightsWithoutChangeRaiseFewAlarms() {
    let seed: UInt64 = 20
    var noise = Noise(seed: seed)
    var regressions = 0
    var decisions = 0
    for _ in 0..<Self.nights {
      let found = night(&noise, change: [Double](repeating: 0, count: Self.metrics))
      if found.contains(where: { $0.outcome == .regression }) { regressions += 1 }
      if found.contains(where: { $0.outcome != .inconclusive }) { decisions += 1 }
    }
    // Alarms are half of the two-sided errors, so 5 % need no slack.
    #expect(share(regressions) <= 0.05, "seed \(seed): \(regressions) of \(Self.nights)")
    #expect(share(decisions) <= 0.05 + slack(0.05), "seed \(seed): \(decisions)")
  }

  @Test func changesOfTheStatedSizeAreFound() {
    let seed: UInt64 = 21
    var noise = Noise(seed: seed)
    let quiet = [Double](repeating: 0, count: Self.metrics)
    // What the gate itself states, on average over nights.
    let stated =
      (0..<100).map { _ in
        night(&noise, change: quiet)[0].minimumDetectableEffect ?? .nan
      }.reduce(0, +) / 100
    // As many flips as a gate draws: fewer make p-values of 1 % uncertain, which costs power.
    for (factor, wanted) in [(1.0, 0.8), (2.0, 0.95)] {
      var found = 0
      for _ in 0..<Self.nights {
        let change = [factor * stated] + quiet.dropFirst()
        let verdicts = night(&noise, change: change, flips: SignFlipTest.usualFlips)
        if verdicts[0].outcome == .regression { found += 1 }
      }
      #expect(
        share(found) >= wanted - slack(wanted),
        "seed \(seed): \(found) of \(Self.nights) at \(factor) × \(stated)")
    }
  }

  /// The audit measures what the simulation above does, from one night's differences.
  @Test func theAuditFindsTheRate() {
    var noise = Noise(seed: 24)
    func metric(_ name: String, _ change: Double) -> FalseAlarmAudit.Metric {
      FalseAlarmAudit.Metric(
        rule: MetricRule(metric: name, direction: .lower), baseline: 1,
        differences: Dictionary(
          uniqueKeysWithValues: (0..<40).map { ("p\($0)", [change + noise.normal(), 0.1]) }))
    }
    let metrics = [metric("a", 0), metric("b", 5), metric("c", 0)]
    let audit = FalseAlarmAudit(metrics, nights: Self.nights, seed: 3)
    #expect(audit.nights == Self.nights && audit.metrics == 3)
    #expect(audit.rate <= 0.05 && audit.alarms > 0, "\(audit.alarms)")
    #expect(FalseAlarmAudit(metrics, nights: Self.nights, seed: 3).alarms == audit.alarms)
    // A gate that does not correct for three metrics fires more often.
    let lax = FalseAlarmAudit(
      metrics, levels: DecisionLevels(falseAlarms: 0.3), nights: Self.nights, seed: 3)
    #expect(lax.rate > 0.05, "\(lax.alarms)")
  }

  // MARK: Sets

  /// The Fréchet distance of Gaussians with independent features, `Σ (Δμ)² + (Δσ)²`.
  private func frechet(_ first: [[Double]], _ second: [[Double]]) -> Double {
    func moments(_ rows: [[Double]], _ column: Int) -> (mean: Double, deviation: Double) {
      let count = Double(rows.count)
      let mean = rows.reduce(0) { $0 + $1[column] } / count
      let squares = rows.reduce(0) { $0 + ($1[column] - mean) * ($1[column] - mean) }
      return (mean, (squares / (count - 1)).squareRoot())
    }
    return first[0].indices.reduce(0) { sum, column in
      let (one, other) = (moments(first, column), moments(second, column))
      let (mean, deviation) = (one.mean - other.mean, one.deviation - other.deviation)
      return sum + mean * mean + deviation * deviation
    }
  }

  /// Real images and two methods' images of them; `change` moves the candidate away.
  private func arms(_ noise: inout Noise, change: Double) -> [[[Double]]] {
    let real = (0..<120).map { _ in noise.normals(6) }
    var arms: [[[Double]]] = [real]
    for shift in [change, 0] {
      var made: [[Double]] = []
      for row in real {
        let noises = noise.normals(row.count)
        made.append(zip(row, noises).map { value, chance in 0.6 * (value + chance) + 0.5 + shift })
      }
      arms.append(made)
    }
    return arms
  }

  private func changed(_ arms: [[[Double]]]) -> Estimate? {
    let groups = ImageGroups(clusters: [String?](repeating: nil, count: arms[0].count))
    func replicates(_ arm: Int) -> SetReplicates {
      SetReplicates(over: groups) { kept in
        frechet(kept.map { arms[0][$0] }, kept.map { arms[arm][$0] })
      }
    }
    return replicates(1).change(from: replicates(2), pairs: 120, clusters: 120)
  }

  @Test func distancesOfSetsKeepTheirLevelAndPower() throws {
    let seed: UInt64 = 22
    var noise = Noise(seed: seed)
    var alarms = 0
    var effects = 0.0
    for _ in 0..<Self.nights {
      let estimate = try #require(changed(arms(&noise, change: 0)))
      if try #require(estimate.pValue) <= 0.05 { alarms += 1 }
      effects += (estimate.standardError ?? .nan) * (2.0930240544 + 0.8609505593)
    }
    #expect(share(alarms) <= 0.05 + slack(0.05), "seed \(seed): \(alarms)")
    // A shift δ of the mean moves the distance by 6·(2·0.5·δ + δ²); this one moves it by the effect.
    let effect = effects / Double(Self.nights) / 6
    let shift = -0.5 + (0.25 + effect).squareRoot()
    var found = 0
    for _ in 0..<Self.nights {
      let estimate = try #require(changed(arms(&noise, change: shift)))
      if try #require(estimate.pValue) <= 0.05, estimate.difference > 0 { found += 1 }
    }
    #expect(share(found) >= 0.8 - slack(0.8), "seed \(seed): \(found) at \(shift)")
  }

  /// Why the gate does not resample FID with replacement.
  @Test func repeatedImagesRaiseADistance() {
    var noise = Noise(seed: 23)
    let real = (0..<40).map { _ in noise.normals(6) }
    let made = real.map { row in row.map { $0 + 0.1 * noise.normal() } }
    let groups = ImageGroups(clusters: [String?](repeating: nil, count: 40), groups: 40)
    let plain = frechet(real, made)
    // Two independent halves: what a resample of the one does to its distance from the other.
    let resampled = ClusteredBootstrap(groups, count: 300).differences { drawn in
      frechet(drawn.map { real[$0] }, made) - plain
    }
    let left = SetReplicates(over: groups) { kept in frechet(kept.map { real[$0] }, made) }
    let bias = resampled.reduce(0, +) / 300
    let shift = left.leftOut.reduce(0) { $0 + $1 - plain } / 40
    #expect(bias > 10 * abs(shift), "\(bias) and \(shift) beside \(plain)")
  }
}
