import Essentials

/// One way in which a checkpoint and a network disagree.
package enum BindingProblem: Equatable, Sendable {
  /// The network asks for a tensor that the file lacks.
  case missing(name: String, shape: [Int])
  /// Both have it, with different shapes.
  case misshapen(name: String, expected: [Int], found: [Int])
  /// The file's elements are not real numbers.
  case wronglyTyped(name: String, found: ElementType)
  /// The elements are damaged.
  case unreadable(name: String, reason: String)
  /// The file holds a tensor that nobody asked for.
  case surplus(name: String, shape: [Int])
}

/// Why a checkpoint does not fit a network: every disagreement at once.
package struct BindingError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The checkpoint's file.
  package let path: String
  /// All disagreements: those of the network's parameters in their order, then the surplus.
  package let problems: [BindingProblem]

  /// Lines of each kind that the description spells out; a wrong file differs in all of them.
  private static let spelledOut = 12

  /// The disagreements by kind, at most twelve of each, with full parameter names and both shapes.
  package var description: String {
    let groups: [(String, [BindingProblem])] = [
      ("missing", problems.filter { if case .missing = $0 { true } else { false } }),
      ("of another shape", problems.filter { if case .misshapen = $0 { true } else { false } }),
      ("of another type", problems.filter { if case .wronglyTyped = $0 { true } else { false } }),
      ("unreadable", problems.filter { if case .unreadable = $0 { true } else { false } }),
      ("not asked for", problems.filter { if case .surplus = $0 { true } else { false } }),
    ].filter { !$0.1.isEmpty }
    let summary = groups.map { "\($0.1.count) \($0.0)" }.joined(separator: ", ")
    let lines = groups.flatMap { group in
      group.1.prefix(Self.spelledOut).map { "\n  \(describe($0))" }
        + (group.1.count > Self.spelledOut
          ? ["\n  and \(group.1.count - Self.spelledOut) more \(group.0)"] : [])
    }
    return "\(path): does not fit the network: tensors \(summary)" + lines.joined()
  }

  private func describe(_ problem: BindingProblem) -> String {
    switch problem {
    case .missing(let name, let shape):
      // A renamed tensor is one that nobody asked for.
      let surplus = problems.compactMap {
        if case .surplus(let name, _) = $0 { name } else { nil }
      }
      let nearest = Spelling.suggestions(for: name, among: surplus)
      return "missing: \(name) \(shape)"
        + (nearest.isEmpty ? "" : " (nearest: \(nearest.joined(separator: ", ")))")
    case .misshapen(let name, let expected, let found):
      return "shape: \(name) is \(found), expected \(expected)"
    case .wronglyTyped(let name, let found):
      return "type: \(name) is \(found.rawValue), expected a floating-point type"
    case .unreadable(let name, let reason): return "unreadable: \(name): \(reason)"
    case .surplus(let name, let shape): return "not asked for: \(name) \(shape)"
    }
  }
}
