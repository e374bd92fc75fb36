import Essentials
import Images
import Provenance
import Tables
import Terms

/// Which metrics are wanted and by which choices.
package struct MetricConfiguration: Sendable {
  /// What to measure, in order.
  package var metrics: [Metric]
  /// The size at which images are compared.
  package var resolution = EvaluationResolution.native
  /// The choices of every family.
  private var families: [any MetricFamily] = MetricRegistry.families.map { $0.init() }

  /// Wants metrics by the defaults.
  package init(metrics: [Metric]) { self.metrics = metrics }

  /// Reads a protocol's switches.
  ///
  /// - Parameters:
  ///   - table: the protocol.
  ///   - further: metrics beside those of its columns that a switch may speak of.
  /// - Throws: ``HarnessError`` for a value that this version does not measure.
  package init(_ table: PaperTable, further: [Metric] = []) throws {
    self.init(metrics: table.measuredMetrics)
    let switches = ProtocolSwitches(table: table, metrics: metrics, further: further)
    try switches.refuseOthers()
    let filter = try switches.value("result_resize", PillowFilter.init(switchValue:))
    resolution = EvaluationResolution(
      side: try switches.side("result_size"), filter: filter ?? .bicubic)
    for place in families.indices { try families[place].read(switches) }
  }

  /// Reads what was typed.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for names that do not exist.
  package init(_ options: MetricOptionValues) throws {
    self.init(metrics: try Metric.list(options.metrics))
    for place in families.indices { try families[place].read(options) }
    if let size = options.size {
      resolution = EvaluationResolution(
        side: try NumberRange.side.checked(size, for: "--size"), filter: .bicubic)
    }
  }

  /// The choices of a family.
  package subscript<Family: MetricFamily>(_ family: Family.Type) -> Family {
    get { families.lazy.compactMap { $0 as? Family }.first ?? Family() }
    set {
      if let place = families.firstIndex(where: { $0 is Family }) { families[place] = newValue }
    }
  }

  /// The choices that decide a metric.
  package func family(of metric: Metric) -> (any MetricFamily)? {
    families.first { type(of: $0).metrics.contains(metric) }
  }
}

extension PaperTable {
  /// What the columns measure, each once.
  package var measuredMetrics: [Metric] {
    let metrics = columns.compactMap { $0.isPublishedOnly ? nil : $0.metric }
    return metrics.enumerated().filter { !metrics[..<$0.offset].contains($0.element) }
      .map(\.element)
  }
}
