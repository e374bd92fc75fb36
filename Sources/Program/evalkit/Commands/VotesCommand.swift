import ArgumentParser
import Harness

/// `evalkit votes FILE`.
struct VotesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "votes", abstract: "Count a user study: each method's share, with its interval.",
    discussion: """
      The file holds one answer a line, for example {"choice": "ours", "options": ["ours", "e4e"], \
      "group": "hard", "question": "7", "voter": "p3"}; the last three may be absent. A method's share \
      is that of the questions in which it was shown; intervals are Wilson's, of 95 %.
      """, examples: ["evalkit votes answers.jsonl"])

  @Argument(help: "File of answers, JSON Lines")
  var file: String

  @OptionGroup var format: JSONFlag

  func run() throws {
    let report = try VoteReport(contentsOf: file)
    try Console.result(format.json ? report.json : report.text)
  }
}
