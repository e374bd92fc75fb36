import Foundation
import Testing

/// What `Package.swift` asks for.
@Suite struct ManifestTests {
  /// Names and versions of the packages that are pinned.
  static func dependencies() throws -> [(name: Substring, version: Substring)] {
    try ProjectFile.text("Package.swift")
      .matches(of: /\.package\(url: "[^"]*\/([^"\/]+)", exact: "(\d+\.\d+\.\d+)"\)/)
      .map { ($0.1, $0.2) }
  }

  /// No lock file is committed, so the manifest itself must say which versions were tested.
  @Test func everyDependencyIsPinned() throws {
    let all = try ProjectFile.text("Package.swift").components(separatedBy: ".package(").count - 1
    #expect(all > 0)
    #expect(try Self.dependencies().count == all, "a dependency is not pinned with 'exact:'")
  }

  /// The messages of ONNX files are generated for the library that reads them.
  @Test func generatedMessagesAreOfThePinnedRelease() throws {
    let pinned = try Self.dependencies().first { $0.name == "swift-protobuf" }
    let version = try #require(pinned).version
    let script = try ProjectFile.text("Tools/generate_onnx_messages.sh")
    #expect(script.contains("\nrelease=\(version)\n"))
    let messages = try ProjectFile.text("Sources/Models/ONNX/Generated/onnx.pb.swift")
    #expect(messages.contains("the plug-in of swift-protobuf \(version)."))
  }

  /// One version of Swift is built and tested with, and all places that name it agree.
  @Test func theVersionOfSwiftIsTheSameEverywhere() throws {
    let manifest = try ProjectFile.text("Package.swift")
    let version = try #require(manifest.prefixMatch(of: /\/\/ swift-tools-version: (\d+\.\d+)\n/)).1
    for path in ["README.md", "Tools/setup.sh"] {
      let named = try ProjectFile.text(path).matches(of: /Swift (\d+\.\d+)/).map(\.1)
      #expect(!named.isEmpty && named.allSatisfy { $0 == version }, "\(path): \(named)")
    }
  }

  /// A misspelled room would not be held to anything.
  @Test func roomsWithoutPointersAreRooms() throws {
    let list = try #require(
      try ProjectFile.text("Package.swift").firstMatch(of: /let memorySafe: Set = \[([^\]]*)\]/)
    ).1
    let safe = Set(list.matches(of: /"(\w+)"/).map { String($0.1) })
    let strangers = safe.subtracting(try RoomTests.table().map(\.name))
    #expect(!safe.isEmpty && strangers.isEmpty, "there is no room \(strangers.sorted())")
  }
}
