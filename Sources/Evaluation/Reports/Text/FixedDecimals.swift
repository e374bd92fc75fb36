import Foundation

/// Numbers with a fixed count of decimals, as every report and terminal prints them.
package enum FixedDecimals {
  /// A number without a sign where nothing but zeros is left of it; `nil` for NaN and infinities.
  package static func text(_ value: Double, digits: Int) -> String? {
    guard value.isFinite else { return nil }
    let text = String(format: "%.\(digits)f", value)
    return text.hasPrefix("-") && !text.contains { "123456789".contains($0) }
      ? String(text.dropFirst()) : text
  }
}
