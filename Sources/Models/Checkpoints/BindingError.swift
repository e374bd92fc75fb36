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
  /// How many tensors the network asks for.
  let asked: Int

  /// Lines of each kind that the description spells out; a wrong file differs in all of them.
  private static let spelledOut = 12

  /// The disagreements by kind, at most twelve of each, with full parameter names and both shapes.
  ///
  /// Of a file whose names all differ for one reason only that reason, see ``cause``.
  package var description: String {
    if let cause { return "\(path): \(cause)" }
    return "\(path): does not fit the network: tensors \(counts)"
      + groups.flatMap { group in
        group.problems.prefix(Self.spelledOut).map { "\n  \(describe($0))" }
          + (group.problems.count > Self.spelledOut
            ? ["\n  and \(group.problems.count - Self.spelledOut) more \(group.name)"] : [])
      }.joined()
  }

  /// The disagreements in one sentence: their numbers and the first of them, or ``cause``.
  package var sentence: String {
    if let cause { return "\(path): \(cause)" }
    return "\(path): does not fit the network: tensors \(counts), such as "
      + (problems.first.map(describe) ?? "none")
  }

  private var counts: String {
    groups.map { "\($0.problems.count) \($0.name)" }.joined(separator: ", ")
  }

  private var groups: [(name: String, problems: [BindingProblem])] {
    let groups: [(String, [BindingProblem])] = [
      ("missing", problems.filter { if case .missing = $0 { true } else { false } }),
      ("of another shape", problems.filter { if case .misshapen = $0 { true } else { false } }),
      ("of another type", problems.filter { if case .wronglyTyped = $0 { true } else { false } }),
      ("unreadable", problems.filter { if case .unreadable = $0 { true } else { false } }),
      ("not asked for", problems.filter { if case .surplus = $0 { true } else { false } }),
    ]
    return groups.filter { !$0.1.isEmpty }
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

extension BindingError {
  /// The one reason why nothing that the network asks for is in the file; nil where single tensors differ.
  ///
  /// It holds lists of tensors instead of a state dict, or a state dict inside another dictionary or list.
  package var cause: String? {
    let missing = problems.compactMap { if case .missing(let name, _) = $0 { name } else { nil } }
    let surplus = problems.compactMap { if case .surplus(let name, _) = $0 { name } else { nil } }
    guard let first = missing.first, missing.count == asked else { return nil }
    if !surplus.isEmpty, surplus.allSatisfy(\.isPlaceInList) {
      return
        "holds a list of \(surplus.count) tensors without names, such as precomputed latents, not "
        + "the state dict of a network"
    }
    let names = Set(surplus)
    let prefixes = surplus.filter { $0.hasSuffix(".\(first)") }
      .map { String($0.dropLast(first.count)) }
      .filter { prefix in missing.allSatisfy { names.contains(prefix + $0) } }
    guard let prefix = prefixes.last else { return nil }
    return
      "holds the network's tensors under \(prefixes.map { "'\($0)'" }.joined(separator: " and ")); "
      + "name the part in a weights manifest, as in 'part: \(prefix.prefix { $0 != "." })'"
  }
}

extension String {
  /// Whether a tensor's name tells nothing but places in lists, such as `3.0`.
  fileprivate var isPlaceInList: Bool {
    split(separator: ".", omittingEmptySubsequences: false).allSatisfy { Int($0) != nil }
  }
}
