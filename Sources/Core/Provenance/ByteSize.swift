/// A number of bytes as a person writes it.
package struct ByteSize: Equatable, Sendable {
  /// The bytes.
  package let bytes: Int

  /// Reads a number of `B`, of `kB`, `MB`, `GB` or `TB`, powers of a thousand, or of `KiB`, `MiB`, `GiB` or
  /// `TiB`, powers of 1024.
  ///
  /// Only 0 may stand alone: 20 without a unit is more often meant as gigabytes than as bytes.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  package init(parsing text: String) throws(HarnessError) {
    let number = text.prefix { $0.isNumber || $0 == "." }
    let unit = text.dropFirst(number.count).trimmingPrefix { $0 == " " }
    guard let value = Double(number), let factor = unit.isEmpty ? 1 : Self.units[unit.lowercased()],
      value * factor < 1e18
    else { throw HarnessError(.usage, "invalid size '\(text)'; write it like 500MB, 2GiB or 0") }
    guard value == 0 || !unit.isEmpty else {
      throw HarnessError(.usage, "'\(text)' has no unit; write \(text)MB or \(text)GB")
    }
    bytes = Int(value * factor)
  }

  private static let units = [
    "b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 0x1p10, "mib": 0x1p20,
    "gib": 0x1p30, "tib": 0x1p40,
  ]
}
