/// Series of values over a common axis: losses over steps, FID over sampling steps.
package struct LineChart: Sendable, Hashable {
  /// Heading above the plot.
  package var title: String
  /// The horizontal axis.
  package var x: Axis
  /// The vertical axis.
  package var y: Axis
  /// Each gets a color and a line in the legend.
  package var series: [Series]

  /// A chart of series over two axes.
  package init(title: String, x: Axis, y: Axis, series: [Series] = []) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
  }

  /// What an axis says.
  package struct Axis: Sendable, Hashable {
    /// Quantity and unit, printed along the axis.
    package var title: String
    /// Whether equal ratios are equally long; only positive values have a place then.
    package var isLogarithmic: Bool

    /// An axis by its title, linear by default.
    package init(_ title: String, isLogarithmic: Bool = false) {
      self.title = title
      self.isLogarithmic = isLogarithmic
    }
  }

  /// One line.
  package struct Series: Sendable, Hashable {
    /// Name in the legend.
    package let name: String
    /// In the order in which they are joined.
    package let points: [Point]
    /// How the line is drawn.
    package let style: Style

    /// A line through points.
    package init(_ name: String, _ points: [Point], style: Style = .plain) {
      self.name = name
      self.points = points
      self.style = style
    }
  }

  /// A value of a series.
  package struct Point: Sendable, Hashable {
    /// Place on the axes, in their units.
    package let x, y: Double
    /// Half the width of the 95 % interval; `nil` where none is known.
    package let halfWidth: Double?

    /// A point, by default without an interval.
    package init(_ x: Double, _ y: Double, halfWidth: Double? = nil) {
      self.x = x
      self.y = y
      self.halfWidth = halfWidth
    }
  }

  /// How a line is drawn.
  package enum Style: Sendable {
    case plain
    /// What was not measured here, such as published values.
    case dashed
    /// What others are seen against, such as losses of single batches.
    case muted
  }

  /// The chart as SVG; equal charts give equal bytes.
  ///
  /// Points without a place on the axes (NaN, infinities, zero on a logarithmic axis) interrupt their line
  /// and are counted below the chart. Of many points the extremes of short stretches are drawn.
  package func svg() -> String { LinePlot(self).svg }
}
