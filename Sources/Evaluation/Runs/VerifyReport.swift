import Measurement
import Metrics
import Provenance
import Store
import Terms

/// What of a stored run agrees with what is measured now.
package struct VerifyReport: Encodable, Sendable {
  /// How many values were compared.
  package struct Tally: Encodable, Sendable {
    /// Values that are the same to the last bit.
    package private(set) var agreeing = 0
    /// The others, a sentence each.
    package private(set) var differences: [String] = []

    /// Counts one comparison.
    package mutating func count(_ isSame: Bool, _ difference: @autoclosure () -> String) {
      if isSame { agreeing += 1 } else { differences.append(difference()) }
    }

    /// How many were compared, and how many differ, in words.
    fileprivate var text: String {
      let compared = agreeing + differences.count
      if compared == 0 { return "none compared" }
      return differences.isEmpty
        ? "\(compared) compared, all agree" : "\(compared) compared, \(differences.count) differ"
    }
  }

  private let schema = 1
  /// The run's id.
  package let run: String
  private let table: String
  /// Images that the run has.
  package var images = 0
  /// Scores of sampled images, and how each ended.
  package var scores = Tally()
  /// Remembered results of sampled images: features, counts, distances.
  package var remembered = Tally()
  /// Scores of whole sets.
  package var sets = Tally()
  /// What could not be compared, and why.
  package var unchecked: [String] = []

  /// An empty report of a run.
  package init(_ run: StoredRun) {
    self.run = run.record.id
    table = run.record.protocolID
  }

  /// Compares a stored image with the same one measured now.
  package mutating func compare(
    _ record: ImageRecord, _ stored: [ImageScore],
    _ result: Result<ImageResult, ImageFailure>?, _ metrics: Set<Metric>
  ) {
    let name = "\(record.imageID) of \(record.method)"
    switch (record.outcome, result) {
    case (.failed, .failure?), (.failed, nil): scores.count(true, "")
    case (.failed(let failure), .success?):
      scores.count(
        false, "\(name) can be measured now, stored is that it failed (\(failure.state))")
    case (.scored, nil): scores.count(false, "\(name) is gone")
    case (.scored, .failure(let failure)?):
      scores.count(false, "\(name) fails now: \(failure.reason)")
    case (.scored, .success(let image)?):
      guard record.contentHash == image.content.text else {
        return scores.count(false, "\(name) is another picture than the one that was measured")
      }
      for entry in stored {
        guard let metric = Metric(named: entry.score.metric),
          metrics.contains(metric)
        else { continue }
        let now = image.scores[metric].map { StoredValue($0) }
        scores.count(
          now == entry.score.value,
          "\(metric.name) of \(name) is \(now.map(Self.text) ?? "not measured"), stored is "
            + Self.text(entry.score.value))
      }
    }
  }

  /// A stored value in words.
  package static func text(_ value: StoredValue) -> String {
    value.number.map { "\($0)" } ?? value.reason ?? "nothing"
  }

  /// All differences.
  package var differences: [String] {
    scores.differences + remembered.differences + sets.differences
  }

  /// For people.
  package var text: String {
    var lines = [
      "run \(run) of \(table)",
      "scores of images: \(scores.text), from a sample of \(images) images",
      "remembered results of the sample: \(remembered.text)", "scores of sets: \(sets.text)",
    ]
    lines += differences.prefix(20).map { "  \($0)" }
    if differences.count > 20 { lines.append("  and \(differences.count - 20) more") }
    lines += unchecked.map { "not compared: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// The same as JSON.
  package var json: String { JSONText.encode(self, pretty: true) }

  /// What to end with: nil if everything that was compared agrees.
  package var problem: HarnessError? {
    if !differences.isEmpty {
      return HarnessError(
        .invalid,
        "\(differences.count) stored values of run \(run) differ from what is measured now")
    }
    guard scores.agreeing + sets.agreeing == 0 else { return nil }
    return HarnessError(.notComparable, "nothing of run \(run) could be compared")
  }
}
