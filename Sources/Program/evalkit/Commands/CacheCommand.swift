import ArgumentParser
import Harness
import Runs

/// `evalkit cache`.
struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Show the size of the cache; with --limit, evict least recently used entries.",
    discussion: """
      Features, distances and counts are cached by the content of images, so that an unchanged image is \
      never measured twice; what is evicted is measured again when it is needed. --limit evicts the least \
      recently used entries, and last of all those that stored runs' scores of sets depend on. Other \
      processes may work meanwhile.
      """, examples: ["evalkit cache", "evalkit cache --limit 20GB"])

  @OptionGroup var store: StoreOptions
  @OptionGroup var diagnostics: QuietFlag

  @Option(
    help: ArgumentHelp(
      "Maximum cache size, for example 20GB", default: "nothing is evicted", valueName: "size"))
  var limit: String?

  func run() throws {
    let report = try CacheReport.of(
      results: store.results, limit: limit, notice: { diagnostics.notice($0) })
    try Console.result(store.json ? report.json : report.text)
  }
}
