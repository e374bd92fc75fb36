/// What evalkit writes, and how a file shows that evalkit wrote it.
package enum OutputFormat: CaseIterable {
  case imageScores, statistics, features, pairManifest, baseline
  case junit, sarif, openMetrics, page
  case report, history, blame, claims, faceReport, labelMapTable, chart
  /// A picture, which does not show who made it.
  case picture
  /// Text that is appended to whatever text is there.
  case addition

  /// Whether a file's bytes have this format and look as if evalkit wrote them.
  ///
  /// Arrays that NumPy wrote cannot be told from evalkit's own.
  func isOwn(_ bytes: [UInt8]) -> Bool {
    func begins(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
    func holds(_ text: String) -> Bool { bytes.firstRange(of: Array(text.utf8)) != nil }
    switch self {
    // Files of an earlier evalkit were headed `id`.
    case .imageScores: return begins("image,state") || begins("id,state")
    case .statistics: return Self.isOwnArchive(bytes)
    case .features:
      return bytes.starts(with: [0x93] + "NUMPY".utf8 + [1, 0])
        && holds("{'descr': '<f4', 'fortran_order': False, 'shape': (")
    case .pairManifest:
      let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
      return begins("{\"") && line.firstRange(of: Array("\"id\":\"".utf8)) != nil
        && line.firstRange(of: Array("\"sha256\":{\"".utf8)) != nil
    case .baseline: return begins("{") && holds("\"pairsHash\"")
    case .junit:
      let lines = String(decoding: bytes.prefix(4096), as: UTF8.self).split(separator: "\n")
      return begins("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") && lines.count > 2
        && lines[1].prefixMatch(
          of: #/<testsuites tests="\d+" failures="\d+" errors="\d+" skipped="\d+">/#) != nil
        && lines[2].hasPrefix("  <testsuite name=")
    case .sarif: return begins("{") && holds("sarif-2.1.0") && holds("\"name\" : \"evalkit\"")
    case .openMetrics: return begins("# TYPE evalkit_") || bytes == Array("# EOF\n".utf8)
    case .page:
      // Pages of an earlier evalkit name no generator.
      return begins("<!DOCTYPE html>\n<html lang=\"en\">\n")
        && (holds("<meta name=\"generator\" content=\"evalkit\">") || holds("max-width: 72rem"))
    case .report:
      return begins("# ")
        && (holds("are the paper's.") || holds("the values that the paper publishes"))
    case .history:
      return begins("# History\n")
        && (holds(", fingerprint `") || holds("No run has been completed"))
    case .blame: return begins("# Blame: run ")
    case .claims:
      return begins("# Claims\n") && holds("A verdict says how a method's mechanism behaves")
    case .faceReport: return begins("# The synthetic face world\n")
    case .labelMapTable: return begins("# maps: ")
    case .chart: return begins("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\"")
    case .picture: return false
    case .addition:
      return !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
    }
  }

  /// An archive of arrays that lie unpacked under names marked as UTF-8, which NumPy does not do.
  private static func isOwnArchive(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > 30, bytes.starts(with: [0x50, 0x4B, 3, 4]) else { return false }
    let (flags, packing) = (bytes[6...7], bytes[8...9])
    let length = Int(bytes[26]) | Int(bytes[27]) << 8
    let name = String(decoding: bytes.dropFirst(30).prefix(length), as: UTF8.self)
    return flags.elementsEqual([0, 8]) && packing.elementsEqual([0, 0]) && name.hasSuffix(".npy")
  }
}
