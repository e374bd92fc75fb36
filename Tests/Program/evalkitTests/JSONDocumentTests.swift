import Foundation
import TestSupport
import Testing

/// What `--json` prints, against the schemas in `Docs/schemas`.
@Suite(.serialized) struct JSONDocumentTests {
  private static let folder = Fixtures.projectRoot.appendingPathComponent("Docs/schemas")

  /// A call and the schema of what it prints.
  private struct Call {
    let schema: String
    let words: [String]
    let code: Int32

    init(_ schema: String, _ line: String, code: Int32 = 0) {
      self.schema = schema
      words = line.split(separator: " ").map(String.init)
      self.code = code
    }
  }

  /// In an order in which each finds what it reads; RUN is the first table's run, HEADS a file of weights.
  private static let calls = [
    Call("pairs", "pairs --pairs 6 --export pairs"),
    Call("plan", "plan ddgi.table1 --pairs 6"),
    Call("table", "table ddgi.table1 --pairs 6 --quiet"),
    Call("runs", "runs list"), Call("runs-prune", "runs prune --dry-run"), Call("show", "show"),
    Call("image", "show latest 000000"),
    Call("table", "table sca-dm.diversity --pairs 6 --quiet"),
    Call("compare", "compare paint retrieve --run RUN"),
    Call("verify", "verify RUN"),
    Call("baseline", "baseline show main"), Call("baselines", "baseline list"),
    Call("table", "table ddgi.table1 --pairs 6 --method denoise=builtin:paint --quiet"),
    Call("gate", "gate --baseline main --require fid<=400", code: 6),
    Call("gate", "gate --baseline main --run RUN"),
    Call("blame", "blame main"),
    Call("history", "history"), Call("publish", "publish site"), Call("claims", "claims all"),
    Call("cache", "cache"),
    Call("shard", "table ddgi.table1 --pairs 6 --shard 1/2 --results S"),
    Call("shard", "table ddgi.table1 --pairs 6 --shard 2/2 --results S"),
    Call("table", "merge S/evalkit-shard-1-of-2.sqlite S/evalkit-shard-2-of-2.sqlite --results M"),
    Call("table", "table1 --pairs 4 --quiet"),
    Call(
      "score", "score --reference pairs/images --generated broken --metrics fid,kid,ssim,psnr,mae"),
    Call(
      "generate", "generate --dataset synthetic --method m=builtin:paint --output made --limit 2"),
    Call("sample", "sample sdg --sheet s.png --count 1"),
    Call("votes", "votes answers.jsonl"), Call("selftest", "selftest"),
    Call("protocols", "protocols list"), Call("systems", "systems list"),
    Call("system", "systems show sdg"), Call("networks", "networks list"),
    Call("network", "networks show bisenet"), Call("weights", "weights list"),
    Call("weights-check", "weights verify pairs/images"),
    Call("weights-fetch", "weights fetch inception-fid --to w --dry-run"),
    Call("weights-inspect", "weights inspect HEADS"),
    Call("features", "features --network compact-bisenet --images pairs/images --output f.npy"),
    Call("doctor", "doctor"), Call("bench-list", "bench --list"),
    Call("slurm-status", "slurm status night"),
    Call("bench", "bench compact-bisenet --seconds 0.01 --quiet"),
    Call("bench-stages", "bench compact-bisenet --stages --seconds 0.01 --quiet"),
  ]

  @Test func everyDocumentFitsItsSchema() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.path
    var run = ""
    for call in Self.calls {
      try prepare(call, in: folder, run: run)
      let names = ["RUN": run, "HEADS": SyntheticWeights.place("heads.safetensors")]
      let words = call.words.map { names[$0] ?? $0 }
      let outcome = try Program.run(words + ["--json"], in: path)
      #expect(outcome.code == call.code, "\(words): \(outcome)")
      let document = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
      if words == ["show"] { run = (document as? [String: Any])?["id"] as? String ?? "" }
      let schema = try JSONSchema(
        path: Self.folder.appendingPathComponent("\(call.schema).json").path)
      let findings = schema.findings(in: document)
      #expect(findings.isEmpty, "\(words): \(findings.prefix(5))")
    }
  }

  /// Files that a call reads and no earlier one has written.
  private func prepare(_ call: Call, in folder: TemporaryFolder, run: String) throws {
    switch call.schema {
    case "baseline":
      try Program.run(["baseline", "set", "main", "--run", run], in: folder.url.path)
        .expectSuccess()
    case "score":
      try FileManager.default.copyItem(
        atPath: folder.path("pairs/images"), toPath: folder.path("broken"))
      try Data("no picture".utf8).write(
        to: URL(fileURLWithPath: folder.path("broken/000000.png")))
    case "slurm-status":
      try Program.run(
        ["slurm", "submit", "--dry-run", "--shards", "2", "night", "table1", "--pairs", "4"],
        in: folder.url.path
      ).expectSuccess()
    case "votes":
      try Data(
        #"{"choice": "ours", "options": ["ours", "e4e"], "group": "hard", "question": "7"}"#.utf8
      ).write(to: URL(fileURLWithPath: folder.path("answers.jsonl")))
    default: break
    }
  }

  /// Every schema describes a call above, and every command that knows `--json` has one.
  @Test func everyCommandHasASchema() throws {
    let folder = try TemporaryFolder()
    let commands = try CommandCatalogue.ofProgram(in: folder.url.path).commands.filter {
      $0.arguments.contains { $0.names?.contains { $0.name == "json" } == true }
    }
    #expect(commands.count > 30)
    for command in commands {
      let isCalled = Self.calls.contains { $0.words.starts(with: command.words) }
      #expect(isCalled, "no call of \(command.words.joined(separator: " "))")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).map {
      String($0.dropLast(5))
    }
    #expect(Set(names) == Set(Self.calls.map(\.schema)))
    let page = try String(
      contentsOf: Fixtures.projectRoot.appendingPathComponent("Docs/json.md"), encoding: .utf8)
    for name in names { #expect(page.contains("(schemas/\(name).json)"), "\(name)") }
  }
}
