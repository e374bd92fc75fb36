import Essentials
import Models
import Provenance
import Tensors

/// What the command line says about benchmarks.
package struct BenchOptions: RunConfigurable, Sendable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// Which subjects, in this order; empty means all.
  package var names: [String] = []
  /// Time to spend on each number.
  package var seconds = 2.0
  /// The clock.
  package var stopwatch = Stopwatch.monotonic

  /// The defaults.
  package init() {}
}

/// Measures how fast this machine runs networks and what is done around them.
package struct BenchJob {
  /// What can be measured.
  package static var names: [String] { BenchCatalogue.subjects.map(\.name) }

  private let options: BenchOptions
  private let subjects: [BenchSubject]

  /// Finds the subjects by their names.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` that offers the nearest name.
  package init(_ options: BenchOptions, catalogue: [BenchSubject] = BenchCatalogue.subjects) throws
  {
    self.options = options
    _ = try NumberRange.measuring.checked(options.seconds, for: "--seconds")
    if options.names.isEmpty {
      subjects = catalogue
      return
    }
    subjects = try options.names.map { name in
      try choose(name, as: "benchmark", from: catalogue.map(\.name)) { name in
        catalogue.first { $0.name == name }
      }
    }
  }

  /// Measures one subject after the other.
  ///
  /// - Throws: what a subject throws; ``HarnessError`` of kind `cancelled` after a stop.
  package func run() throws -> BenchReport {
    let workers = options.workers
    let runner = BenchRunner(
      workers: workers, seconds: options.seconds, stopwatch: options.stopwatch)
    options.notice("measuring the machine's peak")
    let peak = try runner.peak()
    let results = try subjects.map { subject in
      if options.shouldStop() { throw HarnessError(.cancelled, "stopped on request") }
      options.notice("measuring \(subject.name)")
      return try runner.measure(subject, peak: peak)
    }
    return BenchReport(
      machine: .current, jobs: workers.count, peak: peak, benchmarks: results)
  }
}

/// Everything that can be measured.
package enum BenchCatalogue {
  /// All networks and steps of systems, all metrics, then what images need.
  package static var subjects: [BenchSubject] {
    NetworkBenches.subjects + SystemBenches.subjects + SetBenches.subjects
      + MetricBenches.subjects + ImageBenches.subjects
  }

  /// What there is, for people.
  package static func text(_ subjects: [BenchSubject] = subjects) -> String {
    var table = TextTable([
      ("name", .left), ("kind", .left), ("input", .left), ("summary", .left),
    ])
    for subject in subjects {
      table.add([subject.name, subject.kind.rawValue, subject.input, subject.summary])
    }
    return table.text
  }

  /// The same as JSON: an array of names, kinds, inputs and summaries.
  package static func json(_ subjects: [BenchSubject] = subjects) -> String {
    JSONText.encode(subjects.map(Entry.init), pretty: true)
  }

  private struct Entry: Encodable {
    let name: String
    let kind: BenchSubject.Kind
    let input: String
    let summary: String

    init(_ subject: BenchSubject) {
      name = subject.name
      kind = subject.kind
      input = subject.input
      summary = subject.summary
    }
  }
}
