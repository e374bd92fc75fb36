/// The Western code page, with its five holes filled by the controls of the same number.
///
/// Source: Unicode's CP1252.TXT; WHATWG Encoding, index-windows-1252; ftfy calls it sloppy-windows-1252.
enum Windows1252 {
  /// What bytes 80 … 9F mean.
  private static let upperControls: [Unicode.Scalar] = [
    "€", "\u{81}", "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "\u{8D}", "Ž", "\u{8F}",
    "\u{90}", "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", "\u{9D}", "ž", "Ÿ",
  ]

  private static let bytes = Dictionary(
    uniqueKeysWithValues: upperControls.enumerated().map { ($0.element, 0x80 + UInt8($0.offset)) })

  /// The character of a byte.
  static func scalar(of byte: UInt8) -> Unicode.Scalar {
    (0x80...0x9F).contains(byte) ? upperControls[Int(byte) - 0x80] : Unicode.Scalar(byte)
  }

  /// The byte of a character; nil where the page lacks it.
  static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    if let byte = bytes[scalar] { return byte }
    let isOutside = scalar.value > 0xFF || (0x80...0x9F).contains(scalar.value)
    return isOutside ? nil : UInt8(scalar.value)
  }
}
