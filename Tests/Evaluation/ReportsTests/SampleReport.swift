import Reports
import Terms

/// A small table with every kind of cell: measured, published, both, failed, not run.
enum SampleReport {
  static let fid = TableReport.Column(
    id: "fid", heading: "FID", direction: .lower, digits: 2, publishedDigits: 2)
  static let similarity = TableReport.Column(
    id: "ms-ssim", heading: "SSIM", direction: .higher, digits: 3, publishedDigits: 2)
  static let accuracy = TableReport.Column(
    id: "accuracy", heading: "ACC", direction: .higher, unit: "%", digits: 2,
    publishedDigits: 2)

  static func fid(_ value: Double, count: Int = 200) -> TableReport.Measurement {
    TableReport.Measurement(
      value: value, count: count, expectedCount: 200, referenceCount: 200,
      fingerprint: "f1d0000000000000aa")
  }

  static func mean(
    _ value: Double, error: Double?, _ fingerprint: String, count: Int = 200
  ) -> TableReport.Measurement {
    TableReport.Measurement(
      value: value, count: count, expectedCount: 200, standardError: error,
      fingerprint: fingerprint)
  }

  static let masks = TableReport.Section(
    title: "Text + semantic mask",
    rows: [
      TableReport.Row(
        name: "TediGAN", details: ["GAN", "2D"], note: "takes the RGB image as input, too",
        cells: [54.83, 0.62, 81.68].map {
          TableReport.Cell(published: $0, note: "not run: no images were given")
        }),
      TableReport.Row(
        name: "Ours 2D", details: ["GAN", "2D"],
        cells: [
          TableReport.Cell(measured: fid(46.7049), published: 46.68),
          TableReport.Cell(measured: mean(0.63149, error: 0.00444, "55"), published: 0.63),
          TableReport.Cell(measured: mean(83.4, error: 0.5, "acc"), published: 83.41),
        ]),
      TableReport.Row(
        name: "a|b_*c*", details: ["folder", ""],
        cells: [
          TableReport.Cell(measured: fid(47.25, count: 198), note: "2 images failed"),
          TableReport.Cell(measured: mean(0.6311, error: 0.004, "55")),
          TableReport.Cell(measured: mean(.nan, error: .nan, "acc", count: 0)),
        ]),
      TableReport.Row(
        name: "ground-truth", details: ["anchor", ""], isAnchor: true,
        cells: [
          TableReport.Cell(measured: fid(-0.0000001)),
          TableReport.Cell(measured: mean(1, error: 0, "55")),
          TableReport.Cell(measured: mean(93.42, error: 0.1, "acc")),
        ]),
    ])

  static let scribbles = TableReport.Section(
    title: "Text + scribble map",
    rows: [
      TableReport.Row(
        name: "Ours 2D", details: ["GAN", "2D"],
        cells: [
          TableReport.Cell(published: 55.6, note: "not run: no images were given"),
          TableReport.Cell(published: 0.56, note: "not run: no images were given"),
          TableReport.Cell(),
        ])
    ])

  static let report = TableReport(
    title: "ddgi.table1: Multi-modal face generation",
    notes: ["Measured with the networks of <fixtures> & nothing else."],
    caption: "Quantitative results on CelebAMask-HQ, 100 % real.",
    sectionHeading: "Input conditions", detailHeadings: ["Model", "Domain"],
    columns: [fid, similarity, accuracy], sections: [masks, scribbles],
    remarks: ["ACC applies to methods that take a semantic mask."],
    images: [
      TableReport.ImageLine(
        method: "a|b_*c*", scored: 198, expected: 200, failures: ["truncated": 1, "missing": 1]),
      TableReport.ImageLine(method: "Ours 2D", scored: 200, expected: 200),
    ],
    unmeasured: [
      TableReport.UnmeasuredLine(subject: "LPIPS", reason: "vgg16-397923af.pth is missing")
    ],
    weights: [
      TableReport.WeightsLine(
        network: "inception-fid", file: "inception.pth",
        sha256: "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
        note: "noise in two layers")
    ],
    fingerprints: [
      TableReport.FingerprintLine(
        metric: "fid", hash: "f1d0000000000000aa", text: "decoder=pil|resize=torch, \"no\" aa")
    ],
    switches: [
      TableReport.SwitchLine(
        name: "fid_impl", value: "pytorch-fid", confidence: "unknown",
        reason: "The paper names no code."),
      TableReport.SwitchLine(
        name: "seg_size", value: "128", protocolValue: "512", confidence: "unknown",
        reason: "The size is not stated."),
    ],
    facts: [TableReport.Fact(name: "run", value: "0123abcd")])

  static let gate = GateReport(
    name: "ddgi.table1 <0123abcd>",
    checks: [
      GateReport.Check(
        subject: "Ours 2D", name: "fid <= 47.0", outcome: .passed,
        finding: "Ours 2D has fid 46.7049, which keeps the bound.",
        properties: [TableReport.Fact(name: "fid", value: "46.7049")]),
      GateReport.Check(
        subject: "a|b", name: "fid <= 47.0", outcome: .broken,
        finding: "a|b has fid 47.25, which \"breaks\" the bound."),
      GateReport.Check(
        subject: "a|b", name: "accuracy >= 80.0", outcome: .invalid,
        finding: "a|b has no number for accuracy.\u{1}"),
      GateReport.Check(
        subject: "a|b", name: "id >= 0.5", outcome: .undecided, finding: "too few images"),
    ])

  /// A training's losses: of batches, smoothed, and on other data.
  static let losses = LineChart(
    title: "parser: loss", x: LineChart.Axis("step"),
    y: LineChart.Axis("cross-entropy", isLogarithmic: true),
    series: [
      LineChart.Series(
        "batch",
        (0..<100).map { step in
          let noise = Double(step * 7919 % 101) / 101 - 0.5
          return LineChart.Point(Double(step * 50), 2 / (1 + 0.2 * Double(step)) * (1 + noise))
        }, style: .muted),
      LineChart.Series(
        "mean of 50",
        (0..<100).map { LineChart.Point(Double($0 * 50), 2 / (1 + 0.2 * Double($0))) }),
      LineChart.Series(
        "validation",
        (0..<10).map {
          LineChart.Point(Double($0 * 500), 2.2 / (1 + 1.9 * Double($0)), halfWidth: 0.03)
        }),
      LineChart.Series(
        "goal", [LineChart.Point(0, 0.1), LineChart.Point(4950, 0.1)], style: .dashed),
    ])
}
