import Bench
import Foundation
import Provenance
import Testing

@Suite struct StageReportTests {
  private struct Decoded: Decodable {
    struct Network: Decodable {
      struct Stage: Decodable {
        let operation: String
        let shape: String
        let milliseconds: Double
      }
      let name: String
      let stages: [Stage]
    }
    let networks: [Network]
  }

  @Test func everyStageHasALineAndATime() throws {
    let report = try StageReport(of: ["mobilefacenet"], repetitions: 1)
    let decoded = try JSONDecoder().decode(Decoded.self, from: Data(report.json.utf8))
    let network = try #require(decoded.networks.first)
    #expect(network.name == "mobilefacenet")
    #expect(network.stages.first?.operation == "input")
    #expect(network.stages.last?.shape == "128")
    #expect(network.stages.allSatisfy { $0.milliseconds > 0 })
    // Seventeen depthwise convolutions: one behind the stem, one a bottleneck, one over the whole map.
    #expect(network.stages.filter { $0.operation.hasPrefix("depthwise") }.count == 17)
    // A title, an empty line and the heading.
    #expect(report.text.split(separator: "\n").count == network.stages.count + 2)
  }

  @Test func unknownNetworksAreRefused() {
    #expect(throws: HarnessError.self) { try StageReport(of: ["mobilefacnet"]) }
    #expect(throws: HarnessError.self) { try StageReport(of: []) }
  }
}
