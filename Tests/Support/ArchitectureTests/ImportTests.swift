import Foundation
import TestSupport
import Testing

/// The imports of every room against the arrows that `ARCHITECTURE.md` draws.
@Suite struct ImportTests {
  /// Rooms and what they may import, from the block marked `arrows`.
  static func drawnArrows() throws -> [String: Set<String>] {
    let text = try ProjectFile.text("ARCHITECTURE.md")
    let block = try #require(
      text.components(separatedBy: "```arrows\n").dropFirst().first?
        .components(separatedBy: "```").first)
    var arrows: [String: Set<String>] = [:]
    for line in block.split(separator: "\n") {
      let halves = line.components(separatedBy: "→")
      try #require(halves.count == 2, "not an arrow: \(line)")
      let room = halves[0].trimmingCharacters(in: .whitespaces)
      arrows[room] = Set(halves[1].split(separator: " ").map(String.init))
    }
    return arrows
  }

  /// The rooms there are and what their files import.
  static func imports() throws -> [String: Set<String>] {
    var found: [String: Set<String>] = [:]
    for room in try House.rooms(in: "Sources") + House.rooms(in: "Tests/Support") {
      for file in try House.files(in: room.folder) where file.hasSuffix(".swift") {
        let text = try ProjectFile.text(file)
        found[room.name, default: []].formUnion(modules(importedBy: text))
      }
    }
    found["ArchitectureTests"] = nil
    return found
  }

  /// Module names behind `import`, with or without attributes, access levels and declaration kinds.
  static func modules(importedBy text: String) -> [String] {
    let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    return text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard let position = words.firstIndex(of: "import"),
        words[..<position].allSatisfy({
          $0.hasPrefix("@") || ["public", "package", "internal", "private"].contains($0)
        })
      else { return nil }
      let rest = words[(position + 1)...].filter { !kinds.contains(String($0)) }
      return rest.first.map { String($0.split(separator: ".")[0]) }
    }
  }

  /// Modules of the platform, which every room may use.
  static let platform: Set<String> = [
    "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization",
  ]

  @Test func everyImportIsDrawn() throws {
    let arrows = try Self.drawnArrows()
    let imports = try Self.imports()
    #expect(!imports.isEmpty)
    for (room, modules) in imports {
      let drawn = try #require(arrows[room], "ARCHITECTURE.md draws no arrows for \(room)")
      let undrawn = modules.subtracting(drawn).subtracting(Self.platform)
      #expect(undrawn.isEmpty, "\(room) imports \(undrawn.sorted()), which no arrow allows")
    }
  }

  @Test func everyArrowIsUsed() throws {
    let imports = try Self.imports()
    for (room, drawn) in try Self.drawnArrows() {
      let unused = drawn.subtracting(imports[room] ?? [])
      #expect(unused.isEmpty, "\(room) does not import \(unused.sorted()); take the arrow out")
    }
  }

  /// What the design forbids whatever the drawing says.
  @Test func neighborsDoNotKnowEachOther() throws {
    let strangers = ["Networks", "Images", "Metrics", "Store", "Verdicts", "Reports"]
    let arrows = try Self.drawnArrows()
    for room in strangers {
      let known = try #require(arrows[room]).intersection(strangers)
      #expect(known.isEmpty, "\(room) must not know \(known.sorted())")
    }
    #expect(try #require(arrows["Kernels"]).isDisjoint(with: ["Graphs", "Networks"]))
    #expect(try #require(arrows["Reports"]).isDisjoint(with: ["GRDB"]))
  }

  /// Rooms stand on those above them in the table.
  @Test func arrowsPointUpwards() throws {
    let order = try RoomTests.table().map(\.name)
    for (room, drawn) in try Self.drawnArrows() {
      guard let place = order.firstIndex(of: room) else { continue }
      let below = drawn.filter { other in order.firstIndex(of: other).map { $0 > place } ?? false }
      #expect(below.isEmpty, "\(room) imports \(below.sorted()), which the table has below it")
    }
  }

  @Test func arrowsPointOneWay() throws {
    let arrows = try Self.drawnArrows()
    var done: Set<String> = []
    func visit(_ room: String, path: [String]) {
      #expect(!path.contains(room), "\((path + [room]).joined(separator: " → ")) is a circle")
      guard !path.contains(room), done.insert(room).inserted else { return }
      for next in arrows[room] ?? [] { visit(next, path: path + [room]) }
    }
    for room in arrows.keys.sorted() { visit(room, path: []) }
  }

  @Test func readsEveryFormOfImport() {
    let text = """
      import Foundation
      @testable import Graphs
      package import Kernels
      import struct Tensors.Tensor
      // import Nothing
      let word = "import"
      """
    #expect(Self.modules(importedBy: text) == ["Foundation", "Graphs", "Kernels", "Tensors"])
  }
}
