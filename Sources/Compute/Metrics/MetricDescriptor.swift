/// What reports and gates need to know about a metric.
package struct MetricDescriptor: Equatable, Sendable {
  /// Which way is better.
  package enum Direction: String, Sendable {
    case lower
    case higher

    /// The arrow beside a column's title.
    package var arrow: String { self == .lower ? "↓" : "↑" }

    /// Whether the first score is the better one; equal scores are not.
    package func prefers(_ first: Double, to second: Double) -> Bool {
      self == .lower ? first < second : first > second
    }
  }

  /// Where a score comes from.
  package enum Scope: String, Sendable {
    /// One score an image (pair); the set's score is their mean, with a standard error.
    case image
    /// One score for a set; single images have none.
    case set
    /// Every image has counts and a score of its own; the set's score comes from the summed
    /// counts and need not be the mean.
    case counts
  }

  /// How a stored value is printed.
  package enum Unit: String, Sendable {
    case plain
    /// Stored as a fraction of 1, printed as a percentage.
    case percent
    case decibels
    /// Of one image, on the machine that made it.
    case seconds

    /// Factor from the stored to the printed value.
    package var printedScale: Double { self == .percent ? 100 : 1 }

    /// What follows the number where there is room for it.
    package var suffix: String {
      switch self {
      case .plain: ""
      case .percent: "%"
      case .decibels: "dB"
      case .seconds: "s"
      }
    }
  }

  /// Title of the metric's column.
  package let title: String
  /// Which way is better.
  package let direction: Direction
  /// Where a score comes from.
  package let scope: Scope
  /// How a stored value is printed.
  package let unit: Unit
  /// Digits behind the point in print, after scaling.
  package let digits: Int
  /// Grows by one whenever a change moves the metric's values; part of every score's fingerprint.
  package let version: Int

  init(
    _ title: String, _ direction: Direction, of scope: Scope, unit: Unit = .plain, digits: Int,
    version: Int = 1
  ) {
    self.title = title
    self.direction = direction
    self.scope = scope
    self.unit = unit
    self.digits = digits
    self.version = version
  }
}
