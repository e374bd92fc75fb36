/// Mean and spread of per-image scores.
package struct Summary: Equatable, Sendable {
  /// How many scores.
  package let count: Int
  /// Arithmetic mean; infinite if one score is.
  package let mean: Double
  /// Scores that are infinite, as the PSNR of equal images is.
  package let infiniteCount: Int
  /// Mean of the finite scores, to stand beside `infiniteCount`; nil where there are none.
  package let finiteMean: Double?
  /// Sample standard deviation (divided by `count − 1`); nil for one score or an infinite one.
  package let standardDeviation: Double?
  /// Standard error of the mean, `standardDeviation / √count`.
  package let standardError: Double?

  /// Summarizes scores; nil for none.
  ///
  /// Sums run in the order given (the caller sorts by image id) and carry Neumaier's compensation.
  /// An infinite score (the PSNR of equal images) makes the mean infinite.
  package init?(_ scores: [Double]) {
    guard !scores.isEmpty else { return nil }
    count = scores.count
    let finite = scores.filter(\.isFinite)
    infiniteCount = scores.count(where: \.isInfinite)
    finiteMean = finite.isEmpty ? nil : Self.compensatedSum(finite) / Double(finite.count)
    guard finite.count == scores.count else {
      mean = scores.reduce(0, +)
      standardDeviation = nil
      standardError = nil
      return
    }
    let mean = Self.compensatedSum(scores) / Double(scores.count)
    self.mean = mean
    guard scores.count > 1 else {
      standardDeviation = nil
      standardError = nil
      return
    }
    let squares = Self.compensatedSum(scores.map { ($0 - mean) * ($0 - mean) })
    let deviation = (squares / Double(scores.count - 1)).squareRoot()
    standardDeviation = deviation
    standardError = deviation / Double(scores.count).squareRoot()
  }

  /// Sum with an error of about one rounding, however many the values.
  ///
  /// Source: Neumaier, "Rundungsfehleranalyze einiger Verfahren zur Summation endlicher Summen",
  /// ZAMM 54, 1974.
  package static func compensatedSum(_ values: [Double]) -> Double {
    var sum = 0.0
    var compensation = 0.0
    for value in values {
      let next = sum + value
      compensation += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
      sum = next
    }
    return sum + compensation
  }
}
