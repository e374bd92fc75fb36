/// How charts look: colors that people of any color vision can distinguish, on their own background, light or
/// dark as the reader's screen.
enum ChartStyle {
  /// How much wider titles are set than other texts.
  static let titleScale = 1.35

  /// Number of colors; what goes beyond begins with the first again.
  static let colors = light.count

  private static let light = ["#2f6ca3", "#c4421a", "#22803a", "#8a3a8f", "#8a6400", "#0b7a7a"]
  private static let dark = ["#6cabe0", "#f08a5d", "#68c07c", "#cf8fd3", "#d6ab45", "#4fc0c0"]

  /// The style sheet of every chart.
  static let sheet = """
    .chart text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
    .chart .ground { fill: #ffffff }
    .chart .title { font-size: 15px; font-weight: 600 }
    .chart .strong { font-weight: 700 }
    .chart .small { font-size: 11px }
    .chart .faint { fill: #656d76 }
    .chart .grid { stroke: #e4e7eb; stroke-width: 1 }
    .chart .axis { stroke: #8c959f; stroke-width: 1 }
    .chart polyline { fill: none; stroke-width: 1.8; stroke-linejoin: round }
    .chart .dashed { stroke-dasharray: 6 4 }
    .chart .muted { opacity: .4 }
    .chart .interval { stroke: #1f2328; stroke-width: 1.2 }
    .chart .bar.measured { fill: #2f6ca3 }
    .chart .bar.anchor { fill: #b6bec8 }
    .chart .bar.published { fill: none; stroke: #c4421a; stroke-width: 1.2 }
    \(series(light).joined(separator: "\n"))
    @media (prefers-color-scheme: dark) {
    .chart text { fill: #e6edf3 }
    .chart .ground { fill: #0d1117 }
    .chart .faint { fill: #9198a1 }
    .chart .grid { stroke: #252b33 }
    .chart .axis { stroke: #6e7681 }
    .chart .interval { stroke: #e6edf3 }
    .chart .bar.measured { fill: #6cabe0 }
    .chart .bar.anchor { fill: #4d5560 }
    .chart .bar.published { stroke: #f08a5d }
    \(series(dark).joined(separator: "\n"))
    }
    """

  private static func series(_ colors: [String]) -> [String] {
    colors.enumerated().map {
      ".chart .s\($0) { stroke: \($1) } .chart circle.s\($0) { fill: \($1) }"
    }
  }

  /// About how wide a text of 12 pixels is; no font is at hand to measure it.
  static func width(of text: String) -> Double { 6.7 * Double(text.count) }

  /// A text that is not wider than that, cut with an ellipsis; `scale` is for larger letters.
  static func fitted(_ text: String, to width: Double, scale: Double = 1) -> String {
    let room = Int(width / (6.7 * scale))
    return text.count <= room ? text : String(text.prefix(max(1, room - 1))) + "…"
  }
}
