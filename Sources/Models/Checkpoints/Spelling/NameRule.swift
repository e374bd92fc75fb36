/// How one tensor of a published spelling is called in ours, and how its elements lie there.
///
/// A pattern is a name in which `*` stands for one component between dots and a last `**` for all that
/// follow; both sides have the same wildcards in the same order.
struct NameRule: Hashable, Sendable {
  /// What is done to the elements.
  enum Change: Hashable, Sendable {
    case none
    /// Rows and columns change places.
    case transposed
    /// Axes of one are put before the first and behind the last.
    case axes(before: Int, behind: Int)
  }

  /// Patterns in the other spelling; several tensors are joined along their first axis.
  let theirs: [String]
  /// The pattern in our spelling.
  let ours: String
  /// What is done to the elements.
  let change: Change

  /// One tensor for one.
  init(_ theirs: String, _ ours: String, _ change: Change = .none) {
    self.theirs = [theirs]
    self.ours = ours
    self.change = change
  }

  /// Several tensors for one.
  init(joining theirs: [String], _ ours: String) {
    self.theirs = theirs
    self.ours = ours
    change = .none
  }

  /// Our name of one of their tensors and its place among those that are joined; nil where the rule does
  /// not cover it.
  func ours(for name: String) -> (name: String, part: Int)? {
    for (part, pattern) in theirs.enumerated() {
      if let found = Self.rewritten(name, from: pattern, to: ours) { return (found, part) }
    }
    return nil
  }

  /// Their names of one of our tensors; nil where the rule does not cover it.
  func theirs(for name: String) -> [String]? {
    let names = theirs.compactMap { Self.rewritten(name, from: ours, to: $0) }
    return names.isEmpty ? nil : names
  }

  private static func rewritten(_ name: String, from: String, to: String) -> String? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let pattern = from.split(separator: ".")
    let takesRest = pattern.last == "**"
    guard takesRest ? parts.count >= pattern.count : parts.count == pattern.count else {
      return nil
    }
    var captures: [Substring] = []
    for (index, wanted) in pattern.enumerated() {
      switch wanted {
      case "**": captures.append(contentsOf: parts[index...])
      case "*": captures.append(parts[index])
      default: if wanted != parts[index] { return nil }
      }
    }
    var rest = captures[...]
    let result = to.split(separator: ".").flatMap { piece -> [Substring] in
      switch piece {
      case "**": Array(rest)
      case "*": [rest.removeFirst()]
      default: [piece]
      }
    }
    return result.joined(separator: ".")
  }
}
