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
    let figures: [(String, Double?)] = [
      ("value", comparison.value), ("baseline", comparison.baseline),
      ("difference", estimate?.difference), ("standard error", estimate?.standardError),
      ("lower bound of 95 %", interval?.lowerBound),
      ("upper bound of 95 %", interval?.upperBound), ("p", estimate?.pValue),
      ("p after Holm", verdict.adjustedPValue),
      ("minimum detectable effect", verdict.minimumDetectableEffect),
      ("pairs", estimate.map { Double($0.pairs) }),
      ("clusters", estimate.map { Double($0.clusters) }),
      ("further pairs", verdict.furtherPairs.map(Double.init)),
    ]
    self.figures = figures.compactMap { name, value in
      value.flatMap { $0.isFinite ? Verdict.Figure(name: name, value: $0) : nil }
    }
  }
}
