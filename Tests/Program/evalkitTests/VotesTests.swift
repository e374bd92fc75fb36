import Foundation
import TestSupport
import Testing

/// A user study as a user counts it.
@Suite struct VotesTests {
  @Test func printsSharesOfGroups() throws {
    let folder = try TemporaryFolder()
    let lines = [
      #"{"choice": "ours", "options": ["ours", "e4e"], "group": "hard"}"#,
      #"{"choice": "ours", "options": ["ours", "e4e"], "group": "general"}"#,
      #"{"choice": "e4e", "options": ["ours", "e4e"], "group": "hard"}"#,
    ]
    try folder.write(Array(lines.joined(separator: "\n").utf8), to: "votes.jsonl")
    let outcome = try Program.run(["votes", "votes.jsonl", "--json"], in: folder.url.path)
    let groups = try #require(outcome.json()["groups"] as? [[String: Any]])
    #expect(groups.compactMap { $0["name"] as? String } == ["all", "general", "hard"])
    let shares = try #require(groups[0]["shares"] as? [[String: Any]])
    #expect(shares.compactMap { $0["method"] as? String } == ["e4e", "ours"])
    #expect(shares[1]["votes"] as? Int == 2 && shares[1]["asked"] as? Int == 3)
    let text = try Program.run(["votes", "votes.jsonl"], in: folder.url.path).output
    #expect(text.contains("2 of 3") && text.contains("66.67 %"), "\(text)")
    try folder.write([], to: "votes.jsonl")
    try Program.run(["votes", "votes.jsonl"], in: folder.url.path).expectRefusal(6, "no vote")
    try Program.run(["votes", "nowhere"], in: folder.url.path).expectRefusal(1, "nowhere")
  }
}
