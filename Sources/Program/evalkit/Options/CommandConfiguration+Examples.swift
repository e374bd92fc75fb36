import ArgumentParser

extension CommandConfiguration {
  /// A command whose help ends with command lines that can be typed as they stand.
  ///
  /// - Parameters:
  ///   - commandName: nil takes the type's name in small letters.
  ///   - abstract: one sentence.
  ///   - discussion: what else has to be known.
  ///   - examples: whole command lines, `evalkit` included.
  ///   - subcommands: those of a group.
  ///   - defaultSubcommand: which of them runs where none is named.
  init(
    commandName: String? = nil, abstract: String, discussion: String = "", examples: [String],
    subcommands: [any ParsableCommand.Type] = [],
    defaultSubcommand: (any ParsableCommand.Type)? = nil
  ) {
    let head = examples.count == 1 ? "Example:" : "Examples:"
    let lines = ([head] + examples.map { "  \($0)" }).joined(separator: "\n")
    self.init(
      commandName: commandName, abstract: abstract,
      discussion: discussion.isEmpty ? lines : "\(discussion)\n\n\(lines)",
      subcommands: subcommands, defaultSubcommand: defaultSubcommand)
  }
}
