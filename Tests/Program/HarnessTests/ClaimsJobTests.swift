import Foundation
import Gate
import Generators
import Harness
import Measurement
import Provenance
import Reports
import Runs
import Store
import Tables
import Terms
import TestSupport
import Testing

/// What stored runs say of the papers' claims; their scores are written down here.
@Suite struct ClaimsJobTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path("evalkit.sqlite"))
  }

  // MARK: Stored runs

  private func settings(seed: Int, weights: String, samples: Int?) -> String {
    let choices = samples.map { #""samples=\#($0)""# } ?? ""
    let table = #"{"dataset":"synthetic","switches":[\#(choices)],"isExact":false}"#
    return [
      #"{"dataset":"synthetic","deviations":[],"findings":[],"identity":{},"networks":[],"#,
      #""notRun":{},"pairCount":30,"seed":\#(seed),"weights":"\#(weights)","#,
      #""recipe":{"table":{"_0":\#(table)}}}"#,
    ].joined()
  }

  /// Stores a complete run.
  private func run(
    _ id: String, of table: String, _ methods: [MethodRecord], seed: Int = 0,
    weights: String = "compact", samples: Int? = nil, status: RunStatus = .complete
  ) throws {
    try store.begin(
      RunRecord(
        id: id, protocolID: table, created: Date(timeIntervalSince1970: 1_700_000_000),
        commandLine: "evalkit table", toolVersion: "0.9.0", fingerprint: "f0",
        settings: settings(seed: seed, weights: weights, samples: samples), pairsHash: "p\(seed)"),
      methods: methods,
      fingerprints: [
        FingerprintRecord(hash: "f0", text: "run"), FingerprintRecord(hash: "f1", text: "metric=1"),
        FingerprintRecord(hash: "s\(seed)", text: "draw=per-query,seed=\(seed)"),
      ])
    try store.setStatus(status, ofRun: id)
  }

  private func builtin(_ name: String, _ method: String) -> MethodRecord {
    MethodRecord(name: name, specification: method, kind: .builtin)
  }

  /// Scores of 30 images, the level with a wave of their own, and their mean.
  private func score(_ run: String, _ method: String, _ metric: String, level: Double) throws {
    let images = (0..<30).map { index in
      (
        image: ImageRecord(
          run: run, method: method, imageID: "\(index)", contentHash: "c", outcome: .scored),
        scores: [
          ScoreRecord(
            metric: metric, value: level + 0.1 * sin(Double(index) + 40 * level), fingerprint: "f1")
        ]
      )
    }
    try store.record(images)
    try set(run, method, metric, level, fingerprint: "f1")
  }

  private func set(
    _ run: String, _ method: String, _ metric: String, _ value: Double, fingerprint: String,
    details: String = "{}"
  ) throws {
    try store.replace(
      [
        SetScoreRecord(
          method: method, metric: metric, value: .number(value), generatedCount: 30,
          details: details, fingerprint: fingerprint)
      ], inRun: run)
  }

  private func report(_ paper: String) throws -> ClaimReport {
    var job = try ClaimsJob(paper)
    job.results = folder.url.path
    return try job.report()
  }

  private func claim(_ id: String, of paper: String) throws -> ClaimReport.Claim {
    try #require(report(paper).papers.first?.claims.first { $0.id == id })
  }

  private static let reconstruction = [300, 400, 500, 600].map { step in
    (
      name: "diffusionclip-\(step)",
      method:
        "builtin:diffusionclip:mode=reconstruct,t0=\(step),inversion-steps=200,generation-steps=40"
    )
  }

  private func reconstructions(_ id: String, rising: Bool, steps: Range<Int> = 0..<4) throws {
    let rows = Self.reconstruction[steps]
    try run(id, of: "diffusionclip.table1", rows.map { builtin($0.name, $0.method) })
    for (place, row) in zip(steps, rows) {
      try score(id, row.name, "mae", level: rising ? Double(place) : Double(-place))
    }
  }

  // MARK: Files

  /// Protocols, metrics, rows and options of the files that ship.
  @Test func everyClaimCanBeAsked() throws {
    let files = try ProtocolLibrary.files()
    #expect(try files.claimIDs() == ["collaborative", "diffusionclip", "sca-dm", "sdg"])
    for id in try files.claimIDs() {
      let file = try files.claims(id)
      #expect(!file.title.isEmpty && file.claims.count >= 9)
      for claim in file.claims {
        let table = try files.table(claim.table)
        // A figure has no columns: its claims may be asked of any metric.
        #expect(
          claim.place.hasPrefix("Figure") || table.columns.contains { $0.metric == claim.metric },
          "\(claim.id)")
        #expect(table.paper?.title == file.title && table.paper?.venue == file.venue)
        #expect(claim.pairs.isMultiple(of: claim.samples ?? table.samples), "\(claim.id)")
      }
      let used = Set(file.claims.flatMap(\.rows))
      #expect(file.rows.filter { !used.contains($0) }.map(\.id) == [])
    }
  }

  @Test func anUnknownPaperIsAUsageError() {
    let error = #expect(throws: HarnessError.self) { try ClaimsJob("sgd") }
    #expect(error?.kind == .usage && error?.description.contains("'sdg'") == true)
  }

  // MARK: Images

  @Test func aTrendOverStoredImagesHolds() throws {
    try reconstructions("r1", rising: true)
    let found = try claim("return-step-mae", of: "diffusionclip")
    #expect(found.verdict == "holds")
    let test = try #require(found.test)
    #expect(test.statistic == "L" && test.count == 30 && test.unit == "images")
    // Every image is in order: 30·(1 + 4 + 9 + 16).
    #expect(test.value == 900 && test.pValue < 1e-9 && test.adjustedPValue >= test.pValue)
    #expect(test.interval[0] > 2.7 && test.interval[1] < 3.3 && abs(test.effect - 3) < 0.1)
    #expect(found.rows.allSatisfy { $0.runs == ["r1"] })
    #expect(found.notes.contains("The claim asks for 200 images."))
  }

  @Test func theOtherOrderContradictsAndIsNoError() throws {
    try reconstructions("r1", rising: false)
    let report = try report("diffusionclip")
    let found = try #require(report.papers[0].claims.first)
    #expect(found.verdict == "contradicted" && found.test?.interval[1] ?? 0 < 0)
    #expect(report.summary == "16 claims: 1 contradicted, 15 not measured")
  }

  @Test func rowsMayComeOutOfSeveralRunsOfTheSamePairs() throws {
    try reconstructions("r1", rising: true, steps: 0..<2)
    try reconstructions("r2", rising: true, steps: 2..<4)
    // What is not complete does not count.
    try run(
      "r3", of: "diffusionclip.table1",
      [builtin(Self.reconstruction[0].name, Self.reconstruction[0].method)], status: .interrupted)
    try score("r3", Self.reconstruction[0].name, "mae", level: 99)
    let found = try claim("return-step-mae", of: "diffusionclip")
    #expect(found.verdict == "holds" && found.rows.map(\.runs) == [["r1"], ["r1"], ["r2"], ["r2"]])
  }

  @Test func missingRowsAreNamedWithTheirCommand() throws {
    try reconstructions("r1", rising: true, steps: 0..<3)
    let report = try report("diffusionclip")
    let found = try #require(report.papers[0].claims.first)
    #expect(found.verdict == "not measured" && found.test == nil)
    #expect(found.rows.map { $0.mean == nil } == [false, false, false, true])
    let command = try #require(report.commands.first)
    // Beside the three rows, so on their 30 pairs.
    #expect(
      command.hasPrefix(
        "evalkit table diffusionclip.table1 --pairs 30 --results \(folder.url.path) --metrics mae"))
    #expect(
      command.contains(
        " --method diffusionclip-600=builtin:diffusionclip:mode=reconstruct,t0=600,inversion-steps=200,"
      ))
    #expect(!command.contains("diffusionclip-300="))
  }

  @Test func aMethodIsKnownByItsOptionsOrByItsNameForImagesOfOnesOwn() throws {
    let steps = Self.reconstruction
    let shuffled =
      "builtin:diffusionclip:generation-steps=40,t0=300,mode=reconstruct,inversion-steps=200"
    try run(
      "r1", of: "diffusionclip.table1",
      [
        builtin("mine", shuffled),
        MethodRecord(name: steps[1].name, specification: "folder:out", kind: .folder),
        builtin(steps[2].name, steps[2].method),
        // A name alone does not make another built-in method this one.
        builtin(steps[3].name, "builtin:diffusionclip:t0=599"),
      ])
    for (place, name) in ["mine", steps[1].name, steps[2].name, steps[3].name].enumerated() {
      try score("r1", name, "mae", level: Double(place))
    }
    let found = try claim("return-step-mae", of: "diffusionclip")
    #expect(found.rows.map { $0.mean == nil } == [false, false, false, true])
  }

  @Test func otherWeightsAreAnotherStudy() throws {
    let rows = Self.reconstruction
    for (id, weights, range) in [("r1", "published", 0..<2), ("r2", "compact", 1..<4)] {
      try run(
        id, of: "diffusionclip.table1", rows[range].map { builtin($0.name, $0.method) },
        weights: weights)
      for row in rows[range] { try score(id, row.name, "mae", level: 1) }
    }
    let found = try claim("return-step-mae", of: "diffusionclip")
    #expect(found.verdict == "not measured")
    // The study that lacks least is completed.
    #expect(found.rows.map(\.runs) == [[], ["r2"], ["r2"], ["r2"]])
    #expect(found.notes == ["Measured with compact weights on synthetic."])
  }

  // MARK: Sets

  private func texts(_ id: String, seed: Int, scales: [Int]) throws {
    let methods = scales.map { builtin("sdg-\($0)", "builtin:sdg:mode=text,text-scale=\($0)") }
    try run(id, of: "sdg.table3", methods, seed: seed)
    for scale in scales {
      let share = Double(scale) / 1000 + Double(seed % 3) / 1000
      try set(
        id, "sdg-\(scale)", "retrieval", share, fingerprint: "s\(seed)",
        details: #"{"top-5":"\#(1 - share)"}"#)
    }
  }

  @Test func setsAreComparedOverSeeds() throws {
    for seed in 0..<3 { try texts("r\(seed)", seed: seed, scales: [120, 160, 320]) }
    let report = try report("sdg")
    let claims = report.papers[0].claims
    let first = try #require(claims.first { $0.id == "text-top-1" })
    #expect(first.verdict == "holds" && first.test?.statistic == "J" && first.test?.count == 3)
    // 3 pairs of levels, each of 3 × 3.
    #expect(first.test?.value == 27 && first.test?.unit == "seeds")
    #expect(first.rows.allSatisfy { $0.runs.count == 3 })
    // The value beside it falls where it is claimed to rise.
    #expect(claims.first { $0.id == "text-top-5" }?.verdict == "contradicted")
    #expect(claims.first { $0.id == "text-top-10" }?.verdict == "not measured")
    // The metrics of the claims that lack a seed.
    let command = try #require(report.commands.first { $0.contains("--seed 2 ") })
    #expect(command.contains("sdg.table3 --pairs 200 --seed 2 "))
    #expect(command.contains(" --set samples=2 "))
    #expect(command.contains(" --metrics retrieval,lpips-diversity,fid "))
    #expect(command.contains("--method sdg-320=builtin:sdg:mode=text,text-scale=320"))
  }

  @Test func aSeedCountsWithAllRowsOnly() throws {
    try texts("r0", seed: 0, scales: [120, 160, 320])
    try texts("r1", seed: 1, scales: [120, 320])
    let report = try report("sdg")
    let first = try #require(report.papers[0].claims.first)
    #expect(first.verdict == "not measured")
    #expect(first.notes.last == "At least two seeds must have all rows.")
    let command = try #require(report.commands.first)
    #expect(command.contains("--seed 1 ") && command.contains("--method sdg-160="))
    #expect(!command.contains("--method sdg-120=") && !command.contains("--method sdg-320="))
  }

  @Test func imagesOfAConditionAreOfTheStudy() throws {
    for (id, scales, samples) in [("r0", [120], 2), ("r1", [120], nil), ("r2", [160, 320], 5)] {
      let methods = scales.map { builtin("sdg-\($0)", "builtin:sdg:mode=text,text-scale=\($0)") }
      try run(id, of: "sdg.table3", methods, samples: samples)
      for method in methods {
        try set(id, method.name, "lpips-diversity", 0.5, fingerprint: "s0")
      }
    }
    let report = try report("sdg")
    let found = try #require(report.papers[0].claims.first { $0.id == "text-diversity" })
    #expect(found.rows.map(\.runs) == [[], ["r2"], ["r2"]])
    // What is missing is made beside the study that lacks least; without a study as the claim says.
    let beside = try #require(report.commands.first { $0.contains("sdg.table3 --pairs 30 ") })
    #expect(beside.contains(" --set samples=5 ") && beside.contains(" --metrics lpips-diversity "))
    let alone = try #require(report.commands.first { $0.contains("sdg.table2") })
    #expect(alone.contains("--pairs 200 ") && alone.contains(" --set samples=2 "))
  }

  // MARK: Report

  @Test func withoutADatabaseEverythingIsMissing() throws {
    var job = try ClaimsJob("all")
    job.results = folder.path("none")
    let report = try job.report()
    #expect(report.papers.map(\.id) == ["collaborative", "diffusionclip", "sca-dm", "sdg"])
    #expect(report.papers.flatMap(\.claims).allSatisfy { $0.verdict == "not measured" })
    #expect(report.commands.count == Set(report.commands).count)
    // Three tables of images, another on two numbers of pairs, and five seeds of six tables of sets.
    #expect(report.commands.count == 5 + 5 * 6)
  }

  @Test func theReportIsWrittenWithWhatAVerdictMeans() throws {
    try reconstructions("r1", rising: true)
    var job = try ClaimsJob("diffusionclip")
    job.results = folder.url.path
    job.reports = folder.path("out")
    let (text, summary) = try job.text(json: false)
    #expect(summary == "16 claims: 1 holds, 15 not measured")
    #expect(try String(contentsOfFile: folder.path("out/claims.md"), encoding: .utf8) == text)
    for part in [
      "# Claims\n", "With the official weights and data the same command asks the paper itself.",
      "| return-step-mae | Table 1 | mae ↑ | L = 900 |", "| 30 images | **holds** |",
      "| inversion-steps | Figure 10 | mae ↓ | – |", "**not measured**", "## What is missing",
      "\n    evalkit table diffusionclip.table1 ",
      "diffusionclip-300 ", "diffusionclip-600 ",
    ] { #expect(text.contains(part), "\(part) in \(text)") }
    // It may be written again, and over nothing else.
    _ = try job.text(json: false)
    try folder.write("precious".utf8, to: "out/claims.md")
    #expect(throws: HarnessError.self) { try job.text(json: false) }
    let json = try JSONSerialization.jsonObject(with: Data(job.text(json: true).text.utf8))
    let content = try #require(json as? [String: Any])
    #expect(Set(content.keys) == ["schema", "papers", "commands"])
  }

  /// Every built-in row can be run: its system and options exist.
  @Test func theRowsOfTheClaimsAreMethods() throws {
    let folder = Fixtures.projectRoot.appendingPathComponent("Protocols/claims").path
    var count = 0
    for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      for part in text.split(separator: "method: \"").dropFirst() {
        let method = try #require(part.split(separator: "\"").first)
        _ = try MethodSpecification(parsing: "row=\(method)")
        count += 1
      }
    }
    #expect(count == 36)
  }
}
