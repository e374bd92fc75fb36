/// A metric: the name under which people ask for it and databases store it, and how its values are read.
///
/// The program's metrics are declared beside their evaluators in `Measurement/Metrics`, one file a family, and
/// listed by `MetricRegistry`. Two metrics are equal if their names are.
package struct Metric: Sendable {
  /// Where a score comes from.
  package enum Scope: String, Sendable {
    /// One score an image (pair); the set's score is their mean, with a standard error.
    case image
    /// One score for a set; single images have none.
    case set
    /// Every image has counts and a score of its own; the set's score comes from the summed counts and need not
    /// be the mean.
    case counts
  }

  /// The name, for example `lpips-alex`.
  package let name: String
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
  /// Whether it is the distance between two sets, each of which has its own number of images.
  package let comparesSets: Bool
  /// Whether a worse value fails a gate that has no rules of its own.
  package let isBlocking: Bool
  /// Place among the metrics by which contact sheets order images, the first measured one is taken; nil for one that
  /// is asked only when no other was measured.
  package let sheetRank: Int?

  /// Declares a metric.
  package init(
    _ name: String, _ title: String, _ direction: Direction, of scope: Scope, unit: Unit = .plain,
    digits: Int, version: Int = 1, comparesSets: Bool = false, isBlocking: Bool = true,
    sheetRank: Int? = nil
  ) {
    self.name = name
    self.title = title
    self.direction = direction
    self.scope = scope
    self.unit = unit
    self.digits = digits
    self.version = version
    self.comparesSets = comparesSets
    self.isBlocking = isBlocking
    self.sheetRank = sheetRank
  }
}

extension Metric: Hashable {
  /// Whether both have one name.
  package static func == (one: Metric, other: Metric) -> Bool { one.name == other.name }

  /// By the name alone.
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// Which way a value is better.
package enum Direction: String, CaseIterable, Codable, Sendable {
  /// The lower value is the better one.
  case lower
  /// The higher value is the better one.
  case higher

  /// The arrow beside a column's title.
  package var arrow: String { self == .lower ? "↓" : "↑" }

  /// Whether the first score is the better one; equal scores are not.
  package func prefers(_ first: Double, to second: Double) -> Bool {
    self == .lower ? first < second : first > second
  }

  /// The part of a change that makes things worse, as a positive number.
  package func harm(of difference: Double) -> Double { self == .lower ? difference : -difference }
}

/// How a stored value is printed.
package enum Unit: String, Sendable {
  /// As it is.
  case plain
  /// Stored as a fraction of 1, printed as a percentage.
  case percent
  /// In decibels.
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

  /// What values are in that were multiplied by a factor before they were printed: tables may print fractions as they are.
  package func symbol(ofFactor factor: Double) -> String {
    if self == .percent { return factor == printedScale ? suffix : "" }
    return suffix
  }
}

/// An amount of change, absolute, relative to a baseline, or both.
package struct Amount: Hashable, Sendable {
  /// In the printed scale.
  package var absolute: Double?
  /// A fraction of the baseline's absolute value.
  package var relative: Double?

  /// Nil leaves a part out.
  package init(absolute: Double? = nil, relative: Double? = nil) {
    self.absolute = absolute
    self.relative = relative
  }

  /// The larger of the two parts, so that a change beyond it exceeds both; 0 for neither.
  package func resolved(at baseline: Double) -> Double {
    max(absolute ?? 0, (relative ?? 0) * abs(baseline))
  }
}
