import Measurement
import Provenance
import Reports
import Runs
import Store
import Tables
import Terms
import Testing

/// What a report says of a stored run.
struct ReportBuilderTests {
  private func report(_ change: (StoredSample) throws -> Void = { _ in }) throws -> TableReport {
    let sample = try StoredSample()
    try sample.begin("r1")
    try sample.fill("r1")
    try sample.store.setStatus(.complete, ofRun: "r1")
    try change(sample)
    return ReportBuilder(try StoredRun.find("r1", in: sample.store), table: nil).report()
  }

  /// A score without a paper, word by word.
  @Test func aSmallRunBecomesItsReport() throws {
    func mae(_ value: Double, error: Double?) -> TableReport.Cell {
      TableReport.Cell(
        measured: TableReport.Measurement(
          value: value, count: 2, expectedCount: 3, referenceCount: 2, standardError: error,
          fingerprint: "f1"))
    }
    let missing = TableReport.Cell(note: "not run: needs a.pth")
    let expected = TableReport(
      title: "Scores of run r1",
      notes: [
        "Measured on 3 pairs of folder:/data with the weights published.", "A stands in for B.",
        "1 file is missing.",
      ],
      caption: "Scores of one folder of images against another.", sectionHeading: "Input",
      columns: [
        TableReport.Column(
          id: "fid", heading: "FID", direction: .lower, digits: 2, publishedDigits: 2),
        TableReport.Column(
          id: "mae", heading: "MAE", direction: .lower, digits: 4, publishedDigits: 4),
        TableReport.Column(
          id: "miou", heading: "mIoU", direction: .higher, unit: "%", digits: 2, publishedDigits: 2),
      ],
      sections: [
        TableReport.Section(
          title: "Measured here",
          rows: [
            TableReport.Row(
              name: "ours",
              cells: [
                missing, mae(0.25, error: 0.125),
                TableReport.Cell(
                  measured: TableReport.Measurement(
                    value: 50, count: 2, expectedCount: 3, standardError: 6.25, fingerprint: "f2")),
              ])
          ]),
        TableReport.Section(
          title: "Anchors: a floor and a ceiling for every column",
          rows: [
            TableReport.Row(
              name: "blurred", isAnchor: true,
              cells: [
                missing, mae(0.75, error: nil), TableReport.Cell(note: "no label map"),
              ])
          ]),
      ],
      images: [
        TableReport.ImageLine(
          method: "ours", scored: 2, expected: 3, failures: ["truncated": 1]),
        TableReport.ImageLine(method: "blurred", scored: 2, expected: 3, failures: [:]),
      ],
      unmeasured: [
        TableReport.UnmeasuredLine(subject: "column FID", reason: "not run: needs a.pth")
      ],
      weights: [
        TableReport.WeightsLine(network: "parser (miou)", file: "p.pth", sha256: "00ff")
      ],
      fingerprints: [
        TableReport.FingerprintLine(metric: "mae", hash: "f1", text: "mae=1"),
        TableReport.FingerprintLine(metric: "miou", hash: "f2", text: "miou=1"),
      ],
      facts: [
        TableReport.Fact(name: "run", value: "r1"),
        TableReport.Fact(name: "tool", value: "evalkit 0.9.0"),
        TableReport.Fact(name: "pairs", value: "p0"), TableReport.Fact(name: "seed", value: "4"),
      ])
    let found = try report()
    #expect(found.notes == expected.notes && found.columns == expected.columns)
    #expect(found.sections == expected.sections && found.images == expected.images)
    #expect(found == expected)
  }

  @Test func aRunThatIsNotCompleteSaysSo() throws {
    for status in RunStatus.allCases {
      let notes = try report { try $0.store.setStatus(status, ofRun: "r1") }.notes
      let told = notes.contains("This run is \(status.rawValue), not complete.")
      #expect(told == (status != .complete), "\(status)")
    }
  }

  /// Metrics are stored by name, so that those of other versions are read, kept and told.
  @Test func metricsOfOtherVersionsAreTold() throws {
    let note = "Stored but not shown, because this version does not know the metric: beauty, charm."
    #expect(try !report().notes.contains { $0.hasPrefix("Stored but not shown") })
    let sample = try StoredSample()
    try sample.begin("r1")
    try sample.fill("r1")
    let scores = try sample.store.setScores(ofRun: "r1")
    let others = ["charm", "beauty"].map { metric in
      SetScoreRecord(
        method: "ours", metric: metric, value: .number(7), generatedCount: 2, fingerprint: "f1")
    }
    try sample.store.replace(others, inRun: "r1")
    let run = try StoredRun.find("r1", in: sample.store)
    #expect(run.scores["ours"]?["beauty"] == others[1])
    #expect(Set(try sample.store.setScores(ofRun: "r1")) == Set(scores + others))
    let report = ReportBuilder(run, table: nil).report()
    #expect(report.notes.contains(note), "\(report.notes)")
    #expect(report.columns.map(\.id) == ["fid", "mae", "miou"])
  }

  /// A score of two sets whose real side was not counted is marked.
  @Test func anUncountedRealSideIsMarked() throws {
    for count in [nil, 0, 5] as [Int?] {
      let report = try report {
        try $0.store.replace(
          [
            SetScoreRecord(
              method: "ours", metric: "fid", value: .number(3), referenceCount: count,
              generatedCount: 2, fingerprint: "f1")
          ], inRun: "r1")
      }
      let cell = try #require(report.sections.first?.rows.first?.cells.first?.measured)
      #expect(cell.value == 3 && cell.referenceCount == (count == 5 ? 5 : nil))
      #expect(cell.hasUncountedReference == (count != 5), "\(count ?? -1)")
    }
  }

  /// A table's rows that nobody measured keep the paper's numbers, and the first is named.
  @Test func aTableHasThePapersRows() throws {
    let table = try ProtocolLibrary.files().table("ddgi.table1")
    let sample = try StoredSample()
    try sample.begin("r1", protocolID: table.id)
    try sample.fill("r1")
    let run = try StoredRun.find("r1", in: sample.store)
    let report = ReportBuilder(run, table: table).report()
    let rows = table.sections.flatMap(\.rows)
    #expect(report.title == "\(table.heading): ddgi.table1")
    #expect(report.sections.suffix(2).map { $0.rows.map(\.name) } == [["ours"], ["blurred"]])
    #expect(
      report.unmeasured.last
        == TableReport.UnmeasuredLine(
          subject: "\(rows.count) of \(rows.count) published methods",
          reason: "no images were given; add for example --method \(rows[0].id)=folder:DIR"))
    // The run was asked for other metrics than the table's columns.
    #expect(report.columns.map(\.id).sorted() == ["fid", "mae", "miou"])
    #expect(report.notes.contains { $0.hasPrefix("The columns are those of --metrics in place") })
    #expect(
      report.notes.contains { $0.hasPrefix("The protocol asks for \(table.pairs.count) pairs") })
    #expect(report.incomparability?.contains("3 pairs stand for \(table.pairs.count)") == true)
    let published = report.sections.dropLast(2).flatMap(\.rows)
    #expect(
      !published.isEmpty && published.allSatisfy { $0.cells.contains { $0.published != nil } })
  }
}
