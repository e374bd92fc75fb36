/// A small picture of a series: its intervals, values, baselines and steps.
package enum Sparkline {
  private static let width = 480.0
  private static let height = 96.0
  private static let margin = 8.0

  /// The picture as SVG; equal series give equal bytes.
  package static func svg(_ series: HistoryReport.Series) -> String {
    var drawing = Drawing(width: width, height: height)
    let values =
      series.points.flatMap { point in
        [point.value - (point.halfWidth ?? 0), point.value + (point.halfWidth ?? 0)]
      } + series.baselines.values
    let scale = ChartScale(of: values, from: height - margin, to: margin)
    let step = (width - 2 * margin) / Double(max(1, series.points.count - 1))
    func place(_ index: Int, _ value: Double) -> Place {
      Place(margin + step * Double(index), scale.place(value))
    }
    for (name, value) in series.baselines.sorted(by: { $0.key < $1.key })
    where ChartScale.canShow(value) {
      let y = scale.place(value)
      drawing.line("baseline", from: Place(0, y), to: Place(width, y), title: name)
    }
    for (index, point) in series.points.enumerated() {
      guard let half = point.halfWidth, ChartScale.canShow(point.value - half),
        ChartScale.canShow(point.value + half)
      else { continue }
      drawing.line(
        "interval", from: place(index, point.value - half), to: place(index, point.value + half))
    }
    let shown = series.points.enumerated().filter { ChartScale.canShow($0.element.value) }
    drawing.polyline("", through: shown.map { place($0.offset, $0.element.value) })
    for (index, point) in shown {
      drawing.circle(
        "", at: place(index, point.value), radius: 2, title: "\(point.run): \(point.value)")
    }
    for step in series.steps {
      guard let index = series.points.firstIndex(where: { $0.run == step.run }) else { continue }
      let x = place(index, 0).x
      drawing.line(step.kind, from: Place(x, 0), to: Place(x, height))
    }
    return drawing.svg(title: "\(series.method): \(series.metric)", style: style)
  }

  private static let style = """
    polyline { fill: none; stroke: #4477aa; stroke-width: 1.5 }
    circle { fill: #4477aa }
    line { stroke-width: 1 }
    .interval { stroke: #99bbdd }
    .baseline { stroke: #999999; stroke-dasharray: 4 3 }
    .worse { stroke: #cc3311 }
    .better { stroke: #228833 }
    """
}
