/// Collects nodes and parameters while a network describes itself.
final class GraphBuilder {
  let network: String
  private(set) var nodes: [Node] = []
  private(set) var parameters: [ParameterSpecification] = []
  private(set) var outputs: [String: Int] = [:]
  private(set) var outputNames: [String] = []
  /// Why the whole description cannot be followed.
  private(set) var refusal: GraphError?
  /// Nodes that cannot take what they are given; tracing goes on with substitute shapes.
  private var rejections: [(node: Int, error: GraphError)] = []
  private var parameterNames: Set<String> = []
  /// Parts of results that were asked for: asking again gives the same node.
  private var parts: [Part: Int] = [:]

  private struct Part: Hashable {
    let operation: Operation
    let inputs: [Int]
    let shape: [Int]
  }

  init(network: String) { self.network = network }

  func add(_ operation: Operation, _ inputs: [Int], shape: [Int], scope: String) -> Value {
    if shape.contains(where: { $0 < 1 }) { reject(operation.name, inputs, scope: scope) }
    if operation.isPart {
      let part = Part(operation: operation, inputs: inputs, shape: shape)
      if let known = parts[part] { return Value(builder: self, node: known) }
      parts[part] = nodes.count
    }
    nodes.append(
      Node(
        operation: operation, inputs: inputs, shape: shape.map { max($0, 1) }, scope: scope))
    return Value(builder: self, node: nodes.count - 1)
  }

  /// Notes that the node which comes next does not fit.
  func reject(_ operation: String, _ inputs: [Int], scope: String) {
    rejections.append(
      (
        nodes.count,
        .doesNotFit(
          network: network, scope: scope, operation: operation,
          shapes: inputs.map { nodes[$0].shape })
      ))
  }

  func refuse(_ error: GraphError) {
    if refusal == nil { refusal = error }
  }

  /// The first thing that did not fit, of all nodes or of some.
  func error(among needed: Set<Int>?) -> GraphError? {
    refusal ?? rejections.first { needed?.contains($0.node) ?? true }?.error
  }

  /// Notes a parameter; naming one twice is how weights are shared.
  func parameter(_ name: String, shape: [Int], isCounter: Bool = false) -> String {
    if parameterNames.insert(name).inserted {
      parameters.append(ParameterSpecification(name: name, shape: shape, isCounter: isCounter))
    }
    return name
  }

  func tap(_ node: Int, as name: String) {
    precondition(
      outputs[name] == nil || outputs[name] == node, "\(network) names two results '\(name)'")
    if outputs.updateValue(node, forKey: name) == nil { outputNames.append(name) }
  }
}

extension Operation {
  /// Whether it moves values and computes nothing, so that two alike are one.
  fileprivate var isPart: Bool {
    switch self {
    case .row, .channels, .tokens, .flatten, .array(.rearrange), .array(.reinterpret): true
    default: false
    }
  }
}
