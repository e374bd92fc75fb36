import Foundation

/// From values to places along an axis, with marks at round values.
struct ChartScale {
  /// A round value and how it is written.
  struct Mark: Hashable {
    let value: Double
    let text: String
  }

  /// The values that the axis spans.
  let range: ClosedRange<Double>
  let isLogarithmic: Bool
  private let start: Double
  private let end: Double

  /// Spans some values.
  ///
  /// - Parameters:
  ///   - values: those that ``canShow(_:isLogarithmic:)`` refuses count for nothing.
  ///   - start: the place of the least value, in pixels.
  ///   - end: the place of the greatest one; may lie before `start`.
  ///   - isLogarithmic: whether equal ratios are equally long.
  init(
    of values: [Double], from start: Double, to end: Double, isLogarithmic: Bool = false
  ) {
    let shown = values.filter { Self.canShow($0, isLogarithmic: isLogarithmic) }
    self.isLogarithmic = isLogarithmic
    (self.start, self.end) = (start, end)
    range = Self.widened(
      shown.min() ?? (isLogarithmic ? 1 : 0), shown.max() ?? 1, isLogarithmic: isLogarithmic)
  }

  private init(range: ClosedRange<Double>, like other: ChartScale) {
    self.range = range
    (start, end, isLogarithmic) = (other.start, other.end, other.isLogarithmic)
  }

  /// Whether an axis has a place for a value: finite, of sensible size, positive for logarithms.
  static func canShow(_ value: Double, isLogarithmic: Bool = false) -> Bool {
    abs(value) <= 1e100 && (!isLogarithmic || value >= 1e-100)
  }

  /// A range that has a width for any values.
  private static func widened(
    _ low: Double, _ high: Double, isLogarithmic: Bool
  ) -> ClosedRange<Double> {
    let size = max(abs(low), abs(high))
    if high - low > max(1e-6 * size, 1e-100) { return low...high }
    if isLogarithmic { return low / 2...high * 2 }
    let room = size > 1e-90 ? 0.1 * size : 1
    return low - room...high + room
  }

  /// The position of a value, in pixels.
  func place(_ value: Double) -> Double {
    start + (end - start) * (measure(value) - measure(range.lowerBound))
      / (measure(range.upperBound) - measure(range.lowerBound))
  }

  private func measure(_ value: Double) -> Double { isLogarithmic ? log10(value) : value }

  /// The same places for a range whose ends are round.
  ///
  /// - Parameter count: about how many marks there will be.
  /// - Returns: a scale whose ends are marks; logarithmic ones stay as they are.
  func rounded(marks count: Int) -> ChartScale {
    guard !isLogarithmic else { return self }
    let step = Self.roundStep(range, count)
    let low = (range.lowerBound / step).rounded(.down) * step
    let high = (range.upperBound / step).rounded(.up) * step
    return ChartScale(range: low...high, like: self)
  }

  /// Round values in the range.
  ///
  /// - Parameter count: about how many.
  /// - Returns: the marks in ascending order.
  func marks(_ count: Int) -> [Mark] {
    let logarithmic = isLogarithmic ? logarithmicMarks(count) : []
    if logarithmic.count >= 2 { return logarithmic }
    let step = Self.roundStep(range, count)
    let digits = max(0, Int(-log10(step).rounded(.down)))
    let first = Int((range.lowerBound / step - 1e-6).rounded(.up))
    let last = Int((range.upperBound / step + 1e-6).rounded(.down))
    guard first <= last else { return [] }
    return (first...last).map { number in
      let value = Double(number) * step
      let isPlain = digits <= 6 && abs(value) < 1e7
      return Mark(
        value: value, text: String(format: isPlain ? "%.\(digits)f" : "%.3g", value))
    }
  }

  /// Powers of ten, and their 2- and 5-fold where there is room.
  private func logarithmicMarks(_ count: Int) -> [Mark] {
    let first = Int(log10(range.lowerBound).rounded(.down))
    let last = Int(log10(range.upperBound).rounded(.up))
    let decades = last - first
    let stride = max(1, (decades + count - 1) / count)
    let factors: [Double] = 3 * decades <= 2 * count ? [1, 2, 5] : [1]
    let powers = Swift.stride(from: first, through: last, by: stride)
    let values = powers.flatMap { power in factors.map { $0 * pow(10, Double(power)) } }
    // Rounding must not cost the marks at the ends.
    return values.filter {
      range.lowerBound * (1 - 1e-9)...range.upperBound * (1 + 1e-9) ~= $0
    }.map { Mark(value: $0, text: Self.text($0)) }
  }

  private static func text(_ value: Double) -> String {
    String(format: 1e-4..<1e7 ~= value ? "%.10g" : "%.0e", value)
  }

  /// 1, 2 or 5 times a power of ten.
  private static func roundStep(_ range: ClosedRange<Double>, _ count: Int) -> Double {
    let rough = (range.upperBound - range.lowerBound) / Double(max(1, count))
    let power = pow(10, log10(rough).rounded(.down))
    let factor = [1.0, 2, 5].first { rough <= $0 * power * (1 + 1e-9) } ?? 10
    return factor * power
  }
}
