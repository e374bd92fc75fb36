import Foundation
import TestSupport
import Testing

/// What `--help`, manual pages and the reference say.
@Suite struct HelpTests {
  private static let catalogue = Result { () throws -> CommandCatalogue in
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    return try CommandCatalogue.ofProgram(in: folder.url.path)
  }

  /// Every command and every group of them, with the words that call it.
  private static func all() throws -> [(words: [String], command: CommandCatalogue.Command)] {
    func tree(
      _ command: CommandCatalogue.Command, _ words: [String]
    ) -> [(words: [String], command: CommandCatalogue.Command)] {
      let further = (command.subcommands ?? []).filter {
        $0.commandName != "help" && $0.shouldDisplay ?? true
      }
      return [(words, command)] + further.flatMap { tree($0, words + [$0.commandName]) }
    }
    return Array(try tree(catalogue.get().command, ["evalkit"]).dropFirst())
  }

  /// The words of a line as a shell splits it, as far as quotes go.
  private static func words(_ line: String) -> [String] {
    var words: [String] = []
    for (index, part) in line.components(separatedBy: "'").enumerated() {
      if index.isMultiple(of: 2) {
        words += part.split(separator: " ").map { String($0) }
      } else {
        words.append(part)
      }
    }
    return words
  }

  @Test func everyPageHasAnExampleOfItsOwn() throws {
    let commands = try Self.all()
    #expect(commands.count > 40)
    for (own, command) in commands {
      let name = own.joined(separator: " ")
      #expect(command.abstract?.hasSuffix(".") == true, "\(name)")
      let lines = (command.discussion ?? "").components(separatedBy: "\n")
      let head = try #require(
        lines.firstIndex { $0 == "Example:" || $0 == "Examples:" }, "\(name) has no example")
      let examples = lines[(head + 1)...].map { $0.trimmingCharacters(in: .whitespaces) }
      #expect(!examples.isEmpty)
      for example in examples {
        #expect(example == name || example.hasPrefix("\(name) "), "\(example)")
        // Longer lines are broken by the help, and then cannot be copied.
        #expect(example.count <= 76, "\(example)")
        try expectTypeable(example)
      }
    }
  }

  /// The command is there, has every option that the line names, and gets the arguments that it needs.
  private func expectTypeable(_ example: String) throws {
    var rest = Self.words(example).dropFirst()
    var command = try Self.catalogue.get().command
    while let next = command.subcommands?.first(where: { $0.commandName == rest.first }) {
      command = next
      rest = rest.dropFirst()
    }
    let arguments = command.arguments ?? []
    var positionals = 0
    var given: Set<String> = []
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else {
        positionals += 1
        continue
      }
      let option = try #require(
        arguments.first { $0.names?.contains { "--\($0.name)" == word } ?? false },
        "\(example): \(word)")
      given.insert(word)
      if option.kind == "option" { #expect(rest.popFirst() != nil, "\(example): \(word)") }
    }
    // A group runs its first command where none is named.
    guard command.subcommands?.isEmpty ?? true else { return }
    let places = arguments.filter { $0.kind == "positional" }
    let needed = places.count { !$0.isOptional }
    #expect(positionals >= needed, "\(example)")
    #expect(positionals <= places.count || places.contains { $0.isRepeating }, "\(example)")
    for option in arguments where option.kind == "option" && !option.isOptional {
      #expect(given.contains(option.option ?? ""), "\(example) lacks \(option.option ?? "")")
    }
  }

  /// What holds where nothing is typed stands in the help, and so does what is to be typed.
  @Test func everyOptionSaysItsDefault() throws {
    for (words, command) in try Self.all() {
      for argument in command.arguments ?? [] where argument.kind != "flag" {
        let name = argument.option ?? argument.valueName ?? ""
        let place = "\(words.joined(separator: " ")) \(name)"
        #expect(
          argument.valueName?.isEmpty == false && argument.abstract?.isEmpty == false, "\(place)")
        #expect(
          !argument.isOptional || argument.defaultValue != nil
            || argument.abstract?.contains("(default: ") == true, "\(place) tells no default")
      }
    }
  }

  /// `make install` and `make dist` bring these.
  @Test func manualPagesAndTheReferenceCoverEveryCommand() throws {
    let folder = try TemporaryFolder()
    try Program.run(
      ["reference", "--man", "man", "--markdown", "commands.md"], in: folder.url.path
    ).expectSuccess()
    let reference = try String(contentsOfFile: folder.path("commands.md"), encoding: .utf8)
    let committed = Fixtures.projectRoot.appendingPathComponent("Docs/commands.md")
    #expect(
      try reference == String(contentsOf: committed, encoding: .utf8), "run 'make reference'")
    for (words, command) in try Self.all() {
      #expect(reference.contains("`\(words.joined(separator: " "))`"), "\(words)")
      for option in (command.arguments ?? []).compactMap(\.option) {
        #expect(reference.contains("`\(option)"), "\(option)")
      }
      guard words.count == 2 else { continue }
      let page = try String(
        contentsOfFile: folder.path("man/\(words.joined(separator: "-")).1"), encoding: .utf8)
      #expect(
        page.hasPrefix(".TH EVALKIT-\(words[1].uppercased()) 1") && page.contains(".SH EXAMPLES"))
      // No line is taken for a request that it is not.
      let requests = page.split(separator: "\n").filter { $0.hasPrefix(".") }.map {
        String($0.prefix { $0 != " " })
      }
      #expect(Set(requests).isSubset(of: [".TH", ".SH", ".PP", ".TP", ".HP", ".nf", ".fi"]))
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsAreThere(shell: String) throws {
    let folder = try TemporaryFolder()
    let script = try Program.run(
      ["--generate-completion-script", shell], in: folder.url.path)
    withExtendedLifetime(folder) {}
    script.expectSuccess()
    #expect(script.output.contains("collaborative") || script.output.contains("table1"))
  }
}
