import Foundation

/// One step of the model, with checked access to its settings.
struct ONNXNode: Sendable {
  /// The model file, for messages.
  let path: String
  /// Own name, or the first result's if it has none.
  let name: String
  /// Type, with its domain unless that is ONNX's own.
  let operation: String
  /// Names of the operands; empty for one that is left out.
  let inputs: [String]
  /// Names of the results; empty for one that is not used.
  let outputs: [String]
  /// Name of the first result.
  var edge: String { outputs.first ?? name }
  private let attributes: [String: Onnx_AttributeProto]

  init(_ node: Onnx_NodeProto, path: String) {
    self.path = path
    name = node.name.isEmpty ? node.output.first ?? "" : node.name
    let isOwnDomain = node.domain.isEmpty || node.domain == "ai.onnx"
    operation = isOwnDomain ? node.opType : "\(node.domain).\(node.opType)"
    inputs = node.input
    outputs = node.output
    attributes = Dictionary(
      node.attribute.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The largest step, filter or border that is believed; real ones stay below 100.
  static let largestExtent = 4096

  /// An integer setting that must lie in a range.
  func integer(_ attribute: String, default value: Int, in range: ClosedRange<Int>)
    throws(ONNXError) -> Int
  {
    let found = attributes[attribute].map { Int($0.i) } ?? value
    guard range.contains(found) else {
      throw refuse("has \(attribute) \(found), but \(Self.text(range)) is possible")
    }
    return found
  }

  /// A list of integers, each between 0 and ``largestExtent``; nil if it is not set.
  func extents(_ attribute: String, count: Int) throws(ONNXError) -> [Int]? {
    guard let found = integers(attribute) else { return nil }
    guard found.count == count, found.allSatisfy((0...Self.largestExtent).contains) else {
      throw refuse("has \(attribute) \(found), but \(count) sizes of an image are needed")
    }
    return found
  }

  /// A list of integers as it stands; nil if it is not set.
  func integers(_ attribute: String) -> [Int]? {
    attributes[attribute].map { $0.ints.map { Int($0) } }
  }

  /// A number.
  func float(_ attribute: String, default value: Float) -> Float {
    attributes[attribute]?.f ?? value
  }

  /// A list of numbers; nil if it is not set.
  func floats(_ attribute: String) -> [Float]? { attributes[attribute]?.floats }

  /// A word, in which ONNX names modes.
  func word(_ attribute: String, default value: String) -> String {
    attributes[attribute].map { String(decoding: $0.s, as: UTF8.self) } ?? value
  }

  /// The whole setting, for values of varying type.
  func attribute(_ name: String) -> Onnx_AttributeProto? { attributes[name] }

  /// The error that says why this node cannot be expressed.
  func refuse(_ reason: String) -> ONNXError {
    ONNXError(path: path, problem: .node(name: name, operation: operation, reason: reason))
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    range.count == 1 ? "only \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
  }
}
