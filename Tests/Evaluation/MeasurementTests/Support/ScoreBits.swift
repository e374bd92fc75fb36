import Measurement
import Terms

/// Everything that a set's score says, numbers by their bits, so that NaN equals itself.
struct ScoreBits: Equatable {
  let metric: Metric
  let value: UInt64?
  let standardError: UInt64?
  let count: Int
  let referenceCount: Int?
  let reason: String?
  let details: [String: String]

  init(_ score: SetScore) {
    metric = score.metric
    value = score.value?.bitPattern
    standardError = score.standardError?.bitPattern
    count = score.count
    referenceCount = score.referenceCount
    reason = score.reason
    details = score.details
  }
}

extension MeasuredSet {
  /// All scores, to be compared bit by bit.
  var bits: [ScoreBits] { scores().map(ScoreBits.init) }

  /// The score of a metric; nil where the set has none.
  func score(of metric: Metric) -> SetScore? { scores().first { $0.metric == metric } }
}
