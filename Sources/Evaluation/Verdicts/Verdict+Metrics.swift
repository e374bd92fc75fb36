extension Verdict {
  /// The verdict over metrics beside their baselines.
  package init(_ metrics: [MetricVerdict], isStrict: Bool = false) {
    self.init(lines: metrics.map(Line.init), isStrict: isStrict)
  }
}

extension Verdict.Line {
  fileprivate init(_ verdict: MetricVerdict) {
    let comparison = verdict.comparison
    let estimate = comparison.estimate
    self.init(
      check: "\(comparison.method): \(comparison.rule.metric)", outcome: verdict.outcome,
      finding: verdict.finding)
    isBlocking = comparison.rule.isBlocking
    isTested = verdict.outcome.holds || verdict.outcome == .regression || estimate?.pValue != nil
    let interval = estimate?.interval(confidence: 0.95)
    unit = comparison.unit
    let figures: [(Verdict.Figure.Kind, Double?)] = [
      (.value, comparison.value), (.baseline, comparison.baseline),
      (.difference, estimate?.difference), (.standardError, estimate?.standardError),
      (.lowerBound, interval?.lowerBound), (.upperBound, interval?.upperBound),
      (.pValue, estimate?.pValue), (.adjustedPValue, verdict.adjustedPValue),
      (.minimumDetectableEffect, verdict.minimumDetectableEffect),
      (.pairs, estimate.map { Double($0.pairs) }),
      (.clusters, estimate.map { Double($0.clusters) }),
      (.furtherPairs, verdict.furtherPairs.map(Double.init)),
    ]
    self.figures = figures.compactMap { kind, value in
      value.flatMap { $0.isFinite ? Verdict.Figure(kind, $0) : nil }
    }
  }
}
