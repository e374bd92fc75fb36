import Datasets
import Foundation

/// An external program that is started once and gets one request after the other.
///
/// Verified images are in the output folder as `<id>.png`; the run's own files are in its
/// hidden sub-folder `.evalkit`: receipts, logs of standard error, images that are being written.
/// An image whose receipt still fits (same command, conditions, seed and bytes) is not made again.
package struct CommandMethod: KeptImages {
  package let name: String
  package let fingerprint: String
  package let missing: [String]
  /// Why an id has no image.
  package let failures: [String: GenerationFailure]
  package let times: [String: GenerationTime]
  /// Ids whose images were there already.
  package let reused: [String]
  /// The log of standard error; nil if nothing had to be run.
  package let logPath: String?
  package let directory: String

  /// Runs a command over the pairs that this process measures and that have no image yet.
  ///
  /// - Throws: `MethodError.notStarted` if the program cannot be started; `.foreignImages` if the
  ///   folder holds images without receipts; `.cancelled`; `.file` if the folder cannot be used.
  package init(
    name: String, arguments: [String], running context: MethodContext
  ) throws(MethodError) {
    let workspace: CommandWorkspace
    let foreign: [String]
    do {
      workspace = try CommandWorkspace(
        directory: context.outputDirectory, arguments: arguments,
        seeds: SeedPlan(runSeed: context.seed))
      foreign = try workspace.foreignImages()
    } catch {
      throw .file(error)
    }
    guard foreign.isEmpty else {
      throw .foreignImages(directory: workspace.directory, ids: foreign)
    }
    let run = CommandRun(arguments: arguments, workspace: workspace, context: context)
    let result = try run.generate(context.measuredPairs)
    self.name = name
    fingerprint = "command \(workspace.programIdentity) seed=\(context.seed)"
    missing = result.failures.keys.sortedByBytes()
    failures = result.failures
    times = result.times
    reused = result.reused.sortedByBytes()
    logPath = result.logPath
    directory = workspace.directory
  }

  /// Ends every command of this process, for a process that is about to end.
  package static func endAll() { CommandProcess.endAll() }

  package func failure(of id: String) -> MethodError? {
    if let failure = failures[id] { return .notGenerated(id: id, failure) }
    return times[id] == nil ? .missing(id: id, directory: directory) : nil
  }
}
