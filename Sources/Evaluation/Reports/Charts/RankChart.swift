/// Mean ranks of methods, a panel for each column, the best method on top.
///
/// A dot is a mean rank, its whiskers are the 95 % interval. Methods that a bar on the right joins are not told apart:
/// their mean ranks are nearer to each other than the critical difference, whose length stands above the axis.
struct RankChart {
  private static let width = 880.0
  private static let headHeight = 66.0
  private static let labelWidth = 150.0
  private static let rowHeight = 22.0
  private static let panelsInBand = 2
  /// Between bars that join methods.
  private static let barDistance = 9.0

  private let ranks: [TableReport.Ranks]

  init(_ ranks: [TableReport.Ranks]) { self.ranks = ranks }

  /// The chart as SVG; equal ranks give equal bytes.
  var svg: String {
    let bands = stride(from: 0, to: ranks.count, by: Self.panelsInBand).map { start in
      Array(ranks[start..<min(start + Self.panelsInBand, ranks.count)])
    }
    let heights = bands.map { band in Self.height(band.map(\.places.count).max() ?? 0) }
    let height = Self.headHeight + heights.reduce(0, +)
    let title = "Mean ranks over images, the best on top"
    var drawing = Drawing(width: Self.width, height: height)
    drawing.rectangle("ground", from: Place(0, 0), to: Place(Self.width, height))
    drawing.text("title", title, at: Place(14, 26))
    drawing.text(
      "small faint",
      "whiskers: 95 % interval; line above an axis: critical difference; joined by a bar: not told apart",
      at: Place(14, 44))
    var top = Self.headHeight
    for (band, height) in zip(bands, heights) {
      let room = (Self.width - 28) / Double(Self.panelsInBand)
      for (number, ranks) in band.enumerated() {
        Self.draw(ranks, left: 14 + room * Double(number), width: room - 16, top: top, &drawing)
      }
      top += height
    }
    return drawing.svg(title: title, style: ChartStyle.sheet)
  }

  private static func height(_ methods: Int) -> Double { 76 + rowHeight * Double(methods) }

  private static func draw(
    _ ranks: TableReport.Ranks, left: Double, width: Double, top: Double, _ drawing: inout Drawing
  ) {
    let joined = runs(of: ranks)
    let count = ranks.places.count
    let right = left + width - barDistance * Double(joined.count + 1)
    let scale = ChartScale(of: [1, Double(count)], from: left + labelWidth, to: right)
    drawing.text("strong", ChartStyle.fitted(ranks.heading, to: width), at: Place(left, top + 14))
    drawing.text("small faint", ranks.circumstances, at: Place(left, top + 30))
    let (upper, lower) = (top + 48, top + 48 + rowHeight * Double(count))
    drawing.line(
      "interval", from: Place(scale.place(1), top + 40),
      to: Place(scale.place(min(1 + ranks.criticalDifference, Double(count))), top + 40),
      title: "critical difference")
    for rank in 1...max(1, count) {
      let x = scale.place(Double(rank))
      drawing.line("grid", from: Place(x, upper), to: Place(x, lower))
      drawing.text("small faint", "\(rank)", at: Place(x, lower + 14), anchor: .middle)
    }
    func y(_ place: Int) -> Double { upper + rowHeight * (Double(place) + 0.5) }
    for (number, place) in ranks.places.enumerated() {
      let mean = FixedDecimals.text(place.mean, digits: 2) ?? "–"
      drawing.text(
        "", ChartStyle.fitted(place.method, to: labelWidth - 12), at: Place(left, y(number) + 4))
      drawing.line(
        "interval", from: Place(scale.place(place.low), y(number)),
        to: Place(scale.place(place.high), y(number)))
      drawing.circle(
        "s0", at: Place(scale.place(place.mean), y(number)), radius: 4,
        title: "\(place.method): \(mean)")
    }
    for (number, run) in joined.enumerated() {
      let x = right + barDistance * Double(number + 1)
      drawing.rectangle(
        "bar anchor", from: Place(x - 2, y(run.lowerBound) - 6),
        to: Place(x + 2, y(run.upperBound) + 6), title: "not told apart")
    }
  }

  /// The longest runs of places within which no two differ beyond chance, of two or more.
  private static func runs(of ranks: TableReport.Ranks) -> [ClosedRange<Int>] {
    var runs: [ClosedRange<Int>] = []
    for start in ranks.places.indices {
      let end = ranks.alike(start).last { $0 > start } ?? start
      if end > start, end > runs.last?.upperBound ?? -1 { runs.append(start...end) }
    }
    return runs
  }
}
