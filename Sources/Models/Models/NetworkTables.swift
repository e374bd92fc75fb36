import Foundation
import Graphs
import Networks
import Provenance
import Tensors

/// Rows and columns of an input image, written `112x96` on the command line, rows first.
package struct InputSize: Hashable, Sendable {
  /// Rows.
  package let rows: Int
  /// Columns.
  package let columns: Int

  /// Largest side that is believed; beyond it a network is surely not what was meant.
  private static let largestSide = 1 << 14

  /// Understands `HxW`.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  package init(parsing text: String) throws(HarnessError) {
    let sides = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map {
      Int($0).flatMap { (1...Self.largestSide).contains($0) ? $0 : nil }
    }
    guard sides.count == 2, let rows = sides[0], let columns = sides[1] else {
      throw HarnessError(
        .usage,
        "'\(text)' is no input size; write rows x columns, each 1 to "
          + "\(Self.largestSide), for example 112x96")
    }
    self.rows = rows
    self.columns = columns
  }
}

/// One network of the catalogue in figures.
package struct NetworkSummary: Encodable, Equatable, Sendable {
  /// Name on the command line.
  package let name: String
  /// Shape of the first input, `[C, H, W]`.
  package let input: [Int]
  /// All inputs by name; nil where there is one.
  package let inputs: [String: [Int]]?
  /// Shape of the main result.
  package let output: [Int]
  /// Trainable values.
  package let parameters: Int
  /// Tensors of the published state dict.
  package let tensors: Int
  /// Products that are added up for the main result of one input.
  package let multiplyAdds: Int
  /// Names of the results that can be asked for, the main one last.
  package let taps: [String]
  /// What it is and whose weights it takes.
  package let summary: String

  init(_ network: any PublishedNetwork, _ graph: Graph) {
    let cost = graph.cost(computing: [Graph.mainOutput])
    name = network.name
    input = graph.inputShape
    let shapes = graph.inputs.map { ($0.name, $0.shape) }
    inputs = shapes.count == 1 ? nil : Dictionary(uniqueKeysWithValues: shapes)
    output = graph.shape(of: Graph.mainOutput) ?? []
    parameters = cost.parameters
    tensors = graph.parameters.count
    multiplyAdds = cost.multiplyAdds
    taps = graph.outputNames
    summary = network.summary
  }

  /// Operations in units of 10⁹, two to a multiply-add.
  var gigaOperations: String { String(format: "%.2f", 2 * Double(multiplyAdds) / 1e9) }
}

/// One step of a network.
package struct LayerRow: Encodable, Equatable, Sendable {
  /// Where it stands, in parameter-name terms.
  package let scope: String
  /// What it does.
  package let operation: String
  /// Shape of its result.
  package let output: [Int]
  /// Trainable values, each counted where it is used first.
  package let parameters: Int
  /// Products that are added up.
  package let multiplyAdds: Int
  /// Names of its result.
  package let taps: [String]
  /// Whether the main result does without it.
  package let isAuxiliary: Bool
}

/// A network layer by layer.
package struct NetworkLayers: Encodable, Equatable, Sendable {
  /// The network in figures.
  package let network: NetworkSummary
  /// Its steps, each after those it reads.
  package let layers: [LayerRow]

  /// Traces a network of the catalogue.
  ///
  /// - Parameters:
  ///   - name: its name.
  ///   - size: the input's rows and columns; nil takes the published size.
  /// - Throws: ``HarnessError`` of kind `usage` for unknown names and sizes that it cannot take.
  package init(of name: String, at size: InputSize? = nil) throws(HarnessError) {
    let network = try NetworkTables.network(named: name)
    // Where there are several inputs, vectors have no rows and columns.
    let sized = network.inputs.filter { network.inputs.count == 1 || $0.shape.count == 3 }
    let shapes = size.map { size in
      sized.map { ($0.name, [$0.shape[0], size.rows, size.columns]) }
    }
    let graph: Graph
    do {
      graph = try Graph(
        tracing: network, inputShapes: Dictionary(uniqueKeysWithValues: shapes ?? []))
    } catch { throw HarnessError(.usage, error.description) }
    self.network = NetworkSummary(network, graph)
    let needed = Set(graph.nodes(neededFor: [Graph.mainOutput]))
    let costs = graph.costs()
    layers = graph.nodes.indices.map { index in
      LayerRow(
        scope: graph.nodes[index].scope, operation: graph.nodes[index].operation.name,
        output: graph.nodes[index].shape, parameters: costs[index].parameters,
        multiplyAdds: costs[index].multiplyAdds,
        taps: graph.outputNames.filter { graph.outputs[$0] == index },
        isAuxiliary: !needed.contains(index))
    }
  }

  /// A table for terminals with the totals below.
  package var text: String {
    var table = TextTable([
      ("scope", .left), ("operation", .left), ("output", .right), ("parameters", .right),
      ("multiply-adds", .right), ("taps", .left),
    ])
    for layer in layers {
      table.add([
        layer.scope.isEmpty ? "-" : layer.scope,
        layer.operation + (layer.isAuxiliary ? " *" : ""), layer.output.extents,
        layer.parameters == 0 ? "" : layer.parameters.grouped,
        layer.multiplyAdds == 0 ? "" : layer.multiplyAdds.grouped,
        layer.taps.joined(separator: ", "),
      ])
    }
    let auxiliary =
      layers.contains(where: \.isAuxiliary)
      ? ["* not needed for the main result and not in its multiply-adds"] : []
    let input =
      network.inputs.map { inputs in
        inputs.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.extents)" }
          .joined(separator: ", ")
      } ?? "an input of \(network.input.extents)"
    return
      ([
        "\(network.name): \(network.summary)", "", table.text, "",
        "\(network.parameters.grouped) parameters in \(network.tensors) tensors, "
          + "\(network.multiplyAdds.grouped) multiply-adds "
          + "(\(network.gigaOperations) GFLOP) for \(input)",
      ] + auxiliary).joined(separator: "\n")
  }
}

/// What `evalkit networks` prints.
package enum NetworkTables {
  /// Every network of the catalogue.
  package static var names: [String] { NetworkCatalogue.networks.map { $0.name } }

  /// Every network of the catalogue at its published input size.
  ///
  /// - Throws: `GraphError`, if a network does not take its own published size.
  package static func summaries() throws -> [NetworkSummary] {
    try NetworkCatalogue.networks.map { NetworkSummary($0, try Graph(tracing: $0)) }
  }

  /// The summaries as a table for terminals.
  package static func text(_ summaries: [NetworkSummary]) -> String {
    var table = TextTable([
      ("network", .left), ("input", .right), ("parameters", .right), ("tensors", .right),
      ("GFLOP", .right), ("summary", .left),
    ])
    for network in summaries {
      table.add([
        network.name, network.input.extents, network.parameters.grouped, "\(network.tensors)",
        network.gigaOperations, network.summary,
      ])
    }
    return table.text
  }

  /// The network of a name.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` that offers the nearest name.
  package static func network(named name: String) throws(HarnessError) -> any PublishedNetwork {
    do { return try NetworkCatalogue.named(name) } catch {
      throw HarnessError(.usage, error.description)
    }
  }
}
