import Foundation
import TestSupport
import Testing

/// The table of rooms in `ARCHITECTURE.md` against the folders there are.
@Suite struct RoomTests {
  /// Most files and lines of a room, and most files of one folder.
  private static let limits = (files: 60, lines: 6000, filesInFolder: 25)

  /// Rooms in the table's order; a row without a wing belongs to the one above it.
  static func table() throws -> [House.Room] {
    let text = try ProjectFile.text("ARCHITECTURE.md")
    let rows = try #require(text.components(separatedBy: "| wing | room |").dropFirst().first)
      .split(separator: "\n").dropFirst(2).prefix { $0.hasPrefix("|") }
    var wing = ""
    return rows.flatMap { row -> [House.Room] in
      let cells = row.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.replacing("`", with: "").trimmingCharacters(in: .whitespaces)
      }
      if !cells[1].isEmpty { wing = cells[1] }
      return cells[2].split(separator: " ").map { name in
        House.Room(wing: wing, name: String(name), folder: "Sources/\(wing)/\(name)")
      }
    }
  }

  @Test func everyFileLiesInARoomOfTheTable() throws {
    let drawn = Set(try Self.table())
    #expect(drawn.count > 30)
    let found = Set(try House.rooms(in: "Sources"))
    #expect(found == drawn, "\(found.symmetricDifference(drawn))")
    for room in found { #expect(House.isFolder(room.folder), "\(room.folder) lies in no room") }
  }

  @Test func everyTestLiesBesideItsRoom() throws {
    let rooms = Set(try Self.table().map { "\($0.wing)/\($0.name)Tests" })
    for folder in try House.rooms(in: "Tests") where folder.wing != "Support" {
      #expect(rooms.contains("\(folder.wing)/\(folder.name)"), "\(folder.folder) tests no room")
    }
  }

  @Test func noRoomIsTooLarge() throws {
    for room in try Self.table() {
      let files = try House.files(in: room.folder).filter {
        $0.hasSuffix(".swift") && !$0.hasSuffix(".pb.swift")
      }
      let lines = try files.reduce(0) { sum, file in
        sum + (try ProjectFile.text(file).count { $0 == "\n" })
      }
      #expect(files.count <= Self.limits.files, "\(room.name)")
      #expect(lines <= Self.limits.lines, "\(room.name)")
      let folders = Dictionary(grouping: files) { $0.split(separator: "/").dropLast() }
      for (folder, files) in folders {
        #expect(files.count <= Self.limits.filesInFolder, "\(folder.joined(separator: "/"))")
      }
    }
  }
}
