import ArgumentParser
import Foundation
import Models

/// The commands with all that their help says, as the parser lists them.
struct CommandReference: Decodable {
  /// A command or, with subcommands, a group of them.
  struct Command: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    private let subcommands: [Command]?
    private let arguments: [Argument]?
    private let shouldDisplay: Bool?

    /// Those that help shows, but for help itself.
    var commands: [Command] {
      (subcommands ?? []).filter { $0.commandName != "help" && $0.shouldDisplay ?? true }
    }

    /// What it takes: arguments first, then options and flags, those of every command left out.
    var own: [Argument] {
      let shown = (arguments ?? []).filter { argument in
        argument.shouldDisplay && !["help", "version"].contains(argument.names?.last?.name)
      }
      return shown.filter { $0.kind == "positional" } + shown.filter { $0.kind != "positional" }
    }

    /// The text without its examples.
    var explanation: String? {
      guard let discussion else { return nil }
      let text = discussion[..<(Self.head(in: discussion)?.lowerBound ?? discussion.endIndex)]
        .trimmingCharacters(in: .whitespacesAndNewlines)
      return text.isEmpty ? nil : text
    }

    /// Command lines.
    var examples: [String] {
      guard let discussion, let head = Self.head(in: discussion) else { return [] }
      return discussion[head.upperBound...].split(separator: "\n").map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }

    /// The line above the examples.
    private static func head(in text: String) -> Range<String.Index>? {
      text.range(of: "Examples:\n") ?? text.range(of: "Example:\n")
    }
  }

  /// An option, flag or positional argument.
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }

    let kind: String
    let shouldDisplay: Bool
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let abstract: String?

    /// As it is typed: `--jobs <n>`, `<id>`.
    var spelling: String {
      let value = valueName.map { "<\($0)>" } ?? ""
      let all = (names ?? []).map { ($0.kind == "long" ? "--" : "-") + $0.name }
      guard !all.isEmpty else { return value }
      return all.joined(separator: ", ") + (kind == "option" ? " \(value)" : "")
    }

    /// As it stands in a synopsis.
    var synopsis: String {
      let text = isRepeating && kind == "positional" ? "\(spelling)…" : spelling
      return isOptional ? "[\(text)]" : text
    }

    /// What it is for, with its default.
    var meaning: String {
      let text = abstract ?? ""
      guard let defaultValue, !text.contains("(default:") else { return text }
      // The folder of weights is another one for every user.
      let isWeights = defaultValue == WeightSuite.defaultDirectory
      return "\(text) (default: \(isWeights ? "$XDG_DATA_HOME/evalkit/weights" : defaultValue))"
    }
  }

  let command: Command

  /// The program's own.
  ///
  /// - Throws: errors of decoding, should the parser spell its list in another way.
  static func ofProgram() throws -> Command {
    try JSONDecoder().decode(CommandReference.self, from: Data(Evalkit._dumpHelp().utf8)).command
  }
}
