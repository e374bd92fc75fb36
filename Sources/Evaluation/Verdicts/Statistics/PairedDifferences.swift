/// Differences of one metric on the same images, in clusters that belong together.
///
/// Images of one person or one prompt resemble each other; treating them as independent makes a test
/// fire on nothing. The clusters, not the images, are what is sampled.
///
/// Source: Miller, "Adding Error Bars to Evals", 2024, arXiv:2411.00640, sections 2.2 and 4.
package struct PairedDifferences: Sendable, Hashable {
  /// Method minus baseline, `[cluster][image]`; no cluster is empty.
  package let clusters: [[Double]]

  /// Images in all.
  package var count: Int { clusters.reduce(0) { $0 + $1.count } }

  /// Wraps differences that are in clusters already; empty clusters are left out.
  package init(clusters: [[Double]]) { self.clusters = clusters.filter { !$0.isEmpty } }

  /// Pairs two measurements by image id.
  ///
  /// Only images that both sides have take part. Clusters and the images in them are sorted by name, so
  /// that sums do not depend on anybody's order.
  ///
  /// - Parameters:
  ///   - candidate: values by image id, finite.
  ///   - baseline: values by image id, finite.
  ///   - cluster: the cluster of an image; without one it stands for itself.
  package init(
    candidate: [String: Double], baseline: [String: Double], cluster: (String) -> String?
  ) {
    var members: [ClusterName: [String]] = [:]
    for id in candidate.keys where baseline[id] != nil {
      members[cluster(id).map(ClusterName.shared) ?? .single(id), default: []].append(id)
    }
    clusters = members.keys.sorted().map { name in
      (members[name] ?? []).sorted().compactMap { id in
        candidate[id].flatMap { value in baseline[id].map { value - $0 } }
      }
    }
  }

  /// Mean difference over images; 0 for none.
  package var mean: Double {
    let sum = clusters.reduce(0) { $0 + $1.reduce(0, +) }
    return count == 0 ? 0 : sum / Double(count)
  }

  /// Sum of each cluster's differences.
  var clusterSums: [Double] { clusters.map { $0.reduce(0, +) } }

  /// Standard error of the mean that allows for clusters; `nil` for fewer than two clusters.
  ///
  /// `√(G/(G − 1) · Σ (s_g − n_g·d̄)²) / n`; with one image a cluster it is the usual `s/√n`.
  package var standardError: Double? {
    let groups = Double(clusters.count)
    guard groups >= 2 else { return nil }
    let mean = mean
    let squares = clusters.reduce(0.0) { sum, cluster in
      let part = cluster.reduce(0) { $0 + ($1 - mean) }
      return sum + part * part
    }
    return (groups / (groups - 1) * squares).squareRoot() / Double(count)
  }

  /// The change with its uncertainty.
  ///
  /// The p-value is the larger one of the t test's and the sign-flip test's: the first is exact for
  /// normal clusters, the second for symmetric ones, and neither alone decides.
  ///
  /// - Parameters:
  ///   - seed: of the flips that are drawn.
  ///   - flips: how many are drawn where there are too many to try all.
  /// - Returns: the estimate; without a standard error for fewer than two clusters.
  package func estimate(seed: UInt64 = 0, flips: Int = SignFlipTest.usualFlips) -> Estimate {
    guard let error = standardError else {
      return Estimate(
        method: .pairedImages, difference: mean, standardError: nil, degreesOfFreedom: 1,
        pValue: nil, pairs: count, clusters: clusters.count)
    }
    let freedom = Double(clusters.count - 1)
    let student = Estimate(
      method: .pairedImages, difference: mean, standardError: error, degreesOfFreedom: freedom,
      pairs: count, clusters: clusters.count)
    let flipped = SignFlipTest.pValue(of: clusterSums, seed: seed, flips: flips)
    return Estimate(
      method: .pairedImages, difference: mean, standardError: error, degreesOfFreedom: freedom,
      pValue: max(student.pValue ?? 1, flipped), pairs: count, clusters: clusters.count)
  }
}

/// A cluster that images share, or an image by itself; the two never meet, whatever they are called.
enum ClusterName: Hashable, Comparable {
  case shared(String)
  case single(String)
}
