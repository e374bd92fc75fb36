import Reports
import Terms

/// A report with everything that a format could get wrong: infinities, NaN, zeros with signs, tiny and huge
/// values, missing cells, footnotes of every kind, names full of markup.
enum AwkwardReport {
  private static func cell(
    _ value: Double?, error: Double? = nil, published: Double? = nil, count: Int = 24,
    reference: Int? = nil, note: String? = nil
  ) -> TableReport.Cell {
    let measurement = value.map {
      TableReport.Measurement(
        value: $0, count: count, expectedCount: 24, referenceCount: reference,
        standardError: error, fingerprint: "\(reference == nil ? "0a" : "0b")4f9e2d7c61835a")
    }
    return TableReport.Cell(measured: measurement, published: published, note: note)
  }

  private static let psnr = TableReport.Column(
    id: "psnr", heading: "PSNR", direction: .higher, unit: "dB", digits: 2,
    publishedDigits: 1)

  private static let seconds = TableReport.Column(
    id: "time", heading: "Seconds & more | less", direction: .lower, digits: 0,
    publishedDigits: 0)

  static let report = TableReport(
    title: "Awkward <values> & \"names\"", caption: "100 % of 1 (one) table.",
    sectionHeading: "Input", detailHeadings: ["Model"],
    columns: [SampleReport.fid, psnr, SampleReport.accuracy, seconds],
    sections: [
      TableReport.Section(
        title: "Text | mask",
        rows: [
          TableReport.Row(
            name: "a|b & <c> \\d", details: ["x_y"], note: "n = 3 of 4 things",
            cells: [
              cell(-0.0, published: 0, count: 23, reference: 24, note: "1 image failed"),
              cell(.infinity, error: 0.5, published: 30.25), cell(83.404999, error: 0.0049),
              cell(1e9, error: 123_456.5, published: 3),
            ]),
          TableReport.Row(
            name: "$1 {2} 50% #3", details: [""],
            cells: [
              cell(1e-9, error: 1e-9, reference: 1), cell(-.infinity), cell(nil, published: 81.68),
              cell(nil),
            ]),
          TableReport.Row(
            name: "12", details: ["3"],
            cells: [
              cell(-12.345, error: .nan, published: -1), cell(.nan, error: .nan, count: 0),
              cell(nil, published: 0.001, note: "not run: needs <weights>"),
              cell(0.4, error: 0),
            ]),
          TableReport.Row(
            name: "ceiling", details: [""], isAnchor: true,
            cells: [
              cell(-99, reference: 24), cell(99), cell(100, error: 1e300),
              cell(nil, note: "1 image failed"),
            ]),
        ]),
      TableReport.Section(
        title: "Text (only)",
        rows: [
          TableReport.Row(
            name: "12", details: ["3"],
            cells: [cell(12.5, reference: 24), cell(27.125), cell(nil), cell(nil, published: 2)])
        ]),
    ], remarks: ["Remark [1]."])
}
