import Foundation
import Measurement
import Metrics
import Provenance
import Terms
import Verdicts

/// Checks a baseline's files for consistency: what a set's score was computed from is stored beside it, so a
/// number that was changed afterwards shows.
struct BaselineCheck {
  private let files: BaselineFiles
  private let values: [String: [BaselineImages.Line]]

  init(_ files: BaselineFiles) {
    self.files = files
    values = Dictionary(grouping: files.images.lines, by: \.method)
  }

  /// The first contradiction, in words; nil for none.
  var objection: String? {
    let document = files.document
    if (try? Date(document.run.created, strategy: .iso8601)) == nil {
      return "'\(document.run.created)' is not a date"
    }
    if document.images.lines != files.images.lines.count {
      return "it announces \(document.images.lines) images and has \(files.images.lines.count)"
    }
    if Set(document.methods.map(\.name)).count != document.methods.count {
      return "a method occurs twice"
    }
    for (hash, lines) in document.fingerprints
    where Fingerprint(text: lines.joined(separator: "\n")).hash != hash {
      return "the fingerprint \(hash.prefix(12)) is that of another text"
    }
    return document.methods.lazy.compactMap(objection).first
  }

  private func objection(_ method: BaselineDocument.Method) -> String? {
    let lines = values[method.name] ?? []
    let known = [
      method.failed, method.repeated, method.copied, method.nearlyRepeated ?? 0,
      method.nearlyCopied ?? 0,
    ]
    if method.scored != lines.count || Set(lines.map(\.image)).count != lines.count {
      return "\(method.name) has \(method.scored) images and lines of \(lines.count)"
    }
    if !known.allSatisfy({ 0...(1 << 40) ~= $0 }) {
      return "\(method.name) has counts that no images have"
    }
    return method.scores.keys.sorted().lazy.compactMap { name in
      method.scores[name].flatMap { objection(name, $0, lines) }
        .map { "\(name) of \(method.name) \($0)" }
    }.first
  }

  private func objection(
    _ name: String, _ score: BaselineDocument.Score, _ lines: [BaselineImages.Line]
  ) -> String? {
    guard let metric = Metric(named: name) else { return "is not a metric" }
    guard files.document.fingerprints[score.fingerprint] != nil else {
      return "has a fingerprint without its text"
    }
    if score.count < 0 || score.count > 1 << 40 { return "has the count \(score.count)" }
    if let error = score.standardError, !(error >= 0 && error.isFinite) {
      return "has the standard error \(error)"
    }
    guard let value = score.number, !value.isNaN else { return nil }
    let usual = MetricRegistry.usualReduction(of: metric)
    // Other means count pixels or classes, too.
    if case .images? = usual?.comparison, metric.scope == .image,
      let objection = mean(metric, value, lines.compactMap { $0.values[name] })
    {
      return objection
    }
    return (score.replicates ?? [:]).keys.sorted().lazy.compactMap { statistic in
      score.replicates?[statistic].flatMap {
        objection($0, to: statistic == name ? value : nil, isItself: usual?.isItsStatistic != false)
      }
    }.first
  }

  // MARK: Rules

  /// A set's mean is that of its images, up to the order of the sum.
  private func mean(_ metric: Metric, _ value: Double, _ images: [Double]) -> String? {
    // Older files left infinite values out.
    if value.isInfinite { return images.contains(where: \.isNaN) ? "has no numbers" : nil }
    guard let mean = Summary(images)?.mean else { return "is \(value) without an image's value" }
    let size = images.reduce(abs(mean)) { max($0, abs($1)) }
    // One form of CLIP's score counts a negative mean as 0.
    let isClipped = metric == .clip && mean < 0 && value == 0
    return isClipped || abs(value - mean) <= 1e-9 * size
      ? nil : "is \(value), the mean of its images \(mean)"
  }

  /// A set without a few of its images is much like the set.
  ///
  /// Half its size covers what real images that count twice do to the value. Single replicates may lie
  /// twenty times as far off as usual, and usual is at most the value itself or 1, as KID and CMMD may be
  /// near 0.
  private func objection(
    _ replicates: SetReplicates, to value: Double?, isItself: Bool
  ) -> String? {
    let own = replicates.value
    let all = [own] + replicates.leftOut
    guard all.allSatisfy(\.isFinite) else { return "has replicates that are not numbers" }
    if let value, isItself, abs(own - value) > 0.5 * abs(value) + 1e-3 {
      return "is \(value), with its replicates \(own)"
    }
    let distances = replicates.leftOut.map { abs($0 - own) }.sorted()
    guard let furthest = distances.last else { return nil }
    let usual = distances[distances.count / 2]
    let size = max(abs(own), 1)
    return usual > size || furthest > size + 20 * usual
      ? "has replicates up to \(furthest) from its \(own)" : nil
  }
}
