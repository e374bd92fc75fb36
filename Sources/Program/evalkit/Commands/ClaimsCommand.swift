import ArgumentParser
import Gate
import Harness
import Provenance

/// `evalkit claims [ID]`.
struct ClaimsCommand: ParsableCommand, ClusterCommand {
  static let configuration = CommandConfiguration(
    commandName: "claims",
    abstract: "Ask stored runs what papers claim: holds, contradicted or not shown.",
    discussion: """
      Each claim of a paper is an order of rows: a difference, a trend or a sign, tested on the stored scores of the \
      latest runs that measured its rows alike. Rows that are missing are listed with the command that measures them. \
      The Markdown is also written to claims.md in --reports, unless --json asks for JSON. A contradicted \
      claim is a finding and no failure.
      """, examples: ["evalkit claims", "evalkit claims sdg"])

  @Argument(of: .claims, help: "Paper whose claims are asked")
  var id = "all"

  @OptionGroup var place: ResultsOption
  @OptionGroup var protocols: ProtocolsOption
  @OptionGroup var reports: ReportsOption
  @OptionGroup var output: JSONFlag
  @OptionGroup var quiet: QuietFlag
  @OptionGroup var force: ForceFlag

  func run() throws {
    var job = try ClaimsJob(id)
    job.runOptions = try RunOptions(place, quiet, force)
    job.reports = output.json ? nil : reports.reports
    let (text, summary) = try job.text(json: output.json)
    try Console.result(text)
    quiet.notice(summary)
  }
}
