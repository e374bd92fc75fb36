import Checkpoints
import Foundation
import SwiftProtobuf

/// A model file, checked and taken apart: constants, and nodes in an order in which they can run.
struct ONNXProgram: Sendable {
  /// Operator sets whose operations the importers know.
  static let operatorSets = 7...21

  let path: String
  let operatorSet: Int
  let input: String
  /// Extents of the input after the batch axis; nil where the file leaves them open.
  let inputExtents: [Int?]
  let outputs: [String]
  let nodes: [ONNXNode]
  let constants: [String: ONNXConstant]
  /// Types of the input and the constants.
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
    let (input, inputExtents) = try Self.input(of: graph, path: path)
    self.input = input
    self.inputExtents = inputExtents
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
      decoded = try message(in: store.slice)
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

  /// Older files list initializers among the inputs as well.
  private static func input(of graph: Onnx_GraphProto, path: String) throws(ONNXError) -> (
    name: String, extents: [Int?]
  ) {
    let stored = Set(graph.initializer.map(\.name))
    let inputs = graph.input.filter { !stored.contains($0.name) }
    func fail(_ reason: String) -> ONNXError {
      ONNXError(path: path, problem: .input(reason: reason))
    }
    guard let input = inputs.first, inputs.count == 1 else {
      throw fail("has \(inputs.count) inputs (\(inputs.map(\.name))), but one image is needed")
    }
    let type = input.type.tensorType
    guard ONNXElement(rawValue: Int(type.elemType))?.type.isFloatingPoint == true else {
      throw fail("input '\(input.name)' has element type \(type.elemType), not a float type")
    }
    guard [2, 4].contains(type.shape.dim.count) else {
      throw fail(
        "input '\(input.name)' has \(type.shape.dim.count) axes, not [N, C, H, W] or [N, D]")
    }
    let extents = type.shape.dim.dropFirst().map { $0.dimValue > 0 ? Int($0.dimValue) : nil }
    return (input.name, extents)
  }

  /// Every operand must be there before its reader; no result may be written twice.
  private func checkOrder() throws(ONNXError) {
    var known = Set(constants.keys).union([input])
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

  /// The input's extents after the batch axis, given by the caller where the file leaves them open.
  ///
  /// - Throws: ``ONNXError`` if an extent is missing or contradicts the file.
  func inputShape(given: [Int]?) throws(ONNXError) -> [Int] {
    let stated = inputExtents.map { $0.map(String.init) ?? "?" }.joined(separator: ", ")
    guard let shape = given ?? Self.whole(inputExtents) else {
      throw ONNXError(
        path: path,
        problem: .input(
          reason: "input '\(input)' is [N, \(stated)]; state the open sizes"))
    }
    let agrees =
      shape.count == inputExtents.count
      && zip(shape, inputExtents).allSatisfy { $0 == ($1 ?? $0) }
    guard agrees, shape.allSatisfy((1...ONNXWalk.largestExtent).contains) else {
      throw ONNXError(
        path: path,
        problem: .input(reason: "input '\(input)' is [N, \(stated)], \(shape) does not fit"))
    }
    return shape
  }

  private static func whole(_ extents: [Int?]) -> [Int]? {
    let present = extents.compactMap(\.self)
    return present.count == extents.count ? present : nil
  }
}
