import Checkpoints
import Foundation
import SwiftProtobuf

/// A model file, checked and taken apart: constants, and nodes in an order in which they can run.
struct ONNXProgram: Sendable {
  /// Operator sets whose operations the importers know.
  static let operatorSets = 7...21

  let path: String
  let operatorSet: Int
  /// At least one, in the file's order.
  let inputs: [ONNXInput]
  let outputs: [String]
  let nodes: [ONNXNode]
  let constants: [String: ONNXConstant]
  /// Types of the inputs and the constants.
  let elements: [String: ONNXElement]
  /// Other files in which constants lie, sorted.
  let externalFiles: [String]

  /// - Throws: ``ONNXError`` for files that are no whole model, lack something or ask for operations
  ///   that have no importer.
  init(path: String) throws(ONNXError) {
    self.path = path
    let model = try Self.message(at: path)
    operatorSet = Int(
      model.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version ?? 0)
    guard Self.operatorSets.contains(operatorSet) else {
      throw ONNXError(
        path: path, problem: .operatorSet(found: operatorSet, known: Self.operatorSets))
    }
    let graph = model.graph
    nodes = graph.node.map { ONNXNode($0, path: path) }
    outputs = graph.output.map(\.name)
    constants = try Self.constants(of: graph, path: path)
    externalFiles = try ONNXExternalData.files(of: graph, model: path)
    inputs = try ONNXInput.all(of: graph, path: path)
    let types =
      graph.initializer.map { ($0.name, ONNXElement(rawValue: Int($0.dataType))) }
      + graph.input.map { ($0.name, ONNXElement(rawValue: Int($0.type.tensorType.elemType))) }
    elements = Dictionary(types) { first, _ in first }.compactMapValues(\.self)
    try checkOrder()
    try checkOperations()
  }

  private static func message(at path: String) throws(ONNXError) -> Onnx_ModelProto {
    func fail(_ problem: ONNXError.Problem) -> ONNXError { ONNXError(path: path, problem: problem) }
    let store: ByteStore
    let decoded: Onnx_ModelProto?
    do throws(CheckpointError) {
      store = try ByteStore(path: path)
      if let stranger = StrangeFile(store.slice) {
        throw store.failure(.unsupported, stranger.reason)
      }
      // Files of any size come here that are no models.
      decoded = try MessageRecords.fill(store) ? message(in: store.slice) : nil
    } catch {
      throw fail(.unreadable(reason: error.reason))
    }
    guard let model = decoded else {
      throw fail(.malformed(reason: "its \(store.count) bytes end early or are damaged"))
    }
    guard model.irVersion > 0, model.hasGraph, !model.graph.output.isEmpty else {
      throw fail(.malformed(reason: "it holds no graph with a result"))
    }
    return model
  }

  /// The message, which copies what it keeps, so that the file can be let go.
  private static func message(
    in slice: ByteSlice
  ) throws(CheckpointError) -> Onnx_ModelProto? {
    try slice.withBytes { bytes in
      guard let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress) else { return nil }
      let data = Data(bytesNoCopy: start, count: bytes.count, deallocator: .none)
      return try? Onnx_ModelProto(serializedBytes: data)
    }
  }

  private static func constants(of graph: Onnx_GraphProto, path: String) throws(ONNXError)
    -> [String: ONNXConstant]
  {
    if let sparse = graph.sparseInitializer.first {
      throw ONNXError(
        path: path,
        problem: .tensor(name: sparse.values.name, reason: "is sparse; store it densely"))
    }
    var constants: [String: ONNXConstant] = [:]
    for tensor in graph.initializer {
      let constant = try ONNXTensorReader(path: path).constant(tensor)
      if constants.updateValue(constant, forKey: tensor.name) != nil {
        throw ONNXError(
          path: path, problem: .tensor(name: tensor.name, reason: "is stored twice"))
      }
    }
    return constants
  }

  /// Every operand must be there before its reader; no result may be written twice.
  private func checkOrder() throws(ONNXError) {
    var known = Set(constants.keys).union(inputs.map(\.name))
    for (index, node) in nodes.enumerated() {
      for edge in node.inputs where !edge.isEmpty && !known.contains(edge) {
        throw unprovided(edge, reader: "\(node.operation) '\(node.name)'", after: index)
      }
      for edge in node.outputs where !edge.isEmpty {
        guard known.insert(edge).inserted else {
          throw ONNXError(path: path, problem: .malformed(reason: "'\(edge)' is yielded twice"))
        }
      }
    }
    for edge in outputs where !known.contains(edge) {
      throw unprovided(edge, reader: "the graph's result", after: nodes.count)
    }
  }

  private func unprovided(_ edge: String, reader: String, after index: Int) -> ONNXError {
    let later = nodes.dropFirst(index).first { $0.outputs.contains(edge) }?.name
    return ONNXError(
      path: path, problem: .unprovided(edge: edge, reader: reader, laterNode: later))
  }

  private func checkOperations() throws(ONNXError) {
    let unknown = nodes.filter {
      ONNXImporters.table[$0.operation] == nil && ONNXImporters.splitting[$0.operation] == nil
    }
    guard !unknown.isEmpty else { return }
    let lacking = Dictionary(grouping: unknown, by: \.operation).map { operation, nodes in
      ONNXError.LackingOperation(
        operation: operation, count: nodes.count, firstNode: nodes[0].name)
    }
    throw ONNXError(
      path: path, problem: .lacking(lacking.sorted { $0.operation < $1.operation }))
  }
}
