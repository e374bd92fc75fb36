/// A model file that cannot be used, and why.
package struct ONNXError: Error, Equatable, CustomStringConvertible {
  /// The model file.
  package let path: String
  /// What is wrong with it.
  package let problem: Problem

  /// The path and what is wrong with the model.
  package var description: String { "\(path): \(problem)" }

  /// What can be wrong with a model file.
  package enum Problem: Equatable, Sendable, CustomStringConvertible {
    /// The file cannot be opened.
    case unreadable(reason: String)
    /// The bytes are no whole ONNX model.
    case malformed(reason: String)
    /// The operations' meaning is that of a version that is not known here.
    case operatorSet(found: Int, known: ClosedRange<Int>)
    /// A tensor's data do not fit its description.
    case tensor(name: String, reason: String)
    /// A node or result refers to something that nothing before it yields.
    case unprovided(edge: String, reader: String, laterNode: String?)
    /// An input is not an image or vector of known size, or there are others than the caller can give.
    case input(reason: String)
    /// Operations that no importer exists for, all of them.
    case lacking([LackingOperation])
    /// A node whose settings or operands cannot be expressed.
    case node(name: String, operation: String, reason: String)
    /// The nodes do not fit together for the input's shape.
    case doesNotFit(reason: String)

    /// What is wrong with the model, with names of nodes and values.
    package var description: String {
      switch self {
      case .unreadable(let reason): return "cannot be read: \(reason)"
      case .malformed(let reason): return "is not a whole ONNX model: \(reason)"
      case .operatorSet(let found, let known):
        return "uses operator set \(found); this reader knows "
          + "\(known.lowerBound) to \(known.upperBound), so export it for one of these"
      case .tensor(let name, let reason): return "tensor '\(name)' \(reason)"
      case .unprovided(let edge, let reader, let laterNode):
        let cause =
          laterNode.map { "only the later node '\($0)' yields (unsorted or cyclic)" }
          ?? "no initializer, input or node yields"
        return "\(reader) reads '\(edge)', which \(cause)"
      case .input(let reason): return reason
      case .lacking(let operations):
        return "uses operations that cannot be imported: "
          + operations.map(\.description).joined(separator: ", ")
      case .node(let name, let operation, let reason): return "\(operation) '\(name)' \(reason)"
      case .doesNotFit(let reason): return reason
      }
    }
  }

  /// An operation without importer, how often it occurs and where first.
  package struct LackingOperation: Equatable, Sendable, CustomStringConvertible {
    /// Its type, with its domain unless that is ONNX's own.
    package let operation: String
    /// Number of nodes.
    package let count: Int
    /// Name of the first node.
    package let firstNode: String

    /// The operation, how often it occurs, and its first node.
    package var description: String { "\(operation) (\(count)×, first '\(firstNode)')" }
  }
}
