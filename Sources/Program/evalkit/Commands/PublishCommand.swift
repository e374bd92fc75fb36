import ArgumentParser
import Provenance
import Site

/// `evalkit publish DIR`.
struct PublishCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Write all stored runs as a site of static pages.",
    discussion: """
      An overview by protocol, the history of every metric with its steps, every run with its table and \
      verdict, and the claims of papers. The pages need no server and load nothing from elsewhere; copy the \
      folder to any web host, or open its index.html. A further call brings the folder up to date.
      """, examples: ["evalkit publish site"])

  @Argument(help: ArgumentHelp("Folder to fill", valueName: "dir"), completion: .directory)
  var folder: String

  @OptionGroup var store: StoreOptions
  @OptionGroup var protocols: ProtocolsOption
  @OptionGroup var force: ForceFlag

  func run() throws {
    var job = SiteJob(folder: folder)
    job.runOptions = try RunOptions(store.place, force)
    let summary = try job.run()
    try Console.result(store.json ? summary.json : summary.text)
  }
}
