import Foundation

/// A small picture of a series: its intervals, values, baselines and steps.
package enum Sparkline {
  private static let width = 480.0
  private static let height = 96.0
  private static let margin = 8.0

  /// The picture as SVG; places are printed with one decimal, so equal series give equal bytes.
  package static func svg(_ series: HistoryReport.Series) -> String {
    let scale = Scale(series)
    var parts: [String] = []
    for name in series.baselines.keys.sorted() {
      guard let value = series.baselines[name] else { continue }
      let y = scale.y(value)
      parts.append(
        "<line class=\"baseline\" x1=\"0\" y1=\"\(y)\" x2=\"\(text(width))\" y2=\"\(y)\">"
          + "<title>\(XMLText.escape(name))</title></line>")
    }
    for (index, point) in series.points.enumerated() {
      guard let half = point.halfWidth else { continue }
      parts.append(
        "<line class=\"interval\" x1=\"\(scale.x(index))\" y1=\"\(scale.y(point.value - half))\" "
          + "x2=\"\(scale.x(index))\" y2=\"\(scale.y(point.value + half))\"/>")
    }
    let places = series.points.enumerated().map {
      "\(scale.x($0.offset)),\(scale.y($0.element.value))"
    }
    parts.append("<polyline points=\"\(places.joined(separator: " "))\"/>")
    for (index, point) in series.points.enumerated() {
      parts.append(
        "<circle cx=\"\(scale.x(index))\" cy=\"\(scale.y(point.value))\" r=\"2\">"
          + "<title>\(XMLText.escape("\(point.run): \(point.value)"))</title></circle>")
    }
    for step in series.steps {
      guard let index = series.points.firstIndex(where: { $0.run == step.run }) else { continue }
      let x = scale.x(index)
      parts.append(
        "<line class=\"\(step.kind)\" x1=\"\(x)\" y1=\"0\" x2=\"\(x)\" y2=\"\(text(height))\"/>")
    }
    return frame(parts, title: "\(series.method): \(series.metric)")
  }

  private static func frame(_ parts: [String], title: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="480" height="96" viewBox="0 0 480 96" role="img">
    <title>\(XMLText.escape(title))</title>
    <style>
    polyline { fill: none; stroke: #4477aa; stroke-width: 1.5 }
    circle { fill: #4477aa }
    line { stroke-width: 1 }
    .interval { stroke: #99bbdd }
    .baseline { stroke: #999999; stroke-dasharray: 4 3 }
    .worse { stroke: #cc3311 }
    .better { stroke: #228833 }
    </style>
    \(parts.joined(separator: "\n"))
    </svg>

    """
  }

  private static func text(_ value: Double) -> String { String(format: "%.1f", value) }

  /// From values to places in the picture.
  private struct Scale {
    private let low: Double
    private let span: Double
    private let step: Double

    init(_ series: HistoryReport.Series) {
      let values =
        series.points.flatMap { point in
          [point.value - (point.halfWidth ?? 0), point.value + (point.halfWidth ?? 0)]
        } + series.baselines.values
      let (low, high) = (values.min() ?? 0, values.max() ?? 1)
      self.low = low
      span = high > low ? high - low : 1
      step = (width - 2 * margin) / Double(max(1, series.points.count - 1))
    }

    func x(_ index: Int) -> String { text(margin + step * Double(index)) }

    func y(_ value: Double) -> String {
      text(height - margin - (value - low) / span * (height - 2 * margin))
    }
  }
}
