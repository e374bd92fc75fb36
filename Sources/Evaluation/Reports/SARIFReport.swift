/// Findings about images as SARIF 2.1.0, which code-scanning services read.
///
/// Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", 2020.
package struct SARIFReport: Sendable, Encodable {
  /// GitHub shows no more results of one run.
  package static let limit = 5000

  private let schema = "https://json.schemastore.org/sarif-2.1.0.json"
  private let version = "2.1.0"
  private let runs: [Run]

  private enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case version, runs
  }

  /// Describes findings.
  ///
  /// - Parameters:
  ///   - findings: what was found.
  ///   - tool: the program's version.
  ///   - limit: how many results to keep; the others are counted in the run's properties.
  ///   - link: from a path to a URI relative to the project's root.
  package init(
    _ findings: [FileFinding], tool: String, limit: Int = SARIFReport.limit,
    link: (String) -> String
  ) {
    let (kept, omitted) = findings.within(limit)
    let rules = FileFinding.Rule.allCases
    runs = [
      Run(
        tool: Run.Tool(
          driver: Run.Driver(
            name: "evalkit", semanticVersion: tool,
            rules: rules.map { rule in
              Run.Rule(
                id: rule.rawValue, shortDescription: Run.Text(text: rule.summary),
                defaultConfiguration: Run.Configuration(level: rule.level))
            })),
        results: kept.map { finding in
          Run.Result(
            ruleId: finding.rule.rawValue, ruleIndex: rules.firstIndex(of: finding.rule) ?? 0,
            level: finding.rule.level, message: Run.Text(text: finding.message),
            locations: [
              Run.Location(
                physicalLocation: finding.path.map {
                  Run.Physical(artifactLocation: Run.Artifact(uri: link($0)))
                },
                logicalLocations: [
                  Run.Logical(
                    name: finding.image, fullyQualifiedName: "\(finding.method)/\(finding.image)")
                ])
            ])
        }, properties: Run.Properties(omittedResults: omitted))
    ]
  }

  private struct Run: Encodable {
    let tool: Tool
    let results: [Result]
    let properties: Properties

    struct Tool: Encodable { let driver: Driver }
    struct Driver: Encodable {
      let name, semanticVersion: String
      let rules: [Rule]
    }
    struct Rule: Encodable {
      let id: String
      let shortDescription: Text
      let defaultConfiguration: Configuration
    }
    struct Configuration: Encodable { let level: String }
    struct Text: Encodable { let text: String }
    struct Result: Encodable {
      let ruleId: String
      let ruleIndex: Int
      let level: String
      let message: Text
      let locations: [Location]
    }
    struct Location: Encodable {
      let physicalLocation: Physical?
      let logicalLocations: [Logical]
    }
    struct Physical: Encodable { let artifactLocation: Artifact }
    struct Artifact: Encodable { let uri: String }
    struct Logical: Encodable { let name, fullyQualifiedName: String }
    struct Properties: Encodable { let omittedResults: Int }
  }
}
