import Foundation
import Tables
import Terms
import TestSupport
import Testing

/// Gate files, read strictly.
struct GateFileTests {
  private static let text = """
    title: Nightly
    false_alarms: 0.01
    power: 0.9
    strict: true
    fresh_hours: 30
    clusters: identity
    methods: [ours, theirs]
    failures: {maximum: 3, above_baseline: 1}
    metrics:
      fid:
        direction: lower
        floor: {absolute: 0.5, relative: 0.01}
        margin: {absolute: 1}
        limits: {minimum: 5, maximum: 60}
      id: {direction: higher, blocking: false}
    """

  private func error(replacing old: String, with new: String) throws -> TableError {
    let text = Self.text.replacingOccurrences(of: old, with: new)
    #expect(text != Self.text, "the text holds '\(old)'")
    return try #require(throws: TableError.self) {
      try GateFile(yaml: text, file: "g.yaml", metrics: .known)
    }
  }

  @Test func readsEverything() throws {
    let gate = try GateFile(yaml: Self.text, file: "g.yaml", metrics: .known)
    #expect(gate.title == "Nightly" && gate.falseAlarms == 0.01 && gate.power == 0.9)
    #expect(gate.isStrict && gate.freshHours == 30 && gate.clusters == .identity)
    #expect(gate.methods == ["ours", "theirs"])
    #expect(gate.failures.maximum == 3 && gate.failures.aboveBaseline == 1)
    #expect(gate.metrics.map(\.metric.name) == ["fid", "id"])
    let fid = gate.metrics[0]
    #expect(fid.direction == .lower && fid.isBlocking)
    #expect(fid.floor == Amount(absolute: 0.5, relative: 0.01))
    #expect(fid.margin == Amount(absolute: 1))
    #expect(fid.minimum == 5 && fid.maximum == 60)
    #expect(!gate.metrics[1].isBlocking && gate.metrics[1].margin == nil)
  }

  @Test func hasDefaults() throws {
    let gate = try GateFile(
      yaml: "title: t\nmetrics: {mae: {direction: lower}}", file: "g.yaml", metrics: .known)
    #expect(gate.falseAlarms == 0.05 && gate.power == 0.8 && !gate.isStrict)
    #expect(gate.freshHours == nil && gate.methods.isEmpty && gate.failures.maximum == 0)
    #expect(gate.metrics[0].floor == Amount())
  }

  @Test(arguments: [
    ("  fid:", "  fed:", "'fid'"),
    ("floor: {absolute: 0.5", "flor: {absolute: 0.5", "'floor'"),
    ("direction: lower", "direction: down", "'down'"),
    ("    direction: lower\n", "", "direction"),
    ("false_alarms: 0.01", "false_alarms: 5", "at most 0.5"),
    ("false_alarms: 0.01", "false_alarms: 0.6", "at most 0.5"),
    ("false_alarms: 0.01", "false_alarms: 1e-320", "above 0"),
    ("margin: {absolute: 1}", "margin: {absolute: 1e308}", "to 1000"),
    ("relative: 0.01", "relative: 1.5", "to 1"),
    ("power: 0.9", "power: 1", "between 0 and 1"),
    ("relative: 0.01", "relative: -0.01", "from 0 to"),
    ("relative: 0.01", "relative: 1e308", "from 0 to"),
    ("relative: 0.01", "relative: nan", "must be a number"),
    ("maximum: 3", "maximum: 9223372036854775808", "whole number"),
    ("margin: {absolute: 1}", "margin: {}", "'absolute'"),
    ("minimum: 5", "minimum: 70", "so nothing"),
    ("maximum: 3", "maximum: -1", "whole number"),
    ("[ours, theirs]", "[ours, ours]", "ours"),
    ("clusters: identity", "clusters: face", "'face'"),
    ("strict: true", "strict: 1", "true or false"),
  ])
  func namesMistakes(old: String, new: String, part: String) throws {
    let error = try error(replacing: old, with: new)
    #expect(error.description.hasPrefix("g.yaml:"), "\(error)")
    #expect(error.description.contains(part), "\(error)")
  }

  @Test func wantsAMetric() throws {
    #expect(throws: TableError.self) {
      try GateFile(yaml: "title: t\nmetrics: {}", file: "g", metrics: .known)
    }
    #expect(throws: TableError.self) { try GateFile(yaml: "title: t", file: "g", metrics: .known) }
  }

  /// Every gate that comes with the package.
  @Test func theFoldersGatesAreSound() throws {
    let files = ProtocolFiles([.program], metrics: .known)
    let names = try files.gateNames()
    #expect(!names.isEmpty)
    for name in names {
      let gate = try files.gate(name)
      #expect(try files.ids().contains(name), "\(name) is the gate of no table")
      let columns = try files.table(name).columns.compactMap(\.metric)
      for metric in gate.metrics { #expect(columns.contains(metric.metric), "\(name)") }
    }
    let error = try #require(throws: TableError.self) { try files.gate("ddgi.table") }
    #expect(error.description.contains("'ddgi.table1'"))
  }
}
