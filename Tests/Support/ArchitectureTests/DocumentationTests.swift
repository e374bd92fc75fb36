import Testing

/// What the comments say against the declarations that there are.
@Suite struct DocumentationTests {
  /// A room and what its sources declare, by path.
  private struct Room {
    let name: String
    let sources: [(path: String, declarations: SwiftDeclarations)]
  }

  private static func rooms() throws -> [Room] {
    try (House.rooms(in: "Sources") + House.rooms(in: "Tests/Support")).map { room in
      let files = try House.files(in: room.folder).filter {
        $0.hasSuffix(".swift") && !$0.hasSuffix(".pb.swift")
      }
      return Room(
        name: room.name,
        sources: try files.map { ($0, SwiftDeclarations(try ProjectFile.text($0))) })
    }
  }

  /// Protocols with the members that they describe, also by what they inherit.
  private struct Protocols {
    var requirements: [String: Set<String>] = [:]
    var inherited: [String: [String]] = [:]

    init(_ rooms: [Room]) {
      for declarations in rooms.flatMap(\.sources).map(\.declarations) {
        requirements.merge(declarations.requirements) { $0.union($1) }
        inherited.merge(declarations.inherited) { $0 + $1 }
      }
    }

    /// Whether a symbol fulfills a requirement that has a comment, which then says all.
    func describe(_ symbol: SwiftDeclarations.Symbol) -> Bool {
      var (waiting, seen) = (symbol.conformances[...], Set<String>())
      while let name = waiting.popFirst() {
        guard seen.insert(name).inserted else { continue }
        if requirements[name]?.contains(symbol.name) == true { return true }
        waiting += inherited[name] ?? []
      }
      return false
    }
  }

  /// What is missing in a room, one line each.
  private static func gaps(in room: Room, names: Set<String>, _ protocols: Protocols) -> [String] {
    room.sources.flatMap { path, declarations in
      declarations.symbols.filter { !$0.isDocumented && !protocols.describe($0) }
        .map { "\(path):\($0.line): '\($0.name)' has no comment" }
        + declarations.links.filter { !names.contains($0.name) }
        .map { "\(path):\($0.line): ``\($0.text)`` names no declaration" }
    }
  }

  @Test func everyPackageSymbolHasACommentAndEveryLinkLeadsSomewhere() throws {
    let rooms = try Self.rooms()
    let names = rooms.reduce(into: Set(rooms.map(\.name))) { names, room in
      for source in room.sources { names.formUnion(source.declarations.names) }
    }
    let protocols = Protocols(rooms)
    let count = rooms.flatMap(\.sources).reduce(0) { $0 + $1.declarations.symbols.count }
    #expect(count > 3000, "the sources were not read")
    for room in rooms {
      let gaps = Self.gaps(in: room, names: names, protocols)
      #expect(gaps.isEmpty, "\(room.name):\n\(gaps.joined(separator: "\n"))")
    }
  }

  @Test func findsSymbolsOfEveryForm() {
    let declarations = SwiftDeclarations(
      #"""
      /// Documented.
      @available(*, deprecated, message: "package func no")
      @discardableResult
      package static func first(
        _ value: Int
      ) -> Int { package; let inner = 1; return inner }

      package nonisolated(unsafe) var second: Int { get }
      // A remark is no documentation.
      package struct Third: Sendable {
        /// Documented.
        package let fourth, fifth: Double
        package init() { self.fourth = .init(1) }
        package private(set) var `protocol` = "package var \("package let")"
        let hidden = 1
      }
      /// Far away.

      final package class Sixth { package subscript(_ i: Int) -> Int { i } }
      package enum Seventh { case eighth(Int), ninth }
      package typealias Tenth = Int
      package extension Third {
        func eleventh() {}
        private func hidden() {}
        /// Documented.
        static var twelfth: Int { 12 }
      }
      extension Third { func hidden() {} }
      package import Foundation
      """#)
    let missing = declarations.symbols.filter { !$0.isDocumented }.map(\.name)
    #expect(
      missing == [
        "second", "Third", "init", "protocol", "Sixth", "subscript", "Seventh", "Tenth", "eleventh",
      ])
    #expect(
      declarations.symbols.filter(\.isDocumented).map(\.name) == ["first", "fourth", "twelfth"])
    #expect(declarations.names.isSuperset(of: ["fifth", "eighth", "ninth", "hidden"]))
    #expect(!declarations.names.contains("inner"))
  }

  @Test func findsWhatProtocolsDescribe() {
    let declarations = SwiftDeclarations(
      """
      package protocol First: Sendable {
        /// Documented.
        var one: Int { get }
        func two()
      }
      package protocol Second: First, Equatable where One: Hashable {}
      package struct Third<Value: Other>: Second, Sendable {
        package let one: Int
        package func two() {}
      }
      extension Second { package var three: Int { 3 } }
      """)
    #expect(declarations.requirements == ["First": ["one"]])
    #expect(declarations.inherited == ["First": ["Sendable"], "Second": ["First", "Equatable"]])
    let conformances = declarations.symbols.filter { ["one", "three"].contains($0.name) }
      .map(\.conformances)
    #expect(conformances == [["Second", "Sendable"], ["Second"]])
  }

  @Test func readsLinksOfEveryForm() {
    let declarations = SwiftDeclarations(
      """
      /// See ``Type``, ``Type/member(_:)`` and ``Room/Type``; `plain` is none.
      /// ```swift
      // nor is ``this``
      """)
    #expect(declarations.links.map(\.name) == ["Type", "member", "Type"])
  }
}
