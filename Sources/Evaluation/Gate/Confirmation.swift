import Foundation
import Provenance
import Runs
import Store
import Verdicts

/// Asks a second run, made by a command with another seed, about what fails the gate.
struct Confirmation {
  /// A shell command that regenerates the images and measures them into the same database.
  let command: String
  let request: GateRequest

  /// The verdict that stands after the second run.
  ///
  /// The command gets `EVALKIT_SEED`, a seed that the first run was not made with, `EVALKIT_RESULTS` and
  /// `EVALKIT_RUN`, the first run's id; what it prints goes to stderr.
  ///
  /// - Parameters:
  ///   - verdict: over the first run, with alarms.
  ///   - first: what it was judged on.
  /// - Returns: as ``Verdicts/Verdict/confirmed(by:of:)`` says; all alarms stay where the command fails,
  ///   measures nothing that can be judged in the same way, or makes the same images again.
  /// - Throws: errors of the store.
  func verdict(after verdict: Verdict, of first: GateMaterials) throws -> Verdict {
    let asked = RunFilter(
      protocolID: first.run.record.protocolID, pairsHash: first.run.record.pairsHash)
    let known = try first.store.latestRun(asked)?.id
    request.notice(
      "asking another seed about \(verdict.alarms.sorted().joined(separator: ", "))")
    if let failure = run(for: first.run) { return verdict.unconfirmed(because: failure) }
    guard let record = try first.store.latestRun(asked), record.id != known else {
      return verdict.unconfirmed(
        because: "the command measured no run of the same pairs into \(first.store.path).")
    }
    var second = request
    second.run = record.id
    do {
      let materials = try GateMaterials(second)
      if let method = try repeatedMethod(first, materials) {
        return verdict.unconfirmed(
          because: "the command made the same images of \(method) again; it must use EVALKIT_SEED.")
      }
      return verdict.confirmed(
        by: try materials.verdict(second, only: verdict.alarms), of: record.id)
    } catch let error where !(error is StoreError) {
      return verdict.unconfirmed(because: "run \(record.id) cannot be judged: \(error).")
    }
  }

  /// Runs the command; returns why it failed, or nil.
  private func run(for first: StoredRun) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.standardOutput = FileHandle.standardError
    process.standardInput = FileHandle.nullDevice
    process.environment = ProcessInfo.processInfo.environment.merging([
      "EVALKIT_SEED": "\(first.settings.seed &+ 1)", "EVALKIT_RESULTS": request.results,
      "EVALKIT_RUN": first.record.id,
    ]) { $1 }
    do { try process.run() } catch { return "the command cannot be started." }
    process.waitUntilExit()
    return process.terminationStatus == 0
      ? nil : "the command ended with \(process.terminationStatus)."
  }

  /// A row that both runs have with equal pixels throughout.
  private func repeatedMethod(
    _ first: GateMaterials, _ second: GateMaterials
  ) throws -> String? {
    try first.run.judgedMethods.map(\.name).first { name in
      guard second.run.methods.contains(where: { $0.name == name }) else { return false }
      let one = try StoredMethod(first.run, method: name, in: first.store)
      let other = try StoredMethod(second.run, method: name, in: second.store)
      return !one.contents.isEmpty && one.contents == other.contents
    }
  }
}
