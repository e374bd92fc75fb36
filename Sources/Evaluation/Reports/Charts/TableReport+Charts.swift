extension TableReport {
  /// A picture of some of the report's numbers.
  package struct Chart: Sendable, Hashable {
    /// Name of its file.
    package let name: String
    /// What it shows, for those who do not see it.
    package let caption: String
    /// The picture as an SVG document.
    package let svg: String
  }

  /// Charts of the numbers that there are: all of them as bars, and each column over sampling steps where
  /// rows name theirs.
  package var charts: [Chart] {
    let bars = BarChart(self)
    guard !bars.isEmpty, !columns.isEmpty else { return [] }
    let names = columns.map(\.heading).joined(separator: ", ")
    let rankCharts =
      ranks.isEmpty
      ? []
      : [
        Chart(
          name: "ranks.svg", caption: "Mean ranks of every method over images",
          svg: RankChart(ranks).svg)
      ]
    return columns.indices.compactMap(stepChart) + [
      Chart(name: "scores.svg", caption: "\(names) of every method", svg: bars.svg)
    ] + rankCharts
  }

  /// A column over sampling steps, with a line for each section.
  private func stepChart(_ column: Int) -> Chart? {
    let series = sections.flatMap { section in
      let rows = section.rows.compactMap { row in
        row.steps.map { (steps: Double($0), cell: row.cells[column]) }
      }.sorted { $0.steps < $1.steps }
      let measured = rows.compactMap { row in
        row.cell.measured.map { measurement in
          LineChart.Point(
            row.steps, measurement.value, halfWidth: row.cell.standardError.map { 1.96 * $0 })
        }
      }
      let published = rows.compactMap { row in
        row.cell.published.map { LineChart.Point(row.steps, $0) }
      }
      return [
        LineChart.Series(section.title, measured),
        LineChart.Series("\(section.title) (\(publishedName))", published, style: .dashed),
      ]
    }.filter { $0.points.count > 1 }
    guard !series.isEmpty else { return nil }
    let heading = printedHeading(of: columns[column])
    let caption = "\(columns[column].heading) over sampling steps"
    let chart = LineChart(
      title: caption, x: LineChart.Axis("sampling steps", isLogarithmic: true),
      y: LineChart.Axis(heading), series: series)
    return Chart(
      name: "steps-\(columns[column].id).svg", caption: caption, svg: chart.svg())
  }
}
