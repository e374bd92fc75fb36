import Foundation
import TestSupport
import Testing

/// What `Tools/source_commit.sh` says of a tree.
@Suite struct SourceCommitTests {
  /// A tree with the script and one source.
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let script = try Data(contentsOf: ProjectFile.url("Tools/source_commit.sh"))
    try folder.write(script, to: "Tools/source_commit.sh")
    try folder.write(Array("first".utf8), to: "Sources/a.c")
  }

  /// What a command prints in the tree.
  private func output(of arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(arguments)")
    return String(decoding: data, as: UTF8.self)
  }

  private func commit() throws -> String {
    try output(of: "bash", "Tools/source_commit.sh").trimmingCharacters(in: .newlines)
  }

  @Test func anArchiveHasNone() throws {
    #expect(try commit() == "")
  }

  @Test func changesOfSourcesAreMarked() throws {
    _ = try output(of: "git", "init", "-q", ".")
    _ = try output(of: "git", "add", ".")
    _ = try output(
      of: "git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false",
      "commit", "-q", "-m", "first")
    let clean = try commit()
    #expect(clean.wholeMatch(of: /[0-9a-f]{7,40}/) != nil, "\(clean)")
    try folder.write(Array("notes".utf8), to: "notes.txt")
    #expect(try commit() == clean, "what is not compiled does not count")
    try folder.write(Array("second".utf8), to: "Sources/a.c")
    #expect(try commit() == clean + "+")
  }
}
