import ArgumentParser

/// Manual pages in roff's man macros, one for the program and one for each command.
struct ManualPage {
  /// Name of the file, for example `evalkit-gate.1`.
  let name: String
  /// Its text.
  let text: String

  /// All pages.
  ///
  /// - Parameters:
  ///   - program: the commands.
  ///   - version: that the pages tell.
  /// - Returns: the program's page first.
  static func all(of program: CommandReference.Command, version: String) -> [ManualPage] {
    [ManualPage(program, words: [program.commandName], version: version, isRoot: true)]
      + program.commands.map {
        ManualPage(
          $0, words: [program.commandName, $0.commandName], version: version, isRoot: false)
      }
  }

  private init(
    _ command: CommandReference.Command, words: [String], version: String, isRoot: Bool
  ) {
    let title = words.joined(separator: "-")
    name = "\(title).1"
    var lines = [
      ".TH \(title.uppercased()) 1 \"\" \"evalkit \(version)\" \"evalkit\"", ".SH NAME",
      "\(Self.escaped(title)) \\- \(Self.escaped(command.abstract ?? ""))",
    ]
    if isRoot {
      lines += [".SH SYNOPSIS", ".B evalkit", ".I command", "[\\fIoptions\\fR]", ".SH COMMANDS"]
      for group in Evalkit.configuration.groupedSubcommands {
        lines.append(".SS \"\(group.name) commands\"")
        for name in group.subcommands.map({ $0._commandName }) {
          let abstract = command.commands.first { $0.commandName == name }?.abstract ?? ""
          lines += [".TP", ".BR evalkit-\(Self.escaped(name)) (1)", Self.escaped(abstract)]
        }
      }
    } else {
      lines += Self.body(command, words: words)
    }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func body(_ command: CommandReference.Command, words: [String]) -> [String] {
    let leaves = command.commands
    var lines = [".SH SYNOPSIS"]
    for (words, leaf) in leaves.isEmpty
      ? [(words, command)] : leaves.map({ (words + [$0.commandName], $0) })
    {
      lines += [
        ".HP",
        "\\fB\(escaped(words.joined(separator: " ")))\\fR "
          + escaped(leaf.own.map(\.synopsis).joined(separator: " ")),
      ]
    }
    if let text = command.explanation { lines += [".SH DESCRIPTION", escaped(text)] }
    lines += options(of: command, under: ".SH OPTIONS")
    for leaf in leaves {
      lines += [".SH \"\(leaf.commandName.uppercased())\"", escaped(leaf.abstract ?? "")]
      if let text = leaf.explanation { lines += [".PP", escaped(text)] }
      lines += options(of: leaf, under: nil)
    }
    let examples = command.examples + leaves.flatMap(\.examples)
    if !examples.isEmpty {
      lines += [".SH EXAMPLES", ".nf"] + examples.map(escaped) + [".fi"]
    }
    return lines
  }

  private static func options(
    of command: CommandReference.Command, under heading: String?
  ) -> [String] {
    guard !command.own.isEmpty else { return [] }
    return (heading.map { [$0] } ?? [])
      + command.own.flatMap {
        [".TP", "\\fB\(escaped($0.spelling))\\fR", escaped($0.meaning)]
      }
  }

  /// Text that roff prints as it is.
  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-").split(
      separator: "\n", omittingEmptySubsequences: false
    ).map { line in line.hasPrefix(".") || line.hasPrefix("'") ? "\\&\(line)" : "\(line)" }
      .joined(separator: "\n")
  }
}
