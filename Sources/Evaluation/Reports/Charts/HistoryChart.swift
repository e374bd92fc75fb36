/// A metric over nights: intervals, values, baselines and steps, with dates below and values at the side.
package struct HistoryChart {
  private static let (width, height) = (760.0, 240.0)
  private static let (left, right, top, bottom) = (70.0, 20.0, 44.0, 34.0)
  /// Nights up to which each gets a dot.
  private static let dotLimit = 60
  /// Pixels that a date takes.
  private static let dateWidth = 110.0

  private let series: HistoryReport.Series
  private let y: ChartScale

  /// A chart of one series.
  package init(_ series: HistoryReport.Series) {
    self.series = series
    let values =
      series.points.flatMap { point in
        [point.value - (point.halfWidth ?? 0), point.value + (point.halfWidth ?? 0)]
      } + series.baselines.values
    y = ChartScale(of: values, from: Self.height - Self.bottom, to: Self.top).rounded(marks: 4)
  }

  /// The picture as SVG; equal series give equal bytes.
  package var svg: String {
    var drawing = Drawing(width: Self.width, height: Self.height)
    drawing.rectangle("ground", from: Place(0, 0), to: Place(Self.width, Self.height))
    let unit = series.unit.isEmpty ? "" : ", \(series.unit)"
    let title = "\(series.method): \(series.metric)\(unit)"
    drawing.text(
      "title",
      ChartStyle.fitted(
        title, to: Self.width - Self.left - Self.right, scale: ChartStyle.titleScale),
      at: Place(Self.left, 24))
    drawAxes(&drawing)
    drawBaselines(&drawing)
    drawSteps(&drawing)
    drawPoints(&drawing)
    return drawing.svg(title: title, style: ChartStyle.sheet + "\n" + Self.style)
  }

  private func place(_ index: Int, _ value: Double) -> Place {
    let room = Self.width - Self.left - Self.right
    let last = series.points.count - 1
    // A night alone stands in the middle.
    let share = last > 0 ? Double(index) / Double(last) : 0.5
    return Place(Self.left + room * share, y.place(value))
  }

  private func drawAxes(_ drawing: inout Drawing) {
    let (end, base) = (Self.width - Self.right, Self.height - Self.bottom)
    for mark in y.marks(4) {
      let place = y.place(mark.value)
      drawing.line("grid", from: Place(Self.left, place), to: Place(end, place))
      drawing.text("small faint", mark.text, at: Place(Self.left - 8, place + 4), anchor: .end)
    }
    drawing.line("axis", from: Place(Self.left, base), to: Place(end, base))
    let count = series.points.count
    let most = min(count, Int((end - Self.left) / Self.dateWidth))
    let shown = most > 1 ? (0..<most).map { $0 * (count - 1) / (most - 1) } : count > 0 ? [0] : []
    for index in shown {
      let x = place(index, 0).x
      drawing.line("axis", from: Place(x, base), to: Place(x, base + 4))
      let anchor: Drawing.Anchor =
        count > 1 && index == 0 ? .start : count > 1 && index == count - 1 ? .end : .middle
      drawing.text(
        "small faint", String(series.points[index].date.prefix(10)), at: Place(x, base + 18),
        anchor: anchor)
    }
  }

  private func drawBaselines(_ drawing: inout Drawing) {
    for (name, value) in series.baselines.sorted(by: { $0.key < $1.key })
    where ChartScale.canShow(value) {
      let place = y.place(value)
      drawing.line(
        "baseline", from: Place(Self.left, place), to: Place(Self.width - Self.right, place),
        title: name)
      drawing.text(
        "small faint", name, at: Place(Self.width - Self.right, place - 4), anchor: .end)
    }
  }

  private func drawSteps(_ drawing: inout Drawing) {
    for step in series.steps {
      guard let index = series.points.firstIndex(where: { $0.run == step.run }) else { continue }
      let x = place(index, 0).x
      drawing.line(
        step.kind, from: Place(x, Self.top - 8), to: Place(x, Self.height - Self.bottom))
      drawing.text("small \(step.kind)", step.kind, at: Place(x + 4, Self.top - 2))
    }
  }

  private func drawPoints(_ drawing: inout Drawing) {
    for (index, point) in series.points.enumerated() {
      guard let half = point.halfWidth, ChartScale.canShow(point.value - half),
        ChartScale.canShow(point.value + half)
      else { continue }
      drawing.line(
        "interval faint", from: place(index, point.value - half),
        to: place(index, point.value + half))
    }
    let shown = series.points.enumerated().filter { ChartScale.canShow($0.element.value) }
    drawing.polyline("s0", through: shown.map { place($0.offset, $0.element.value) })
    guard shown.count <= Self.dotLimit else { return }
    for (index, point) in shown {
      drawing.circle(
        "s0", at: place(index, point.value), radius: 3, title: "\(point.run): \(point.value)")
    }
  }

  private static let style = """
    .chart .interval.faint { opacity: .35 }
    .chart .baseline { stroke: #8c959f; stroke-dasharray: 4 3 }
    .chart line.worse { stroke: #c4421a; stroke-width: 1.5 }
    .chart line.better { stroke: #22803a; stroke-width: 1.5 }
    .chart text.worse { fill: #c4421a }
    .chart text.better { fill: #22803a }
    @media (prefers-color-scheme: dark) {
    .chart line.worse { stroke: #f08a5d }
    .chart line.better { stroke: #68c07c }
    .chart text.worse { fill: #f08a5d }
    .chart text.better { fill: #68c07c }
    }
    """
}
