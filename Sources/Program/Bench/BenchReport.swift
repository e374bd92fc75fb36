import Foundation
import Provenance

/// What `evalkit bench` found.
///
/// As JSON:
///
///     {"schema": 1, "tool": "evalkit 0.1.0", "jobs": 2,
///      "machine": {"processor": …, "cores": …, "memory": …, "system": …, "level": …, "bestLevel": …},
///      "peak": {"oneCore": GFLOP/s, "allWorkers": GFLOP/s},
///      "benchmarks": [
///        {"name": "vgg16", "kind": "network" | "host", "input": "3×256×256", "operations": 40089157632,
///         "groupSize": runs a worker treats together,
///         "one": {"minimum": ms, "median": ms, "repeats": n, "cores": busy on average},
///         "many": {"minimum": ms a run, "median": ms a run, "repeats": n, "cores": …},
///         "perSecond": runs, "gigaflops": …, "shareOfPeak": 0…, "peakMemory": bytes}]}
///
/// `one` is a run by itself, a network on all workers, `many` the elapsed time of each of many runs on all
/// workers. What is not known (operations of a host's subject, memory where the system does not report it)
/// is left out. `perSecond`, `gigaflops` and `shareOfPeak` follow from the shortest time of `many`.
package struct BenchReport: Encodable, Sendable {
  /// Version of this form.
  package let schema = 1
  /// The program that measured.
  package let tool = "evalkit \(Tool.version)"
  /// Where it measured.
  package let machine: Machine
  /// Workers that ran at once.
  package let jobs: Int
  /// The machine's fastest multiply-adds.
  package let peak: BenchPeak
  /// Every requested subject.
  package let benchmarks: [BenchResult]

  /// The same as JSON.
  package var json: String { JSONText.encode(self, pretty: true) }

  /// Tables for terminals.
  package var text: String {
    let (networks, host) = (of(.network), of(.host))
    let machine =
      "\(machine.processor), \(jobs) of \(machine.cores) cores, \(machine.level); measured peak "
      + String(format: "%.0f GFLOP/s on one core, %.0f on all", peak.oneCore, peak.allWorkers)
    var parts = [machine]
    if !networks.isEmpty { parts += ["", Self.table(networks, of: .network), "", Self.legend] }
    if !host.isEmpty { parts += ["", Self.table(host, of: .host)] }
    return parts.joined(separator: "\n")
  }

  private func of(_ kind: BenchSubject.Kind) -> [BenchResult] {
    benchmarks.filter { $0.kind == kind }
  }

  private static let legend =
    "ms are the shortest of all repeats, the median in parentheses. 'one' is an image alone, "
    + "'many'\nthe elapsed time of each of many, both on all cores. Operations are those of direct "
    + "convolutions:\nWinograd's are fewer, so the share of the measured peak may exceed 100 %. "
    + "Memory is the whole\nprocess at its largest."

  private static func table(_ results: [BenchResult], of kind: BenchSubject.Kind) -> String {
    let isNetwork = kind == .network
    var table = TextTable(
      [
        (isNetwork ? "network" : "metric or operation", .left), ("input", .left),
        ("one alone, ms", .right), ("many, ms each", .right), ("a second", .right),
      ]
        + (isNetwork
          ? [
            ("group", .right), ("direct-form GFLOP/s", .right), ("of peak", .right),
            ("memory", .right),
          ] : []))
    for result in results {
      table.add(
        [
          result.name, result.input, text(result.one), text(result.many),
          String(format: result.perSecond < 100 ? "%.1f" : "%.0f", result.perSecond),
        ]
          + (isNetwork
            ? [
              "\(result.groupSize)",
              result.gigaflops.map { String(format: "%.0f", $0) } ?? "–",
              result.shareOfPeak.map { String(format: "%.0f %%", 100 * $0) } ?? "–",
              result.peakMemory?.inBytes ?? "–",
            ] : []))
    }
    return table.text
  }

  /// Three digits that matter, and the median.
  private static func text(_ timing: BenchTiming) -> String {
    let digits = timing.minimum < 1 ? 3 : timing.minimum < 10 ? 2 : 1
    return String(format: "%.\(digits)f (%.\(digits)f)", timing.minimum, timing.median)
  }
}
