import Foundation
import Provenance
import Testing

/// The built program, run as a user runs it.
enum Program {
  /// Seconds after which a run counts as one that does not end; no machine is that slow.
  static let patience = 900.0

  /// The binary beside the test bundle.
  static let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("evalkit").path

  /// Runs the program to its end.
  ///
  /// - Parameters:
  ///   - arguments: the command line without the program.
  ///   - folder: the working directory.
  ///   - environment: variables beside the few that every run gets.
  ///   - outputPath: an existing file or device for stdout, in place of a file of the test's.
  ///   - seconds: after which the program is killed and the test fails.
  /// - Returns: how it ended.
  /// - Throws: what keeps the program from being started.
  static func run(
    _ arguments: [String], in folder: String, environment: [String: String] = [:],
    outputPath: String? = nil, seconds: Double = patience
  ) throws -> Outcome {
    try start(
      arguments, in: folder, environment: environment, outputPath: outputPath
    ).outcome(within: seconds)
  }

  /// Starts the program and lets it run.
  static func start(
    _ arguments: [String], in folder: String, environment: [String: String] = [:],
    outputPath: String? = nil
  ) throws -> RunningProgram {
    try RunningProgram(
      executable: path, arguments: arguments, folder: folder, environment: environment,
      outputPath: outputPath)
  }

  /// Runs a line of shell in which `evalkit` is the program.
  static func shell(
    _ line: String, in folder: String, environment: [String: String] = [:]
  ) throws -> Outcome {
    try RunningProgram(
      executable: "/bin/sh", arguments: ["-c", "evalkit() { '\(path)' \"$@\"; }; \(line)"],
      folder: folder, environment: environment, outputPath: nil
    ).outcome()
  }
}

/// A program that was started.
final class RunningProgram {
  private let process = Process()
  private let outputPath: String
  private let errorPath: String
  private let ended = DispatchSemaphore(value: 0)

  init(
    executable: String, arguments: [String], folder: String, environment: [String: String],
    outputPath: String?
  ) throws {
    // Files, not pipes: nobody has to read while the program runs.
    let stem = FileManager.default.temporaryDirectory
      .appendingPathComponent("evalkit-run-\(UUID().uuidString)").path
    self.outputPath = outputPath ?? stem + ".out"
    errorPath = stem + ".err"
    for path in [self.outputPath, errorPath] where !FileManager.default.fileExists(atPath: path) {
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
    }
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = [
      "HOME": folder, "PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "LANG": "C.UTF-8",
    ].merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: self.outputPath))
    let errors = try FileHandle(forWritingTo: URL(fileURLWithPath: errorPath))
    process.standardOutput = output
    process.standardError = errors
    process.terminationHandler = { [ended] _ in ended.signal() }
    // Foundation never lets go of a process's handles. They would add up over hundreds of programs, and its
    // `Process` of Swift 6.3 crashes once more than about 1,350 files are open.
    defer {
      try? output.close()
      try? errors.close()
    }
    try process.run()
  }

  /// Whether it has not ended.
  var isRunning: Bool { process.isRunning }

  /// Sends a signal.
  func send(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Sends a signal once something is so, or the program has ended.
  func send(_ number: Int32, once isReached: () -> Bool) {
    while isRunning && !isReached() { usleep(1_000) }
    send(number)
  }

  /// Waits for the end.
  func outcome(within seconds: Double = Program.patience) throws -> Outcome {
    if ended.wait(timeout: .now() + seconds) == .timedOut {
      send(SIGKILL)
      ended.wait()
      Issue.record("\(process.arguments ?? []) took more than \(seconds) s")
    }
    let isDevice = outputPath.hasPrefix("/dev/")
    defer {
      for path in isDevice ? [errorPath] : [outputPath, errorPath] {
        try? FileManager.default.removeItem(atPath: path)
      }
    }
    let read = { try String(decoding: Data(contentsOf: URL(fileURLWithPath: $0)), as: UTF8.self) }
    return Outcome(
      code: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
      output: isDevice ? "" : try read(outputPath), errors: try read(errorPath))
  }
}

/// How a run ended and what it said.
struct Outcome: CustomStringConvertible {
  /// The exit code, or the signal's number.
  let code: Int32
  /// Whether a signal ended it, as in a crash.
  let wasKilled: Bool
  let output: String
  let errors: String

  var description: String { "code \(code)\(wasKilled ? " by signal" : "")\n\(errors)\n\(output)" }

  /// stdout as one JSON object.
  func json() throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
    return try #require(object, "\(self)")
  }

  /// Checks that the program refused with a code and one sentence, which has some parts.
  func expectRefusal(
    _ code: Int32, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(!wasKilled && self.code == code, "\(self)", sourceLocation: sourceLocation)
    let lines = errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    // What details a sentence is indented below it.
    let sentences = lines.filter { !$0.hasPrefix("  ") }
    #expect(sentences.count == 1, "\(self)", sourceLocation: sourceLocation)
    #expect(errors.hasPrefix("evalkit: "), "\(self)", sourceLocation: sourceLocation)
    #expect(errors.hasSuffix("\n"), "\(self)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(errors.contains(part), "no '\(part)': \(self)", sourceLocation: sourceLocation)
    }
    expectPlain(sourceLocation: sourceLocation)
  }

  /// Checks that the program ended well.
  func expectSuccess(sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(!wasKilled && code == 0, "\(self)", sourceLocation: sourceLocation)
    expectPlain(sourceLocation: sourceLocation)
  }

  /// Nothing for a terminal, and none of the marks that a careless message leaves.
  private func expectPlain(sourceLocation: SourceLocation) {
    for text in [output, errors] {
      let controls = text.unicodeScalars.filter { $0.value < 32 && $0 != "\n" && $0 != "\r" }
      #expect(controls.isEmpty, "\(self)", sourceLocation: sourceLocation)
    }
    for mark in ["Optional(", "Fatal error", "Error Domain", "NSError", "HarnessError("] {
      #expect(!errors.contains(mark), "\(self)", sourceLocation: sourceLocation)
    }
  }
}
