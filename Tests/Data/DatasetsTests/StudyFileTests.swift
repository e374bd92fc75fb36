import Datasets
import TestSupport
import Testing

@Suite struct StudyFileTests {
  private func votes(_ lines: String...) throws -> VoteSheet {
    let tree = try Tree()
    try tree.write(lines.joined(separator: "\n"), to: "votes.jsonl")
    return try VoteSheet(contentsOf: tree.path("votes.jsonl"))
  }

  @Test func readsVotes() throws {
    let sheet = try votes(
      #"{"choice": "ours", "options": ["ours", "e4e"], "group": "hard", "voter": "p1"}"#, "",
      #"{"choice": "e4e", "options": ["ours", "e4e"], "question": "1", "voter": "p1"}"#,
      #"{"choice": "e4e", "options": ["ours", "e4e"], "question": "2", "voter": "p1"}"#)
    #expect(sheet.answers.map(\.choice) == ["ours", "e4e", "e4e"])
    #expect(sheet.answers[0].group == "hard" && sheet.answers[1].group == nil)
  }

  @Test(arguments: [
    (#"{"choice": "pSp", "options": ["ours", "e4e"]}"#, "votes.jsonl:2: 'pSp'"),
    (#"{"choice": "ours", "options": ["ours"]}"#, "at least two"),
    (#"{"choice": "ours", "options": ["ours", "ours"]}"#, "twice"),
    (#"{"choice": "ours"}"#, "'options' is missing"),
    (
      #"{"choice": "ours", "options": ["ours", "e4e"], "grup": "x"}"#,
      "did you mean 'group'?"
    ),
    (#"{"choice": "e4e", "options": ["ours", "e4e"], "question": "1", "voter": "p"}"#, "in line 1"),
  ])
  func refusesVotes(line: String, reason: String) throws {
    let error = #expect(throws: DatasetError.self) {
      try votes(
        #"{"choice": "ours", "options": ["ours", "e4e"], "question": "1", "voter": "p"}"#, line)
    }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test func readsEdits() throws {
    let tree = try Tree()
    let line = #"{"id": "a", "source_text": "face", "target_text": "tanned face"}"#
    try tree.write(line, to: "edits.jsonl")
    let edits = try Edits(contentsOf: tree.path("edits.jsonl"))
    #expect(edits.texts["a"]?.source == "face" && edits.texts["a"]?.target == "tanned face")
    try tree.write("\(line)\n\(line)", to: "edits.jsonl")
    #expect(
      throws: DatasetError.duplicateID(
        path: tree.path("edits.jsonl"), line: 2, id: "a", firstLine: 1)
    ) { try Edits(contentsOf: tree.path("edits.jsonl")) }
    try tree.write(
      #"{"id": "a", "source_text": "face", "target_text": "face"}"#, to: "edits.jsonl")
    let error = #expect(throws: DatasetError.self) {
      try Edits(contentsOf: tree.path("edits.jsonl"))
    }
    #expect(error?.description.contains("nothing is edited") == true)
  }
}
