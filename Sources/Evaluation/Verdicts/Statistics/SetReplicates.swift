/// A metric of a whole set, and again without each group of its images.
///
/// Two arms measured over the same groups are paired: what the images have in common cancels.
package struct SetReplicates: Sendable, Hashable, Codable {
  /// Over all images.
  package let value: Double
  /// Without the images of each group, in the groups' order.
  package let leftOut: [Double]

  /// Values that were measured before, for example by a stored baseline.
  package init(value: Double, leftOut: [Double]) {
    self.value = value
    self.leftOut = leftOut
  }

  /// Measures a set and its replicates.
  ///
  /// - Parameters:
  ///   - groups: what is left out each time.
  ///   - metric: the metric over the images at some positions, ascending.
  package init(
    over groups: ImageGroups, metric: (_ kept: [Int]) throws -> Double
  ) rethrows {
    value = try metric(groups.all)
    leftOut = try groups.groups.indices.map { try metric(groups.without($0)) }
  }

  /// The change from a baseline that was measured over the same groups.
  ///
  /// The delete-a-group jackknife: `SE² = (K − 1)/K · Σ (δ_k − δ̄)²` with `K − 1` degrees of freedom for
  /// the differences `δ_k` of replicates.
  ///
  /// A bootstrap would draw images twice, and features that occur twice lower the rank of a covariance:
  /// FID of a resample is biased by more than the changes that a gate looks for, and in 2048 dimensions
  /// the spread with it. Leaving a group out repeats nothing, and shifts all replicates alike.
  ///
  /// Source: Kott, "The Delete-a-Group Jackknife", Journal of Official Statistics 17, 2001.
  /// - Parameters:
  ///   - baseline: the other arm.
  ///   - pairs: images that both share.
  ///   - clusters: what they form.
  /// - Returns: `nil` where the arms do not have the same number of at least two groups.
  package func change(from baseline: SetReplicates, pairs: Int, clusters: Int) -> Estimate? {
    guard leftOut.count == baseline.leftOut.count, leftOut.count >= 2 else { return nil }
    let differences = zip(leftOut, baseline.leftOut).map { $0 - $1 }
    let count = Double(differences.count)
    let mean = differences.reduce(0, +) / count
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return Estimate(
      method: .pairedSets, difference: value - baseline.value,
      standardError: ((count - 1) / count * squares).squareRoot(), degreesOfFreedom: count - 1,
      pairs: pairs, clusters: clusters)
  }
}
