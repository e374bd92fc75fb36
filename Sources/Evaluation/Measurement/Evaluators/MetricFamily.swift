import Models
import Terms

/// Metrics that share choices, before any weights are opened: the choices as a value, and what makes evaluators.
///
/// A family and its evaluators lie in one file of `Metrics`. ``MetricRegistry`` lists the families; help, protocols,
/// plans, gates and reports read it there.
package protocol MetricFamily: Sendable {
  /// The default choices.
  init()

  /// The metrics, in the order in which lists name them.
  static var metrics: [Metric] { get }

  /// Those of ``metrics`` that one vector an image gives, whoever extracted it.
  static var metricsOfVectors: [Metric] { get }

  /// What the command line offers.
  static var options: [MetricOption] { get }

  /// The switches of protocols that it reads.
  static var switches: [String] { get }

  /// The forms of its sets' scores, by which stored runs are scored again.
  static var reductions: [any SetReduction.Type] { get }

  /// Takes choices from the command line.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  mutating func read(_ options: MetricOptionValues) throws

  /// Takes choices from a protocol's switches.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for a value that is not measured.
  mutating func read(_ switches: ProtocolSwitches) throws

  /// Looks whether the files that a metric needs are there, without opening them.
  ///
  /// - Throws: ``UnavailableMetric`` for the first that is missing.
  func require(_ metric: Metric, from loader: ModelLoader) throws

  /// Makes what measures a metric, and perhaps others of the family with it.
  ///
  /// - Throws: ``UnavailableMetric`` if weights are missing; other errors if they are unusable.
  func evaluator(of metric: Metric, from loader: ModelLoader) throws -> any MetricEvaluator

  /// How what was measured of images becomes a metric of their set.
  func reduction(of metric: Metric) -> any SetReduction

  /// Metrics that one evaluator serves together with a metric.
  static func siblings(of metric: Metric) -> [Metric]
}

extension MetricFamily {
  package static var metricsOfVectors: [Metric] { [] }
  package static var options: [MetricOption] { [] }
  package static var switches: [String] { [] }
  package static var reductions: [any SetReduction.Type] { [] }
  package mutating func read(_ options: MetricOptionValues) throws {}
  package mutating func read(_ switches: ProtocolSwitches) throws {}
  package func require(_ metric: Metric, from loader: ModelLoader) throws {}
  package func reduction(of metric: Metric) -> any SetReduction { MeanReduction() }
  package static func siblings(of metric: Metric) -> [Metric] { [metric] }
}
