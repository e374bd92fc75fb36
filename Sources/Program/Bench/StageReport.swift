import Foundation
import Graphs
import Kernels
import Models
import Networks
import Provenance
import Tensors

/// Where the time of networks goes, stage by stage, on one core and one image.
package struct StageReport: Encodable, Sendable {
  /// One network.
  package struct NetworkTimes: Encodable, Sendable {
    /// The catalogue's name.
    package let name: String
    /// Shape of the input.
    package let input: String
    /// The stages in their order.
    package let stages: [StageLine]
  }

  /// One stage.
  package struct StageLine: Encodable, Sendable {
    /// What it computes.
    package let operation: String
    /// Where in the network it ends.
    package let scope: String
    /// Shape of its result.
    package let shape: String
    /// Shortest time.
    package let milliseconds: Double
  }

  /// Version of this form.
  package let schema = 1
  /// The instruction set in use.
  package let level = CPULevel.current.rawValue
  /// In the requested order.
  package let networks: [NetworkTimes]

  /// Times the stages of networks on seeded weights.
  ///
  /// - Parameters:
  ///   - names: networks of the catalogue.
  ///   - repetitions: runs of each, of which every stage's shortest time counts.
  /// - Throws: ``HarnessError`` of kind `usage` for an unknown name or none at all.
  package init(of names: [String], repetitions: Int = 10) throws {
    guard !names.isEmpty else {
      throw HarnessError(.usage, "--stages needs the name of a network")
    }
    networks = try names.map { name in
      let network = try choose(name, as: "network", from: NetworkCatalogue.names) { name in
        NetworkCatalogue.networks.first { $0.name == name }
      }
      let executable = try NetworkBenches.seeded(network).executable(
        outputs: [Graph.mainOutput])
      let times = try executable.timeStages(
        named: NetworkBenches.sample(of: network), in: executable.makeWorkspace(),
        repetitions: repetitions)
      return NetworkTimes(
        name: name, input: network.inputs.map(\.shape.extents).joined(separator: ", "),
        stages: times.map {
          StageLine(
            operation: $0.name, scope: $0.scope, shape: $0.shape.extents,
            milliseconds: 1000 * $0.seconds)
        })
    }
  }

  /// The same as JSON.
  package var json: String { JSONText.encode(self, pretty: true) }

  /// A table a network for terminals.
  package var text: String { networks.map(\.text).joined(separator: "\n\n") }
}

extension StageReport.NetworkTimes {
  /// The network's name, its sum and a line a stage.
  fileprivate var text: String {
    let sum = stages.reduce(0) { $0 + $1.milliseconds }
    var table = TextTable([
      ("stage", .left), ("in", .left), ("result", .left), ("ms", .right), ("share", .right),
    ])
    for stage in stages {
      table.add([
        stage.operation, stage.scope, stage.shape, String(format: "%.3f", stage.milliseconds),
        String(format: "%.1f %%", 100 * stage.milliseconds / max(sum, .leastNormalMagnitude)),
      ])
    }
    return String(format: "%@, %@: %.2f ms\n\n", name, input, sum) + table.text
  }
}
