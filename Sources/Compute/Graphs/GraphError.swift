import Terms

/// A network that cannot be built or asked as requested.
package enum GraphError: Error, Equatable, CustomStringConvertible {
  /// An operation cannot take the shape it is given.
  case doesNotFit(network: String, scope: String, operation: String, shapes: [[Int]])
  /// A description that cannot be followed for the shape at hand.
  case refused(network: String, reason: String)
  /// An input that was not given, or that the network cannot do without.
  case missingInput(network: String, name: String)
  /// An input of another shape than the graph was traced for.
  case misshapenInput(network: String, name: String, expected: [Int], found: [Int])
  /// An input that the network does not read.
  case unknownInput(network: String, name: String, available: [String])
  /// One unnamed input for a network that does not read exactly one.
  case severalInputs(network: String, names: [String])
  /// A result that the network does not name.
  case unknownOutput(name: String, available: [String])
  /// A parameter that was not given.
  case missingParameter(name: String)
  /// A parameter of the wrong shape.
  case misshapenParameter(name: String, expected: [Int], found: [Int])
  /// A parameter whose source cannot give it.
  case unreadableParameter(name: String, reason: String)
  /// A result with a value that is infinite or no number; `index` counts in planar order from 0.
  case notFinite(network: String, output: String, index: Int)

  /// What is wrong, where, and both sides of a mismatch.
  package var description: String {
    switch self {
    case .doesNotFit(let network, let scope, let operation, let shapes):
      let place = scope.isEmpty ? network : "\(network), \(scope)"
      return
        "\(place): \(operation) cannot take \(shapes.map(\.description).joined(separator: ", ")); "
        + "the input is too small or its parts differ in size"
    case .refused(let network, let reason): return "\(network): \(reason)"
    case .missingInput(let network, let name):
      return "\(network): input '\(name)' is missing"
    case .misshapenInput(let network, let name, let expected, let found):
      return "\(network): input '\(name)' has shape \(found), the graph expects \(expected)"
    case .unknownInput(let network, let name, let available):
      return "\(network) has no input '\(name)'; there are \(available.joined(separator: ", "))"
    case .severalInputs(let network, let names):
      return "\(network) reads \(names.count) inputs (\(names.joined(separator: ", "))); "
        + "give each by its name"
    case .unknownOutput(let name, let available):
      return "no result is called '\(name)'; there are \(available.joined(separator: ", "))"
    case .missingParameter(let name): return "parameter '\(name)' is missing"
    case .misshapenParameter(let name, let expected, let found):
      return "parameter '\(name)' has shape \(found), the network expects \(expected)"
    case .unreadableParameter(let name, let reason):
      return "parameter '\(name)' cannot be read: \(reason)"
    case .notFinite(let network, let output, let index):
      return "value \(index) of \(network)'s result '\(output)' is not finite; check the weights"
    }
  }
}

extension GraphError: LedgerFailure {
  /// The state in which an input ends that meets this error.
  package var ledgerState: LedgerState {
    if case .notFinite = self { .notFinite } else { .wrongSize }
  }
}
