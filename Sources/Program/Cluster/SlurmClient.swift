import Foundation
import Provenance
import Reports

/// Slurm's own commands.
package struct SlurmClient: Sendable {
  /// Folders in which they are looked for.
  private let environment: [String: String]

  /// Commands of the path of this process, or of another environment.
  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.environment = environment
  }

  /// A task as Slurm has it in its queue.
  package struct Task: Equatable, Sendable {
    /// Slurm's word, in lower case: `pending`, `running`, `completing`.
    package let state: String
    /// Of a running task.
    package let node: String
    /// Why a pending one waits.
    package let reason: String
  }

  /// Submits a script.
  ///
  /// - Parameters:
  ///   - script: path of it.
  ///   - options: of `sbatch`.
  /// - Returns: the job's number.
  /// - Throws: ``HarnessError`` with what `sbatch` said.
  package func submit(_ script: String, _ options: [String]) throws -> String {
    let answer = try run("sbatch", ["--parsable"] + options + [script])
    // With a cluster's name behind a semicolon where there are several.
    let number = answer.split(separator: "\n").last?.split(separator: ";").first ?? ""
    guard !number.isEmpty, number.allSatisfy(\.isNumber) else {
      throw HarnessError(.runtime, "sbatch answered '\(answer.harmless)', not the number of a job")
    }
    return String(number)
  }

  /// The tasks of arrays that Slurm still has, by their index.
  ///
  /// - Throws: ``HarnessError`` with what `squeue` said.
  package func tasks(of arrays: [String]) throws -> [Int: Task] {
    var tasks: [Int: Task] = [:]
    for line in try queue(of: arrays, format: "%K|%T|%N|%r") {
      let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 4, let index = Int(fields[0]) else { continue }
      tasks[index] = Task(state: fields[1].lowercased(), node: fields[2], reason: fields[3])
    }
    return tasks
  }

  /// A job that is no array, if Slurm still has it.
  ///
  /// - Throws: ``HarnessError`` with what `squeue` said.
  package func task(of job: String) throws -> Task? {
    try queue(of: [job], format: "%T|%N|%r").first.map { line in
      let fields =
        line.split(separator: "|", omittingEmptySubsequences: false).map(String.init) + [
          "", "", "",
        ]
      return Task(state: fields[0].lowercased(), node: fields[1], reason: fields[2])
    }
  }

  private func queue(of jobs: [String], format: String) throws -> [String] {
    try jobs.flatMap { job -> [String] in
      let answer: String
      do { answer = try run("squeue", ["-h", "-r", "-j", job, "-o", format]) } catch let error
        as HarnessError where error.description.contains("Invalid job id")
      {
        // What Slurm has forgotten has ended.
        return []
      }
      return answer.split(separator: "\n").map(String.init)
    }
  }

  /// Ends jobs, running or not.
  ///
  /// - Throws: ``HarnessError`` with what `scancel` said.
  package func cancel(_ jobs: [String]) throws {
    guard !jobs.isEmpty else { return }
    _ = try run("scancel", jobs)
  }

  /// What a command prints.
  private func run(_ name: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    do { try process.run() } catch {
      throw HarnessError(.runtime, "\(name) cannot be started")
    }
    // Both are short; a full pipe would stop the command.
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let complaint = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    // What env ends with if it finds no such program.
    guard process.terminationStatus != 127 else {
      throw HarnessError(
        .runtime, "there is no \(name) here; Slurm's commands are on a cluster's login nodes")
    }
    guard process.terminationStatus == 0 else {
      throw HarnessError(
        .runtime,
        "\(name) ended with \(process.terminationStatus): "
          + complaint.trimmingCharacters(in: .whitespacesAndNewlines).harmless)
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
