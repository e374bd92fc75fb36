import Provenance
import Terms

extension Metric {
  /// Reads a comma list of metric names; one that is named twice counts once.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` that names the nearest valid name.
  package static func list(_ text: String) throws -> [Metric] {
    let names = text.split(separator: ",").map { $0.trimmingPrefix { $0 == " " } }
    let found = try names.map { name in
      try choose(
        String(name), as: "metric", from: MetricRegistry.names, Self.init(named:))
    }
    guard !found.isEmpty else { throw HarnessError(.usage, "--metrics names no metric") }
    return found.enumerated().filter { !found[..<$0.offset].contains($0.element) }.map(\.element)
  }
}

extension FrechetMode {
  /// - Throws: ``HarnessError`` of kind `usage` that names the nearest valid name.
  package static func named(_ text: String) throws -> FrechetMode {
    try choose(text, as: "FID mode", from: allCases.map(\.rawValue), Self.init(rawValue:))
  }
}
