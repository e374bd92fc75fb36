/// A gate's numbers as gauges.
///
/// Source: "OpenMetrics, a cloud-native, highly scalable metrics protocol", 1.0.0.
enum OpenMetricsReport {
  static func render(_ record: GateRecord) -> String {
    var lines: [String] = []
    func gauge(
      _ name: String, _ help: String, _ samples: [(labels: [(String, String)], value: String)]
    ) {
      if samples.isEmpty { return }
      lines += ["# TYPE evalkit_\(name) gauge", "# HELP evalkit_\(name) \(help)"]
      lines += samples.map { "evalkit_\(name)\(Self.labels($0.labels)) \($0.value)" }
    }
    let name = ("gate", record.report.name)
    gauge(
      "score", "Score of a method, in the scale that its table prints.", scores(record, \.value))
    gauge("score_standard_error", "Standard error of the score.", scores(record, \.error))
    gauge(
      "images", "Images of a method by how they ended.",
      record.images.flatMap { images in
        [("scored", images.scored), ("failed", images.failed)].map { state, count in
          ([name, ("method", images.method), ("state", state)], "\(count)")
        }
      })
    gauge(
      "check", "1 for the outcome of a check, 0 for the others.",
      record.report.checks.flatMap { check in
        GateReport.Outcome.allCases.map { outcome in
          (
            [
              name, ("method", check.subject), ("check", check.name),
              ("outcome", outcome.rawValue),
            ], outcome == check.outcome ? "1" : "0"
          )
        }
      })
    gauge("gate_exit_code", "What the gate ended with.", [([name], "\(record.code)")])
    gauge(
      "run_start_seconds", "When the judged run began.", [([name], "\(record.created)")])
    return (lines + ["# EOF"]).joined(separator: "\n") + "\n"
  }

  private static func scores(
    _ record: GateRecord, _ value: (GateRecord.Measurement) -> Double?
  ) -> [(labels: [(String, String)], value: String)] {
    record.measurements.compactMap { measurement in
      value(measurement).map { value in
        (
          [
            ("gate", record.report.name), ("method", measurement.method),
            ("metric", measurement.metric),
          ], number(value)
        )
      }
    }
  }

  /// A number as OpenMetrics writes it.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    return value.isFinite ? "\(value)" : value > 0 ? "+Inf" : "-Inf"
  }

  private static func labels(_ labels: [(String, String)]) -> String {
    "{" + labels.map { "\($0.0)=\"\(escape($0.1))\"" }.joined(separator: ",") + "}"
  }

  private static func escape(_ text: String) -> String {
    text.map { character in
      switch character {
      case "\\": "\\\\"
      case "\"": "\\\""
      case _ where character.isNewline: "\\n"
      default: String(character)
      }
    }.joined()
  }
}
