/// The declarations of a Swift source that lie in types or at the file's top level.
struct SwiftDeclarations {
  /// A symbol that other rooms may see.
  struct Symbol: Equatable {
    /// Its name; `init` and `subscript` for those.
    let name: String
    /// Where its attributes and modifiers begin, from 1.
    let line: Int
    /// Whether a `///` stands above it.
    let isDocumented: Bool
    /// What the type or extension around it conforms to; an extension also names what it extends.
    let conformances: [String]
  }

  /// What may be a link to a symbol.
  struct Link: Equatable {
    /// What stands between the double backticks.
    let text: String
    /// Its line, from 1.
    let line: Int

    /// The last component without arguments: `rank` of ``Retrieval/rank(of:)``.
    var name: String {
      let last = text.split(separator: "/").last ?? ""
      return String(last.prefix { $0 != "(" && $0 != "-" })
    }
  }

  /// Symbols of access `package`, but cases of enumerations.
  private(set) var symbols: [Symbol] = []
  /// Names of all declarations, whatever their access; those inside functions are left out.
  private(set) var names: Set<String> = []
  /// Links of all comments.
  private(set) var links: [Link] = []
  /// Members of protocols that have a comment, by protocol.
  private(set) var requirements: [String: Set<String>] = [:]
  /// What protocols inherit from, by protocol.
  private(set) var inherited: [String: [String]] = [:]

  /// A pair of braces that is open.
  private struct Body {
    enum Kind { case type, packageExtension, other }

    var kind = Kind.other
    /// Of a protocol, its name.
    var protocolName: String?
    /// As ``Symbol/conformances``.
    var conformances: [String] = []
  }

  private let source: SwiftTokens
  private var bodies: [Body] = []
  /// What the next brace opens.
  private var next = Body()
  /// Parentheses and brackets that are open.
  private var nesting = 0

  /// Reads a source that compiles.
  init(_ text: String) {
    source = SwiftTokens(text)
    for index in source.tokens.indices { read(index) }
    links = source.documentation.sorted { $0.key < $1.key }.flatMap { line, text in
      text.hasPrefix(" ```")
        ? [] : text.matches(of: /``([^`]+)``/).map { Link(text: String($0.1), line: line) }
    }
  }

  private func text(_ index: Int) -> String {
    source.tokens.indices.contains(index) ? source.tokens[index].text : ""
  }

  private mutating func read(_ index: Int) {
    switch text(index) {
    case "{":
      bodies.append(next)
      next = Body()
    case "}": _ = bodies.popLast()
    case "(", "[": nesting += 1
    case ")", "]": nesting -= 1
    case let word where Self.kinds.contains(word): declare(index)
    default: break
    }
  }

  private mutating func declare(_ index: Int) {
    let kind = text(index)
    // `.init(…)` and `x.self` declare nothing, nor does what stands in a function or among arguments.
    guard nesting == 0, !bodies.contains(where: { $0.kind == .other }),
      ![".", ":"].contains(text(index - 1))
    else {
      return
    }
    // `class func` is a function.
    if kind == "class", Self.kinds.contains(text(index + 1)) { return }
    let start = self.start(of: index)
    let prefix = source.tokens[start..<index].map(\.text)
    next = Self.types.contains(kind) ? body(of: index) : Body()
    if kind == "extension" {
      if prefix.contains("package") { next.kind = .packageExtension }
      return
    }
    let declared = Self.nameless.contains(kind) ? [kind] : names(after: index, kind: kind)
    names.formUnion(declared)
    let line = source.tokens[start].line
    let isDocumented = source.documentation[line - 1] != nil
    if isDocumented, let name = bodies.last?.protocolName {
      requirements[name, default: []].formUnion(declared)
    }
    let isPackage =
      prefix.contains("package")
      || bodies.last?.kind == .packageExtension && Self.access.isDisjoint(with: prefix)
    guard isPackage, kind != "case" else { return }
    symbols.append(
      Symbol(
        name: declared.first ?? kind, line: line, isDocumented: isDocumented,
        conformances: bodies.last?.conformances ?? []))
  }

  /// What the brace behind a type's or extension's keyword opens.
  private mutating func body(of keyword: Int) -> Body {
    let header = source.tokens[(keyword + 1)...].prefix { $0.text != "{" && $0.text != "where" }
    var (depth, isBehindColon) = (0, false)
    var conformances: [String] = []
    for token in header {
      if token.text == "<" { depth += 1 }
      if token.text == ">" { depth -= 1 }
      if token.text == ":", depth == 0 { isBehindColon = true }
      if token.isWord, depth == 0, isBehindColon { conformances.append(token.text) }
    }
    let name = header.first?.text ?? ""
    if text(keyword) == "extension" { conformances.append(name) }
    if text(keyword) == "protocol" { inherited[name] = conformances }
    return Body(
      kind: .type, protocolName: text(keyword) == "protocol" ? name : nil,
      conformances: conformances)
  }

  /// Position of the first attribute or modifier of the declaration whose keyword stands at an index.
  private func start(of index: Int) -> Int {
    var start = index
    while start > 0 {
      let before = start - 1
      if Self.modifiers.contains(text(before)) {
        start = before
      } else if text(before) == ")", let open = opening(of: before),
        Self.modifiers.contains(text(open - 1)) || text(open - 2) == "@"
      {
        start = text(open - 2) == "@" ? open - 2 : open - 1
      } else if text(before - 1) == "@" {
        start = before - 1
      } else {
        break
      }
    }
    return start
  }

  /// The parenthesis that belongs to a closing one.
  private func opening(of closing: Int) -> Int? {
    var depth = 0
    for index in (0...closing).reversed() {
      if text(index) == ")" { depth += 1 }
      if text(index) == "(" { depth -= 1 }
      if depth == 0 { return index }
    }
    return nil
  }

  /// The names that a declaration introduces: several for `let x, y` and `case a, b(Int)`.
  private func names(after keyword: Int, kind: String) -> [String] {
    var found: [String] = []
    var index = keyword + 1
    while source.tokens.indices.contains(index), source.tokens[index].isWord {
      found.append(text(index))
      guard ["let", "var", "case"].contains(kind) else { break }
      index += 1
      if text(index) == "(" { index = end(ofGroup: index) }
      guard text(index) == "," else { break }
      index += 1
    }
    return found
  }

  /// The position behind a group in parentheses.
  private func end(ofGroup opening: Int) -> Int {
    var depth = 0
    for index in opening..<source.tokens.count {
      if text(index) == "(" { depth += 1 }
      if text(index) == ")" { depth -= 1 }
      if depth == 0 { return index + 1 }
    }
    return source.tokens.count
  }

  private static let types: Set = ["struct", "enum", "class", "actor", "protocol", "extension"]
  private static let nameless: Set = ["init", "subscript", "deinit"]
  private static let kinds = types.union(nameless).union([
    "func", "var", "let", "typealias", "associatedtype", "case",
  ])
  private static let access: Set = ["private", "fileprivate", "internal", "package", "public"]
  private static let modifiers = access.union([
    "static", "class", "final", "mutating", "nonmutating", "override", "convenience", "required",
    "indirect", "nonisolated", "lazy", "weak", "unowned", "consuming", "borrowing", "dynamic",
    "prefix", "postfix", "infix", "isolated", "distributed",
  ])
}
