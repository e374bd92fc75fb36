import Testing
import Verdicts

struct SetReplicatesTests {
  @Test func groupsKeepClustersTogether() {
    let clusters: [String?] = (0..<60).map { $0 < 30 ? "p\($0 / 3)" : nil }
    let groups = ImageGroups(clusters: clusters, groups: 8, seed: 4)
    #expect(groups.clusters == 40 && groups.count == 60)
    #expect(groups.groups.flatMap { $0 }.sorted() == Array(0..<60))
    for group in groups.groups {
      #expect(group == group.sorted() && (6...10).contains(group.count), "\(group)")
      for start in stride(from: 0, to: 30, by: 3) {
        let members = group.filter { (start..<start + 3).contains($0) }
        #expect(members.isEmpty || members.count == 3)
      }
    }
    #expect(groups == ImageGroups(clusters: clusters, groups: 8, seed: 4))
    #expect(groups.without(2).count + groups.groups[2].count == 60)
    #expect(ImageGroups(clusters: [nil, nil]).groups.count == 2)
  }

  /// For a mean the jackknife over single images is the usual standard error.
  @Test func agreesWithTheMean() throws {
    var noise = Noise(seed: 5)
    let (one, other) = (noise.normals(17), noise.normals(17))
    let groups = ImageGroups(clusters: [String?](repeating: nil, count: 17))
    func mean(_ values: [Double]) -> SetReplicates {
      SetReplicates(over: groups) { kept in
        kept.reduce(0) { $0 + values[$1] } / Double(kept.count)
      }
    }
    let found = try #require(mean(one).change(from: mean(other), pairs: 17, clusters: 17))
    let expected = PairedDifferences(clusters: zip(one, other).map { [$0 - $1] })
    #expect(abs(found.difference - expected.mean) < 1e-12)
    #expect(abs(try #require(found.standardError) - (expected.standardError ?? .nan)) < 1e-12)
    #expect(found.degreesOfFreedom == 16)
  }

  @Test func needsTheSameGroups() {
    let one = SetReplicates(value: 1, leftOut: [1, 2, 3])
    #expect(
      one.change(from: SetReplicates(value: 1, leftOut: [1, 2]), pairs: 3, clusters: 3) == nil)
    #expect(one.change(from: one, pairs: 3, clusters: 3)?.pValue == 1)
    let alone = SetReplicates(value: 1, leftOut: [1])
    #expect(alone.change(from: alone, pairs: 1, clusters: 1) == nil)
  }

  @Test func theBootstrapAgreesWithTheStandardError() throws {
    var noise = Noise(seed: 6)
    let values = noise.normals(80)
    let groups = ImageGroups(clusters: [String?](repeating: nil, count: 80), groups: 80)
    let resampled = ClusteredBootstrap(groups, count: 4000, seed: 1).differences { drawn in
      drawn.reduce(0) { $0 + values[$1] } / Double(drawn.count)
    }
    let interval = try #require(ClusteredBootstrap.interval(of: resampled, confidence: 0.95))
    let estimate = PairedDifferences(clusters: values.map { [$0] }).estimate(flips: 99)
    let student = try #require(estimate.interval(confidence: 0.95))
    // Resampling divides by n where the error divides by n − 1, and 4000 draws know a tail to 5 %.
    let width = interval.upperBound - interval.lowerBound
    #expect(abs(width / (student.upperBound - student.lowerBound) - 1) < 0.08, "\(width)")
    #expect(interval.contains(estimate.difference))
    #expect(ClusteredBootstrap.interval(of: [1], confidence: 0.9) == nil)
  }
}
