import ArgumentParser

/// The reference of every command in Markdown.
enum ReferencePage {
  /// The page.
  ///
  /// - Parameter program: the commands.
  /// - Returns: the text, which ends with a line break.
  static func text(of program: CommandReference.Command) -> String {
    var lines = [
      "# Commands", "",
      "What `evalkit COMMAND --help` says of every command, with the values and defaults of all options.",
      "", "Written by `make reference`; change the commands, not this page.",
    ]
    for group in Evalkit.configuration.groupedSubcommands {
      lines += ["", "## \(group.name) commands"]
      for name in group.subcommands.map({ $0._commandName }) {
        guard let command = program.commands.first(where: { $0.commandName == name }) else {
          continue
        }
        lines += section(command, words: ["evalkit", name], level: 3)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func section(
    _ command: CommandReference.Command, words: [String], level: Int
  ) -> [String] {
    var lines = [
      "", "\(String(repeating: "#", count: level)) `\(words.joined(separator: " "))`", "",
      command.abstract ?? "",
    ]
    if let text = command.explanation { lines += ["", text] }
    if command.commands.isEmpty, !command.own.isEmpty {
      lines += ["", "| argument | meaning |", "|---|---|"]
      lines += command.own.map { "| `\($0.spelling)` | \(escaped($0.meaning)) |" }
    }
    if !command.examples.isEmpty {
      lines += ["", "```sh"] + command.examples + ["```"]
    }
    for further in command.commands {
      lines += section(further, words: words + [further.commandName], level: level + 1)
    }
    return lines
  }

  /// Text that a cell of a table shows as it is.
  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { text, character in
      if "|<>*_`\\[]".contains(character) { text.append("\\") }
      text.append(character)
    }
  }
}
