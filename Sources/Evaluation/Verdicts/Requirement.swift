import Foundation

/// A bound that a measured value must keep: `fid<=47`, `miou > 40`, `ours:id>=0.75`.
///
/// Numbers are in the scale that the table prints: a percentage is compared as a percentage.
package struct Requirement: Sendable, Hashable, CustomStringConvertible {
  /// The method asked about; `nil` for every measured method that is not an anchor.
  package let method: String?
  /// Name of the metric, for example `fid`.
  package let metric: String
  /// How the value must relate to `bound`.
  package let comparison: Comparison
  /// The bound in the printed scale; finite.
  package let bound: Double

  /// How value and bound must relate.
  package enum Comparison: String, CaseIterable, Sendable {
    case atMost = "<="
    case atLeast = ">="
    case equal = "=="
    case below = "<"
    case above = ">"

    /// Whether `value` keeps `bound`; never for NaN.
    ///
    /// What lies within rounding of the bound is at it.
    package func holds(_ value: Double, _ bound: Double) -> Bool {
      let isEqual = abs(value - bound) <= Self.rounding(at: bound)
      return switch self {
      case .atMost: isEqual || value < bound
      case .atLeast: isEqual || value > bound
      case .equal: isEqual
      case .below: !isEqual && value < bound
      case .above: !isEqual && value > bound
      }
    }

    /// What a set's score can lose in Float64: 1e-13 of the sums behind it, which for FID, whose variances
    /// are the largest, reach a thousand.
    private static func rounding(at bound: Double) -> Double { 1e-10 * max(1, abs(bound)) }
  }

  /// The requirement in its shortest spelling.
  package var description: String {
    "\(method.map { "\($0):" } ?? "")\(metric) \(comparison.rawValue) \(bound)"
  }

  /// Reads `METRIC OPERATOR NUMBER` or `METHOD:METRIC OPERATOR NUMBER`.
  ///
  /// White space around the parts does not count. The method may hold colons, the metric may not.
  ///
  /// - Throws: `RequirementError.malformed`, saying what was expected.
  package init(parsing text: String) throws(RequirementError) {
    guard let start = text.firstIndex(where: "<>=!≤≥".contains) else {
      throw .malformed(text: text, reason: "has no operator")
    }
    let tail = text[start...]
    let end = tail.firstIndex { !"<>=!≤≥".contains($0) } ?? text.endIndex
    guard let comparison = Comparison(rawValue: String(text[start..<end])) else {
      throw .malformed(text: text, reason: "has the unknown operator '\(text[start..<end])'")
    }
    let number = text[end...].trimmed
    guard let bound = Double(number), bound.isFinite,
      number.allSatisfy({ "+-.0123456789eE".contains($0) })
    else {
      throw .malformed(text: text, reason: "compares with '\(number)', which is not a number")
    }
    let subject = text[..<start]
    let colon = subject.lastIndex(of: ":")
    let metric = subject[(colon.map { text.index(after: $0) } ?? text.startIndex)...].trimmed
    guard !metric.isEmpty, !metric.contains(where: \.isWhitespace) else {
      throw .malformed(text: text, reason: "names no metric before '\(comparison.rawValue)'")
    }
    let method = colon.map { subject[..<$0].trimmed }
    guard method != "" else {
      throw .malformed(text: text, reason: "names no method before ':'")
    }
    self.method = method
    self.metric = metric
    self.comparison = comparison
    self.bound = bound
  }
}

extension Substring {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
