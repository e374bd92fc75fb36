import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

/// Damaged lists of pairs, captions, edits and votes: each is read or refused with its path.
@Suite struct ManifestFuzzTests {
  private static let tokens = [
    "{", "}", "[", "]", "\"", "\\u0000", "\\ud800", "null", "true", "\n", "\"id\": ", "1e999",
    "\u{FEFF}", "{\"a\":", "[[[[[[[[",
  ]
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write([1], to: "a.png")
  }

  /// Foundation makes objects of every value and keeps the text beside them.
  private static func permitted(_ count: Int) -> Int { 1 << 20 + 1024 * count }

  private func expect(
    _ name: String, _ lines: [String], cases: Int,
    read: @escaping (_ path: String) throws(DatasetError) -> Void
  ) throws {
    let path = folder.path(name)
    let target = FuzzTarget(
      name, corpus: [Array(lines.joined(separator: "\n").utf8), Array(lines[0].utf8)],
      tokens: Self.tokens, permitted: Self.permitted
    ) { bytes in
      guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
        return .wrong("cannot write \(path)")
      }
      do throws(DatasetError) {
        try read(path)
        return .read
      } catch {
        return .refused(error.description)
      }
    }
    let report = target.run(cases: cases)
    #expect(report.failure == nil, "\(report)")
    #expect(report.refused > 0 && report.sentences > 1, "\(name): \(report)")
  }

  @Test func pairs() throws {
    let digest = String(repeating: "0a", count: 32)
    try expect(
      "pairs.jsonl",
      [
        #"{"id": "1", "image": "a.png", "text": "a face", "sha256": {"image": "\#(digest)"}}"#,
        #"{"id": "2", "image": "a.png", "mask": "a.png", "source_text": "é \u00e9", "target_text": ""}"#,
        #"{"id": "3", "image": "a.png", "identity": "x", "group": "y", "scribble": "a.png"}"#,
      ], cases: 800
    ) { path throws(DatasetError) in _ = try PairManifest(contentsOf: path) }
  }

  @Test func captions() throws {
    try expect(
      "captions.jsonl",
      [#"{"id": "1", "text": "a face"}"#, #"{"id": "2", "text": "\ud83d\ude00"}"#],
      cases: 800
    ) { path throws(DatasetError) in _ = try Captions(contentsOf: path) }
    try expect("captions.txt", ["1.jpg : a face", "2.png: another : one"], cases: 800) {
      path throws(DatasetError) in _ = try Captions(contentsOf: path)
    }
  }

  @Test func edits() throws {
    try expect(
      "edits.jsonl",
      [
        #"{"id": "1", "source_text": "face", "target_text": "tanned face"}"#,
        #"{"id": "2", "source_text": "dog", "target_text": "cat"}"#,
      ], cases: 800
    ) { path throws(DatasetError) in _ = try Edits(contentsOf: path) }
  }

  @Test func votes() throws {
    try expect(
      "votes.jsonl",
      [
        #"{"choice": "ours", "options": ["ours", "e4e"], "group": "hard", "question": "7", "voter": "p"}"#,
        #"{"choice": "e4e", "options": ["ours", "e4e"]}"#,
      ], cases: 800
    ) { path throws(DatasetError) in _ = try VoteSheet(contentsOf: path) }
  }
}
