import ArgumentParser
import Essentials
import Foundation
import Provenance

/// `evalkit reference`, which builds use and nobody else has to know.
struct ReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference", abstract: "Write manual pages and the reference of all commands.",
    shouldDisplay: false)

  @Option(
    help: ArgumentHelp("Folder of manual pages to write", valueName: "dir"), completion: .directory)
  var man: String?

  @Option(help: ArgumentHelp("Markdown page to write", valueName: "file"), completion: .file())
  var markdown: String?

  func run() throws {
    let program = try CommandReference.ofProgram()
    if let man {
      try FileManager.default.createDirectory(atPath: man, withIntermediateDirectories: true)
      for page in ManualPage.all(of: program, version: Tool.version) {
        try AtomicFile.write(Array(page.text.utf8), to: "\(man)/\(page.name)")
      }
    }
    if let markdown {
      try AtomicFile.write(Array(ReferencePage.text(of: program).utf8), to: markdown)
    }
  }
}
