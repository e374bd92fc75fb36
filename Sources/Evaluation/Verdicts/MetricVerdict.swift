/// What a gate decided about one metric of one method.
package struct MetricVerdict: Sendable, Hashable {
  /// What was judged.
  package let comparison: MetricComparison
  /// How the comparison ended.
  package let outcome: Verdict.Outcome
  /// Why, in one sentence.
  package let finding: String
  /// p-value after Holm's correction over the gate; `nil` where nothing was tested.
  package let adjustedPValue: Double?
  /// The smallest change that would be found with the gate's power; `nil` without a standard error.
  package let minimumDetectableEffect: Double?
  /// How many more pairs would settle an inconclusive verdict; `nil` where that cannot be said.
  package let furtherPairs: Int?

  /// Decides about all metrics of a gate at once, since each test uses up some of its level.
  ///
  /// In this order: what cannot be compared or was not measured; a broken limit; a change proven to lie
  /// within the margin is equivalent; a significant change beyond the floor is a regression or an
  /// improvement, unless a second metric of the same features does not move the same way; everything
  /// else is inconclusive.
  package static func decide(
    _ comparisons: [MetricComparison], levels: DecisionLevels = DecisionLevels()
  ) -> [MetricVerdict] {
    let tested = comparisons.indices.filter {
      comparisons[$0].estimate?.pValue?.isNaN == false
    }
    let adjusted = HolmCorrection.adjusted(
      tested.compactMap { comparisons[$0].estimate?.pValue })
    let byIndex = Dictionary(uniqueKeysWithValues: zip(tested, adjusted))
    return comparisons.indices.map { index in
      Decision(
        comparison: comparisons[index], adjusted: byIndex[index], family: max(1, tested.count),
        levels: levels
      ).verdict
    }
  }

  init(
    _ comparison: MetricComparison, _ outcome: Verdict.Outcome, _ finding: String,
    adjustedPValue: Double? = nil, minimumDetectableEffect: Double? = nil, furtherPairs: Int? = nil
  ) {
    self.comparison = comparison
    self.outcome = outcome
    self.finding = finding
    self.adjustedPValue = adjustedPValue
    self.minimumDetectableEffect = minimumDetectableEffect
    self.furtherPairs = furtherPairs
  }
}
