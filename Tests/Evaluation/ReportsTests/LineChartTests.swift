import Foundation
import Reports
import Testing

/// Charts of series: nothing is drawn where it is not, nothing is lost in silence.
struct LineChartTests {
  private static let x = LineChart.Axis("step")
  private static let y = LineChart.Axis("loss", isLogarithmic: true)

  private func points(_ values: [Double]) -> [LineChart.Point] {
    values.enumerated().map { LineChart.Point(Double($0), $1) }
  }

  @Test func ordersPlacesAsValues() throws {
    for isLogarithmic in [false, true] {
      let axis = LineChart.Axis("y", isLogarithmic: isLogarithmic)
      let chart = LineChart(
        title: "t", x: Self.x, y: axis,
        series: [LineChart.Series("a", points([1, 10, 100, 1000]))])
      let heights = try Picture(chart.svg()).numbers("cy", of: "circle")
      let steps = zip(heights, heights.dropFirst()).map { $0 - $1 }
      #expect(heights.count == 4)
      let isEven = steps.allSatisfy { abs($0 - steps[0]) < 0.3 }
      #expect(steps.allSatisfy { $0 > 0 } && isEven == isLogarithmic, "\(heights)")
    }
  }

  @Test func interruptsLinesAndCountsWhatHasNoPlace() throws {
    let chart = LineChart(
      title: "t", x: Self.x, y: Self.y,
      series: [LineChart.Series("a", points([3, 2, .nan, 1, 0, -1, .infinity, 4, 5]))])
    let picture = try Picture(chart.svg())
    #expect(picture.elements("circle").count == 5)
    // Two stretches and the legend's line; a point between two gaps stands alone.
    #expect(picture.elements("polyline").count == 3)
    #expect(picture.texts.contains("4 values have no place here"))
  }

  @Test(arguments: [
    [], [0], [5, 5, 5], [1e-300, 2e-300], [1e99, -1e99], [1, 1 + 1e-15], [-1e-12, 1e-12],
    [.nan], [1e308, -1e308],
  ])
  func survivesAnyValues(values: [Double]) throws {
    for isLogarithmic in [false, true] {
      let axis = LineChart.Axis("y", isLogarithmic: isLogarithmic)
      let chart = LineChart(
        title: "t", x: axis, y: axis, series: [LineChart.Series("a", points(values))])
      let picture = try Picture(chart.svg())
      #expect(!chart.svg().contains("nan") && !chart.svg().contains("inf"))
      for place in picture.numbers("cx", of: "circle") { #expect(0...picture.width ~= place) }
      for place in picture.numbers("cy", of: "circle") { #expect(0...picture.height ~= place) }
    }
  }

  /// A long training keeps its spikes in a small file.
  @Test func drawsManyPointsByTheirExtremes() throws {
    var values = (0..<50_000).map { 1 + 0.1 * sin(Double($0)) }
    values[31_234] = 7
    let chart = LineChart(
      title: "t", x: Self.x, y: Self.y, series: [LineChart.Series("a", points(values))])
    let spiked = chart.svg()
    #expect(spiked.utf8.count < 30_000)
    let highest = try #require(try Picture(spiked).places.map(\.y).min())
    values[31_234] = 1
    var flat = chart
    flat.series = [LineChart.Series("a", points(values)), LineChart.Series("b", points([7]))]
    let without = try Picture(flat.svg()).polylines.map { $0.map(\.y).min() ?? 0 }.max()
    #expect(try #require(without) > highest + 50)
  }

  @Test func marksRoundValues() throws {
    let chart = LineChart(
      title: "FID & steps", x: LineChart.Axis("steps", isLogarithmic: true),
      y: LineChart.Axis("FID ↓"),
      series: [
        LineChart.Series(
          "<a>", [LineChart.Point(50, 12.5), LineChart.Point(1000, 7.25, halfWidth: 0.5)])
      ])
    let picture = try Picture(chart.svg())
    for text in ["50", "100", "200", "500", "1000", "8", "12", "FID & steps", "<a>", "FID ↓"] {
      #expect(picture.texts.contains(text), "\(text) in \(picture.texts)")
    }
    #expect(picture.elements("line").count { $0["class"] == "interval" } == 1)
  }
}
