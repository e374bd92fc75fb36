import Terms

/// A metric that was asked for and has no value.
package struct UnmeasuredMetric: Equatable, Sendable {
  /// What was asked for.
  package let metric: Metric
  /// A clause.
  package let reason: String

  /// Says why a metric has no value.
  package init(metric: Metric, reason: String) {
    self.metric = metric
    self.reason = reason
  }
}

extension [UnmeasuredMetric] {
  /// One clause for each reason, with the metrics that share it, such as `fid, kid: needs …`.
  package var byReason: [String] {
    let reasons = map(\.reason)
    return reasons.indices.filter { !reasons[..<$0].contains(reasons[$0]) }.map { first in
      let metrics = filter { $0.reason == reasons[first] }.map(\.metric.name)
      return "\(metrics.joined(separator: ", ")): \(reasons[first])"
    }
  }
}
