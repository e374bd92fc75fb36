import Provenance
import Reports
import Runs
import Store
import Terms
import Testing

/// Methods of a stored run, ranked over its images.
struct StoredRanksTests {
  /// Two methods, one of which is always better, and an anchor that is better than both.
  private static let methods = [
    MethodRecord(name: "worse", specification: "folder:a", kind: .folder),
    MethodRecord(name: "better", specification: "folder:b", kind: .folder),
    MethodRecord(name: "blurred", specification: "builtin:blurred", kind: .builtin), .reference,
  ]

  /// The ranks of a run whose images have an error, by method and number; nil fails.
  private func ranks(
    images: Int, identity: (Int) -> String? = { _ in nil },
    error: (_ method: Int, _ image: Int) -> Double?
  ) throws -> [TableReport.Ranks] {
    let sample = try StoredSample()
    try sample.begin("r1", methods: Self.methods)
    for (number, method) in Self.methods.dropLast().enumerated() {
      for image in 0..<images {
        guard let error = error(number, image) else { continue }
        let record = ImageRecord(
          run: "r1", method: method.name, imageID: "\(image)", contentHash: "c", outcome: .scored)
        try sample.store.record(
          [(record, [ScoreRecord(metric: "mae", value: error, fingerprint: "f1")])],
          pairs: [
            PairRecord(
              run: "r1", imageID: "\(image)", identity: identity(image), prompt: nil,
              referenceHash: nil, labelsHash: nil)
          ])
      }
    }
    try sample.store.replace(
      Self.methods.dropLast().map {
        SetScoreRecord(
          method: $0.name, metric: "mae", value: .number(0), generatedCount: images,
          fingerprint: "f1")
      }, inRun: "r1")
    return try StoredRanks(StoredRun.find("r1", in: sample.store), in: sample.store)
      .ranks(in: nil)
  }

  @Test func theBetterMethodIsFirstAndAnchorsTakeNoPart() throws {
    let found = try ranks(images: 6) { method, image in Double(image) + [2, 1, 0][method] }
    #expect(found.map(\.column) == ["mae"], "of sets there are no ranks")
    let ranks = try #require(found.first)
    #expect(ranks.places.map(\.method) == ["better", "worse"])
    #expect(ranks.places.map(\.mean) == [1, 2] && ranks.count == 6 && ranks.pValue == 0)
  }

  @Test func onlySharedImagesAreRanked() throws {
    let found = try ranks(images: 6) { method, image in
      method == 0 && image < 2 ? nil : Double(method)
    }
    #expect(found.first?.count == 4)
    #expect(try ranks(images: 6) { method, _ in method == 0 ? nil : 1 }.isEmpty)
  }

  /// Five images of one person, in which the worse method wins, are one of four votes.
  @Test func imagesOfOnePersonCountOnce() throws {
    let found = try ranks(images: 8, identity: { $0 < 5 ? "one" : nil }) { method, image in
      (method == 0) == (image < 5) ? 0 : 1
    }
    let ranks = try #require(found.first)
    #expect(ranks.count == 4 && ranks.places.map(\.method) == ["better", "worse"])
    #expect(ranks.places.map(\.mean) == [1.25, 1.75])
  }
}
