import Checkpoints
import Foundation
import Images
import Kernels
import Metrics
import Models
import Provenance
import Runs
import Store

/// What `evalkit doctor` is asked to look at.
package struct DoctorOptions: RunConfigurable, Sendable {
  /// Which folder holds the database and the caches.
  package var runOptions = RunOptions()
  /// Folder of the rendered reports.
  package var reports = "Reports"
  /// Weights as on every command; nil looks at the default folder, which may be missing.
  package var requestedWeights: String?
  /// The instruction set that the environment requests, if any.
  package var requestedLevel = CPULevel.requested
  /// The commit that the program was built from; empty where the build did not say.
  package var commit = ""

  /// The defaults.
  package init() {}
}

/// What this machine has, and what keeps evalkit from working on it.
package struct Doctor: Encodable, Sendable {
  /// One line of the report.
  package struct Fact: Encodable, Equatable, Sendable {
    /// What it is about.
    package let subject: String
    /// What was found.
    package let finding: String
  }

  /// Everything that was found.
  package private(set) var facts: [Fact] = []
  /// What is wrong, each a sentence that says what to do.
  package private(set) var problems: [String] = []

  /// Looks around; the only thing it writes are probes that it removes.
  package init(_ options: DoctorOptions = DoctorOptions()) {
    note("evalkit", Tool.description(builtFrom: options.commit))
    lookAtProcessor(requested: options.requestedLevel)
    lookAtLinearAlgebra()
    note("image libraries", ImageLibraries.description)
    lookAtWeights(options.requestedWeights)
    for (subject, path) in [("results", options.results), ("reports", options.reports)] {
      let disk = DiskReport(path)
      note(subject, disk.text, problem: disk.problem)
    }
    lookAtDatabase(ResultsDatabase.path(options.results))
  }

  /// The report for terminals.
  package var text: String {
    var table = TextTable([("", .left), ("", .left)])
    for fact in facts {
      for (index, line) in fact.finding.split(separator: "\n").enumerated() {
        table.add([index == 0 ? fact.subject : "", String(line)])
      }
    }
    return String(table.text.drop { $0 == "\n" })
  }

  /// The verdict in words.
  package var verdict: String {
    switch problems.count {
    case 0: "nothing is wrong with this machine"
    case 1: "one problem"
    default: "\(problems.count) problems"
    }
  }

  private mutating func note(_ subject: String, _ finding: String, problem: String? = nil) {
    facts.append(Fact(subject: subject, finding: finding))
    if let problem { problems.append(problem) }
  }

  private mutating func lookAtProcessor(requested: String?) {
    let machine = Machine.current
    note("system", machine.system)
    note(
      "processor",
      "\(machine.processor), \(machine.cores) cores, \(Int(clamping: machine.memory).inBytes) memory"
    )
    note(
      "instruction set",
      "\(machine.level) in use, \(machine.bestLevel) possible"
        + (requested.map { ", EVALKIT_CPU_LEVEL=\($0)" } ?? ""),
      problem: requested.flatMap(Self.fault(inLevel:)))
  }

  private mutating func lookAtLinearAlgebra() {
    do {
      note("linear algebra", try LinearAlgebra.description, problem: LinearAlgebra.fault)
    } catch {
      note("linear algebra", "none", problem: "\(error)")
    }
  }

  /// What is wrong with a value of `EVALKIT_CPU_LEVEL`; nil if nothing is.
  private static func fault(inLevel text: String) -> String? {
    guard let level = CPULevel(rawValue: text) else {
      let known = CPULevel.allCases.map(\.rawValue).joined(separator: ", ")
      return "EVALKIT_CPU_LEVEL is '\(text)', which is none of \(known), and is ignored; "
        + "correct or unset it"
    }
    guard level > .best else { return nil }
    return "EVALKIT_CPU_LEVEL asks for \(text), but this processor can run "
      + "\(CPULevel.best.rawValue) at most; lower or unset it"
  }

  private mutating func lookAtWeights(_ text: String?) {
    let folder = WeightSuite.defaultDirectory
    // Nobody need have a default folder; what somebody names must be there.
    if text == nil && !FileManager.default.fileExists(atPath: folder) {
      note("weights", "\(folder) (not there; name another place with --weights)")
      return
    }
    let suite: WeightSuite
    do {
      suite = try WeightSuite(parsing: text ?? "published")
    } catch {
      note("weights", "\(text ?? folder), unusable", problem: "\(error)")
      return
    }
    note("weights", Self.published(in: suite.directory))
    problems += Self.misfits(in: suite.directory) + Self.missing(in: suite)
  }

  /// Which published files a folder holds, a line each.
  private static func published(in folder: String) -> String {
    let found = WeightCatalogue.files.compactMap { WeightCatalogue.path(of: $0, in: folder) }
    return "\(folder), \(found.count) of \(WeightCatalogue.files.count) published files"
      + found.map { "\n\($0.dropFirst(folder.count + 1))" }.joined()
  }

  /// Published files of another length than theirs; hashing is left to `evalkit weights verify`.
  private static func misfits(in folder: String) -> [String] {
    WeightCatalogue.files.compactMap { weights in
      guard let path = WeightCatalogue.path(of: weights, in: folder),
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int,
        let expected = weights.bytes, size != expected
      else { return nil }
      return "\(path) has \(size.grouped) bytes, the published file has \(expected.grouped); "
        + "fetch it again"
    }
  }

  /// Files that a manifest names and that are not there.
  private static func missing(in suite: WeightSuite) -> [String] {
    suite.roles.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { role, choice in
      [choice.file, choice.onnx, choice.heads].compactMap(\.self).map(suite.path)
        .filter {
          !$0.hasPrefix(CompactWeights.prefix) && !FileManager.default.fileExists(atPath: $0)
        }
        .map { "the weights of '\(role.rawValue)' are missing: there is no file \($0)" }
    }
  }

  private mutating func lookAtDatabase(_ path: String) {
    guard FileManager.default.fileExists(atPath: path) else {
      note("database", "\(path) (none yet)")
      return
    }
    do {
      let store = try Store(path: path, access: .readOnly)
      let faults = try store.integrityCheck()
      note(
        "database",
        "\(path), schema \(Store.schemaVersion), \(faults.isEmpty ? "sound" : "damaged")",
        problem: faults.isEmpty
          ? nil
          : "\(path) is damaged: \(faults.prefix(3).joined(separator: "; ")); restore a copy")
      let (count, bytes) = try store.artifactTotals()
      note(
        "remembered results",
        "\(count), \(bytes.inBytes); 'evalkit cache --limit' forgets the oldest")
    } catch {
      note("database", "\(path), unusable", problem: error.description)
    }
  }
}
