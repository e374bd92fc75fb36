import Foundation
import Testing

/// The way of one number that `ARCHITECTURE.md` describes.
@Suite struct WalkTests {
  private func stations() throws -> [String] {
    let text = try ProjectFile.text("ARCHITECTURE.md")
    let walk = try #require(
      text.components(separatedBy: "### One number, from its file to its cell").dropFirst().first)
    return try #require(walk.components(separatedBy: "###").first)
      .replacing(#/\n(?=\d+\. )/#, with: "\u{1}").split(separator: "\u{1}").dropFirst().map(
        String.init)
  }

  @Test func hasAtMostFifteenStations() throws {
    let stations = try stations()
    #expect(stations.count > 10 && stations.count <= 15, "\(stations.count)")
    for (place, station) in stations.enumerated() {
      #expect(station.hasPrefix("\(place + 1). "), "\(station)")
    }
  }

  /// A type or function that was renamed or removed is one that a reader looks for in vain.
  @Test func namesWhatThereIs() throws {
    var words: Set<String> = []
    for file in try House.files(in: "Sources") where file.hasSuffix(".swift") {
      let tokens = SwiftTokens(try ProjectFile.text(file)).tokens
      words.formUnion(tokens.lazy.filter(\.isWord).map(\.text))
    }
    let names = try stations().flatMap { station in
      station.matches(of: #/`([A-Z]\w+(?:\.\w+)?)`/#).map { String($0.1) }
    }
    #expect(names.count > 25)
    for name in names {
      for part in name.split(separator: ".") { #expect(words.contains(String(part)), "\(name)") }
    }
  }
}
