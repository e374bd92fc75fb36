import ArgumentParser
import Foundation
import Harness
import Verdicts

/// How a command that threw ends: its sentence on stderr and its exit code.
struct Failure {
  private let error: any Error

  init(_ error: any Error) { self.error = error }

  /// Prints and leaves.
  func exit() -> Never {
    if isParserError {
      // Help and version are the parser's to print; a verdict has been printed.
      if Evalkit.exitCode(for: error) == .success || error is ExitCode {
        Evalkit.exit(withError: error)
      }
      Console.error("evalkit: \(Evalkit.message(for: error)) (\(hint))")
      Foundation.exit(ExitStatus.usage.code)
    }
    Console.error("evalkit: \(Self.printable("\(error)"))")
    Foundation.exit(status)
  }

  /// The text with what a file's name may smuggle in made visible; lines of detail are indented.
  private static func printable(_ text: String) -> String {
    var printable = ""
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      let isControl = scalar.properties.generalCategory == .control
      let isLineOfDetail = scalar == "\n" && rest.starts(with: "  ".unicodeScalars)
      printable += isControl && !isLineOfDetail ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return printable
  }

  private var isParserError: Bool {
    error is ExitCode || error is CleanExit || error is ValidationError
      || String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
  }

  /// Where to read on.
  private var hint: String {
    let command = CommandLine.arguments.dropFirst().first ?? ""
    return Evalkit.commandNames.contains(command)
      ? "see 'evalkit \(command) --help'" : "see 'evalkit --help'"
  }

  private var status: Int32 {
    ExitStatus(of: error, interruption: Interruption.exitStatus).code
  }
}
