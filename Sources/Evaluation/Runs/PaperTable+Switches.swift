import Measurement
import Metrics
import Provenance
import Tables

extension PaperTable {
  /// Reads `NAME=VALUE` of switches.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  package static func switches(_ texts: [String]) throws -> [(name: String, value: String)] {
    try texts.map { text in
      let halves = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard halves.count == 2 else {
        throw HarnessError(.usage, "--set wants SWITCH=VALUE, not '\(text)'")
      }
      return (halves[0], halves[1])
    }
  }

  /// The protocol with switches that are set for a run.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for a switch or value that does not exist.
  package func setting(
    _ switches: [(name: String, value: String)], fidMode: FrechetMode?
  ) throws -> PaperTable {
    var table = self
    for (name, value) in switches {
      do { table = try table.setting(name, to: value) } catch {
        throw HarnessError(.usage, "--set \(name)=\(value): \(error)")
      }
    }
    guard let fidMode else { return table }
    return try table.setting("fid_impl", to: fidMode.rawValue)
  }
}
