import Terms
import Testing
import Verdicts

/// Two hundred nights of the gate as a table uses it: metrics of images beside FID with KID's veto.
struct NightsTests {
  private static let nights = 200

  /// Real images, a frozen baseline and tonight's images, as features of six independent parts.
  ///
  /// Four metrics of single images are noisy views of the same images, so all tests are related.
  private struct Method {
    let real: [[Double]]
    let baseline: [[Double]]

    static let images = 120

    init(_ noise: inout Noise) {
      real = (0..<Self.images).map { _ in noise.normals(6) }
      baseline = Self.made(from: real, shift: 0, &noise)
    }

    static func made(from real: [[Double]], shift: Double, _ noise: inout Noise) -> [[Double]] {
      var made: [[Double]] = []
      for row in real {
        let chance = noise.normals(row.count)
        made.append(zip(row, chance).map { 0.6 * ($0 + $1) + 0.5 + shift })
      }
      return made
    }

    /// The gate's verdict over a night whose images lie `shift` further off.
    func night(shift: Double, _ noise: inout Noise) -> [MetricVerdict] {
      let tonight = Self.made(from: real, shift: shift, &noise)
      let groups = ImageGroups(clusters: [String?](repeating: nil, count: Self.images))
      func change(_ distance: ([[Double]], [[Double]]) -> Double) -> Estimate? {
        func replicates(_ made: [[Double]]) -> SetReplicates {
          SetReplicates(over: groups) { kept in
            distance(kept.map { real[$0] }, kept.map { made[$0] })
          }
        }
        return replicates(tonight).change(
          from: replicates(baseline), pairs: Self.images, clusters: Self.images)
      }
      var comparisons: [MetricComparison] = []
      func add(_ metric: String, _ evidence: MetricComparison.Evidence) {
        comparisons.append(
          MetricComparison(
            method: "ours", rule: MetricRule(metric: metric, direction: .lower), value: 1,
            baseline: 1, evidence: evidence))
      }
      if let fid = change(NightsTests.frechet), let kid = change(NightsTests.meanGap) {
        let second = MetricComparison.Second(metric: "kid", direction: .lower, estimate: kid)
        add("fid", .estimate(fid, second: second))
        add("kid", .estimate(kid, second: nil))
      }
      for part in 0..<4 {
        let differences = PairedDifferences(
          clusters: real.indices.map { row in
            func error(_ made: [[Double]]) -> Double {
              abs(made[row][part] - real[row][part])
                + abs(made[row][part + 1] - real[row][part + 1])
            }
            return [error(tonight) - error(baseline)]
          })
        add("part\(part)", .estimate(differences.estimate(seed: 1, flips: 999), second: nil))
      }
      return MetricVerdict.decide(comparisons)
    }
  }

  /// The Fréchet distance of Gaussians with independent parts, `Σ (Δμ)² + (Δσ)²`.
  private static func frechet(_ first: [[Double]], _ second: [[Double]]) -> Double {
    first[0].indices.reduce(0) { sum, column in
      func moments(_ rows: [[Double]]) -> (Double, Double) {
        let count = Double(rows.count)
        let mean = rows.reduce(0) { $0 + $1[column] } / count
        let squares = rows.reduce(0) { $0 + ($1[column] - mean) * ($1[column] - mean) }
        return (mean, (squares / (count - 1)).squareRoot())
      }
      let ((one, spread), (other, further)) = (moments(first), moments(second))
      return sum + (one - other) * (one - other) + (spread - further) * (spread - further)
    }
  }

  /// The unbiased discrepancy with the kernel `x·y`: what KID does, on means alone.
  private static func meanGap(_ first: [[Double]], _ second: [[Double]]) -> Double {
    func within(_ rows: [[Double]], _ column: Int) -> Double {
      let count = Double(rows.count)
      let sum = rows.reduce(0) { $0 + $1[column] }
      let squares = rows.reduce(0) { $0 + $1[column] * $1[column] }
      return (sum * sum - squares) / (count * (count - 1))
    }
    return first[0].indices.reduce(0) { sum, column in
      let one = first.reduce(0) { $0 + $1[column] } / Double(first.count)
      let other = second.reduce(0) { $0 + $1[column] } / Double(second.count)
      return sum + within(first, column) + within(second, column) - 2 * one * other
    }
  }

  private static func alarms(_ verdicts: [MetricVerdict]) -> [String] {
    verdicts.filter { $0.outcome == .regression }.map(\.comparison.rule.metric)
  }

  @Test func nightsWithoutAChangeStayQuiet() {
    let seed: UInt64 = 60
    var noise = Noise(seed: seed)
    var loud = 0
    for _ in 0..<Self.nights {
      let method = Method(&noise)
      if !Self.alarms(method.night(shift: 0, &noise)).isEmpty { loud += 1 }
    }
    #expect(Double(loud) / Double(Self.nights) <= 0.05, "seed \(seed): \(loud) of \(Self.nights)")
  }

  /// A shift `δ` of all parts moves the distance by `6·(2·0.5·δ + δ²)`; this one by twice what the gate
  /// states that it finds.
  @Test func changesOfTwiceTheStatedSizeAreCaught() {
    let seed: UInt64 = 61
    var noise = Noise(seed: seed)
    let stated =
      (0..<40).map { _ in
        Method(&noise).night(shift: 0, &noise)[0].minimumDetectableEffect ?? .nan
      }.reduce(0, +) / 40
    let shift = -0.5 + (0.25 + 2 * stated / 6).squareRoot()
    var caught = 0
    for _ in 0..<Self.nights {
      let alarms = Self.alarms(Method(&noise).night(shift: shift, &noise))
      if alarms.contains("fid") { caught += 1 }
    }
    #expect(
      Double(caught) / Double(Self.nights) >= 0.95,
      "seed \(seed): \(caught) of \(Self.nights) at \(stated), shifted by \(shift)")
  }
}
