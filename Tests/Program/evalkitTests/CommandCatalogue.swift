import Foundation

/// Every command with its options, as the program itself lists them.
struct CommandCatalogue: Decodable {
  /// A command or, with subcommands, a group of them.
  struct Command: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    let shouldDisplay: Bool?
    let subcommands: [Command]?
    let arguments: [Argument]?
  }

  /// An option, flag or positional argument.
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }

    let kind: String
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let abstract: String?

    /// `--name` of an option that takes a value; nil for everything else.
    var option: String? {
      kind == "option" ? names?.first { $0.kind == "long" }.map { "--\($0.name)" } : nil
    }

    /// The range that the help tells, as it is written there; nil for what is no number.
    var range: (lowest: Substring, highest: Substring)? {
      abstract?.firstMatch(of: /, (-?[0-9.]+)…([0-9.]+)(?: \(default: .*\))?$/).map { ($0.1, $0.2) }
    }
  }

  let command: Command

  /// Asks the program.
  static func ofProgram(in folder: String) throws -> CommandCatalogue {
    let dump = try Program.run(["--experimental-dump-help"], in: folder).output
    return try JSONDecoder().decode(CommandCatalogue.self, from: Data(dump.utf8))
  }

  /// The words that call each command that does something, with its arguments.
  var commands: [(words: [String], arguments: [Argument])] {
    func leaves(_ command: Command, _ words: [String]) -> [([String], [Argument])] {
      let further = (command.subcommands ?? []).filter { $0.commandName != "help" }
      guard further.isEmpty else {
        return further.flatMap { leaves($0, words + [$0.commandName]) }
      }
      return [(words, command.arguments ?? [])]
    }
    return leaves(command, []).map { (words: $0.0, arguments: $0.1) }
  }
}
