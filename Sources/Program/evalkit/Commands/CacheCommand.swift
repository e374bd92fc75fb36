import ArgumentParser
import Harness
import Runs

/// `evalkit cache`.
struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "Tell what remembered results take, and forget the oldest.",
    discussion: """
      Features, distances and counts are remembered by the content of images, so that an unchanged image is \
      never measured twice; what is forgotten is measured again when it is needed. --limit forgets what \
      was of no use for the longest time, and last of all what stored runs' scores of sets rest on. \
      Other processes may work meanwhile.
      """)

  @OptionGroup var place: StoredPlace

  @Option(help: ArgumentHelp("What may stay, for example 20GB.", valueName: "size"))
  var limit: String?

  func run() throws {
    let report = try CacheReport.of(
      results: place.results, limit: limit, notice: { place.notice($0) })
    try Console.result(place.json ? report.json : report.text)
  }
}
