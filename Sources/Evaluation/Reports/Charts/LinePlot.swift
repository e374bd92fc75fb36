/// A ``LineChart`` on its way to a drawing.
struct LinePlot {
  private static let width = 760.0
  private static let height = 420.0
  private static let (left, right, bottom) = (70.0, 20.0, 52.0)
  /// Points of a line beyond which it is drawn by its extremes.
  private static let pointLimit = 1200
  /// Points of a line up to which each gets a dot.
  private static let dotLimit = 40

  private let chart: LineChart
  private let legend: [[(index: Int, x: Double)]]
  private let top: Double
  private let x: ChartScale
  private let y: ChartScale

  init(_ chart: LineChart) {
    self.chart = chart
    legend = Self.legend(chart.series.map(\.name))
    let top = 44 + 18 * Double(legend.count)
    self.top = top
    let points = chart.series.flatMap(\.points).filter { Self.hasPlace($0, chart) }
    x = ChartScale(
      of: points.map(\.x), from: Self.left, to: Self.width - Self.right,
      isLogarithmic: chart.x.isLogarithmic)
    y = ChartScale(
      of: points.flatMap { [$0.y, $0.y - ($0.halfWidth ?? 0), $0.y + ($0.halfWidth ?? 0)] },
      from: Self.height - Self.bottom, to: top, isLogarithmic: chart.y.isLogarithmic
    ).rounded(marks: 6)
  }

  var svg: String {
    var drawing = Drawing(width: Self.width, height: Self.height)
    drawing.rectangle("ground", from: Place(0, 0), to: Place(Self.width, Self.height))
    let title = ChartStyle.fitted(
      chart.title, to: Self.width - Self.left - Self.right, scale: ChartStyle.titleScale)
    drawing.text("title", title, at: Place(Self.left, 26))
    drawAxes(&drawing)
    let order = chart.series.indices.sorted { first, second in
      let (one, other) = (chart.series[first].style, chart.series[second].style)
      return one == other ? first < second : one == .muted
    }
    for index in order { draw(chart.series[index], number: index, &drawing) }
    drawLegend(&drawing)
    return drawing.svg(title: chart.title, style: ChartStyle.sheet)
  }

  // MARK: Axes

  private func drawAxes(_ drawing: inout Drawing) {
    let (end, base) = (Self.width - Self.right, Self.height - Self.bottom)
    for mark in y.marks(6) {
      let place = y.place(mark.value)
      drawing.line("grid", from: Place(Self.left, place), to: Place(end, place))
      drawing.text("small faint", mark.text, at: Place(Self.left - 8, place + 4), anchor: .end)
    }
    for mark in x.marks(8) {
      let place = x.place(mark.value)
      drawing.line("axis", from: Place(place, base), to: Place(place, base + 4))
      drawing.text("small faint", mark.text, at: Place(place, base + 18), anchor: .middle)
    }
    drawing.line("axis", from: Place(Self.left, base), to: Place(end, base))
    drawing.text("", chart.x.title, at: Place((Self.left + end) / 2, base + 40), anchor: .middle)
    drawing.text(
      "", chart.y.title, at: Place(18, (top + base) / 2), anchor: .middle, isUpright: true)
    let lost = chart.series.flatMap(\.points).count { !Self.hasPlace($0, chart) }
    if lost > 0 {
      let words = lost == 1 ? "1 value has" : "\(lost) values have"
      drawing.text(
        "small faint", "\(words) no place here", at: Place(end, base + 40), anchor: .end)
    }
  }

  // MARK: Lines

  private func draw(_ series: LineChart.Series, number: Int, _ drawing: inout Drawing) {
    let kind = Self.kind(series, number)
    let stretches = series.points.split { !Self.hasPlace($0, chart) }.map(Array.init)
    for stretch in stretches where stretch.count > 1 {
      drawing.polyline(kind, through: Self.thinned(stretch).map { place($0.x, $0.y) })
    }
    let hasDots = series.points.count <= Self.dotLimit
    for stretch in stretches where hasDots || stretch.count == 1 {
      for point in stretch {
        if let half = point.halfWidth, ChartScale.canShow(half) {
          drawInterval(point, half, &drawing)
        }
        drawing.circle(
          kind, at: place(point.x, point.y), radius: 3,
          title: "\(series.name): \(point.x), \(point.y)")
      }
    }
  }

  private func drawInterval(_ point: LineChart.Point, _ half: Double, _ drawing: inout Drawing) {
    let ends = [point.y - half, point.y + half].map { value in
      // The lower end of an interval may have no logarithm.
      ChartScale.canShow(value, isLogarithmic: y.isLogarithmic) ? value : y.range.lowerBound
    }
    drawing.line("interval", from: place(point.x, ends[0]), to: place(point.x, ends[1]))
  }

  private func place(_ x: Double, _ y: Double) -> Place { Place(self.x.place(x), self.y.place(y)) }

  private static func hasPlace(_ point: LineChart.Point, _ chart: LineChart) -> Bool {
    ChartScale.canShow(point.x, isLogarithmic: chart.x.isLogarithmic)
      && ChartScale.canShow(point.y, isLogarithmic: chart.y.isLogarithmic)
  }

  /// At most `pointLimit` points, among them the lowest and highest of every stretch, in their order.
  static func thinned(_ points: [LineChart.Point]) -> [LineChart.Point] {
    guard points.count > pointLimit else { return points }
    let stretches = pointLimit / 2
    return (0..<stretches).flatMap { number -> [LineChart.Point] in
      let range = number * points.count / stretches..<(number + 1) * points.count / stretches
      guard let low = range.min(by: { points[$0].y < points[$1].y }),
        let high = range.max(by: { points[$0].y < points[$1].y })
      else { return [] }
      return Set([low, high]).sorted().map { points[$0] }
    }
  }

  // MARK: Legend

  private static func kind(_ series: LineChart.Series, _ number: Int) -> String {
    let style =
      switch series.style {
      case .plain: ""
      case .dashed: " dashed"
      case .muted: " muted"
      }
    return "s\(number % ChartStyle.colors)\(style)"
  }

  /// Where names stand, line by line.
  private static func legend(_ names: [String]) -> [[(index: Int, x: Double)]] {
    var lines: [[(index: Int, x: Double)]] = []
    var x = Double.infinity
    for (index, name) in names.enumerated() {
      let room = 50 + ChartStyle.width(of: name)
      if x + room > width {
        lines.append([])
        x = left
      }
      lines[lines.count - 1].append((index, x))
      x += room
    }
    return lines
  }

  private func drawLegend(_ drawing: inout Drawing) {
    for (line, entries) in legend.enumerated() {
      let y = 46 + 18 * Double(line)
      for (index, x) in entries {
        let series = chart.series[index]
        let kind = Self.kind(series, index)
        drawing.polyline(kind, through: [Place(x, y - 4), Place(x + 24, y - 4)])
        drawing.text("", series.name, at: Place(x + 30, y))
      }
    }
  }
}
