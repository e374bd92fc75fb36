import Graphs
import Tensors

/// One description of the network: goes through the nodes and keeps what every edge carries.
final class ONNXWalk {
  /// The largest extent of an image that is believed.
  static let largestExtent = 1 << 16
  /// The largest result, in values, that is believed: 4 GB.
  static let largestResult = 1 << 30

  let scope: Scope
  let operatorSet: Int
  /// What importers asked for so far.
  var parameters = ONNXParameters()
  /// Products of results so far.
  var attentionParts = ONNXAttentionParts()
  private let program: ONNXProgram
  private let taps: [String]
  private var edges: [String: ONNXOperand] = [:]
  /// Types of the edges by the file; here all float types are float32.
  private var elements: [String: ONNXElement]

  init(_ network: ONNXNetwork, scope: Scope) {
    program = network.program
    taps = network.taps
    operatorSet = program.operatorSet
    elements = program.elements
    self.scope = scope
  }

  /// Describes the network on its inputs.
  ///
  /// The first result of the file is the main one; its other results and the taps are named after their
  /// edges.
  func run(_ inputs: TracedInputs) throws(ONNXError) -> Value {
    for (name, constant) in program.constants {
      edges[name] = ONNXOperand(constant, name: name)
    }
    for input in program.inputs { edges[input.name] = .value(batchOf: inputs[input.name]) }
    for node in program.nodes {
      // Results beyond those that are imported serve training.
      for (edge, result) in zip(node.outputs, try imported(node)) where !edge.isEmpty {
        edges[edge] = result
        elements[edge] = element(ofResultOf: node)
      }
    }
    for name in program.outputs.dropFirst() + taps {
      // A second result may be called as this package calls the main one.
      let isTaken = name == Graph.mainOutput && name != program.outputs[0]
      _ = try result(name).tapped(isTaken ? "\(name) (second)" : name)
    }
    return try result(program.outputs[0])
  }

  private func imported(_ node: ONNXNode) throws(ONNXError) -> [ONNXOperand] {
    var operands: [ONNXOperand?] = []
    for edge in node.inputs {
      if !edge.isEmpty && edges[edge] == nil {
        throw node.refuse("reads '\(edge)', a result of a kind that only training uses")
      }
      operands.append(edges[edge])
    }
    let step = ONNXStep(node: node, operands: operands, walk: self)
    if let importer = ONNXImporters.splitting[node.operation] { return try importer(step) }
    guard let importer = ONNXImporters.table[node.operation] else {
      throw node.refuse("cannot be imported")
    }
    let result = try importer(step)
    if case .value(let array) = result, Self.isTooLarge(array.value.shape) {
      throw node.refuse("yields \(array.shape), which is too large to be meant")
    }
    return [result]
  }

  /// The type that the file gives to an edge; nil where it is not known.
  func element(of edge: String) -> ONNXElement? { elements[edge] }

  /// Most operations have one type for all that they compute with.
  private func element(ofResultOf node: ONNXNode) -> ONNXElement? {
    switch node.operation {
    case "Cast": node.attribute("to").flatMap { ONNXElement(rawValue: Int($0.i)) }
    case "CastLike", "Where": node.inputs.dropFirst().first.flatMap { elements[$0] }
    case "Constant", "ConstantOfShape":
      node.attribute("value").map { ONNXElement(rawValue: Int($0.t.dataType)) } ?? .float32
    case "Shape", "Size": .int64
    case "And", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Not", "Or": .bool
    default: node.inputs.first { !$0.isEmpty }.flatMap { elements[$0] }
    }
  }

  /// Whether no real network has such a result; the product of its extents may be beyond all integers.
  static func isTooLarge(_ shape: [Int]) -> Bool {
    shape.reduce(1.0) { $0 * Double($1) } > Double(largestResult)
  }

  private func result(_ name: String) throws(ONNXError) -> Value {
    guard case .value(let array) = edges[name] else {
      throw unfit("result '\(name)' is \(edges[name]?.kind ?? "not an edge of the model")")
    }
    guard array.shape.first == 1 else {
      throw unfit("result '\(name)' is \(array.shape), which is not one sample")
    }
    return array.planar
  }

  private func unfit(_ reason: String) -> ONNXError {
    ONNXError(path: program.path, problem: .doesNotFit(reason: reason))
  }
}

/// Parameters that the operations asked for.
struct ONNXParameters: Sendable {
  private(set) var tensors: [String: Tensor] = [:]
  private(set) var rearranged: [String: String] = [:]

  /// Notes a parameter; another tensor or layout under a name that is taken gets one of its own.
  ///
  /// `change` says what was done to the tensor; nil if it is as stored.
  mutating func claim(_ name: String, _ tensor: Tensor, change: String?) -> ParameterSpecification {
    let change = change.map { "\($0) to \(tensor.shape)" }
    var unique = name
    var copies = 1
    while let present = tensors[unique], present != tensor {
      copies += 1
      unique = "\(name) (\(change ?? "as stored"), \(copies))"
    }
    tensors[unique] = tensor
    rearranged[unique] = change
    return ParameterSpecification(name: unique, shape: tensor.shape)
  }
}
