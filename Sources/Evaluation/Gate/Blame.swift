import Images
import Measurement
import Metrics
import Provenance
import Reports
import Runs
import Store
import Terms
import Verdicts

/// Finds what a change of one row comes from.
struct Blame {
  let comparison: MethodComparison
  let places: ImagePlaces
  /// Images to name.
  let count: Int

  /// A metric's change by images and, for label maps, by classes.
  ///
  /// - Parameters:
  ///   - metric: what to explain.
  ///   - factor: from the stored to the printed scale.
  /// - Returns: the section; it says what could not be determined.
  /// - Throws: ``HarnessError`` of kind `notComparable` where the two sides do not compare; errors of
  ///   the store.
  func section(_ metric: Metric, factor: Double) throws -> BlameReport.Section {
    let (mine, theirs) = (
      comparison.candidate.score(metric), comparison.baseline.score(metric)
    )
    if let mismatch = comparison.mismatch { throw HarnessError(.notComparable, mismatch) }
    guard let mine, let theirs, mine.fingerprint == theirs.fingerprint else {
      throw HarnessError(
        .notComparable,
        "\(metric.name) of \(comparison.candidate.name) and of \(comparison.baseline.name) "
          + "was not measured in the same way")
    }
    var section = BlameReport.Section(
      method: comparison.candidate.method, metric: metric.name)
    section.unit = metric.unit.symbol(ofFactor: factor)
    section.before = theirs.value.map { factor * $0 }
    section.after = mine.value.map { factor * $0 }
    switch try comparison.candidate.reduction(of: metric).attribution {
    case .influence: try blameFeatures(metric, in: &section)
    case .none:
      section.notes.append(
        "\(metric.name) cannot be shared out among single images"
          + (metric == .time ? "." : "; see fid, if it was measured."))
    case .scores:
      section.meaning = "Values of single images."
      fill(
        &section, after: try comparison.candidate.values(metric).mapValues { factor * $0 },
        before: try comparison.baseline.values(metric).mapValues { factor * $0 },
        isHigherBetter: metric.direction == .higher)
    }
    if metric.scope == .counts {
      noting(&section) { section in try blameClasses(metric, in: &section) }
    }
    return section
  }

  // MARK: Images

  private func fill(
    _ section: inout BlameReport.Section, after: [String: Double], before: [String: Double],
    isHigherBetter: Bool
  ) {
    let changes = after.compactMap { id, value in
      before[id].map { old in
        // Infinite on both sides is no change.
        (id: id, before: Double?.some(old), after: value, change: value == old ? 0 : value - old)
      }
    }
    section.compared = changes.count
    section.images = worst(changes, isHigherBetter)
  }

  private func worst(
    _ changes: [(id: String, before: Double?, after: Double, change: Double)],
    _ isHigherBetter: Bool
  ) -> [BlameReport.Image] {
    let sign: Double = isHigherBetter ? -1 : 1
    let ordered = changes.sorted { (sign * $0.change, $1.id) > (sign * $1.change, $0.id) }
    return ordered.prefix(count).map { row in
      BlameReport.Image(
        id: row.id, before: row.before, after: row.after, change: row.change,
        made: places.image(row.id, of: comparison.candidate.method),
        real: places.realImage(row.id))
    }
  }

  // MARK: Features

  private func blameFeatures(
    _ metric: Metric, in section: inout BlameReport.Section
  ) throws {
    let title = metric.title
    section.meaning =
      "The number beside an image is by how much it raises \(title): that of all images less that without it."
    let after = try raises(comparison.candidate, metric)
    if let stored = comparison.baseline.stored, let before = try? raises(stored, metric) {
      fill(&section, after: after, before: before, isHigherBetter: false)
    } else {
      section.notes.append(
        "The features of the baseline's images are no longer in the database, so images stand in "
          + "the order of what they do to \(title) now.")
      section.compared = after.count
      section.images = worst(
        after.map { (id: $0.key, before: nil, after: $0.value, change: $0.value) }, false)
    }
  }

  /// By how much each image makes the score of its set worse.
  private func raises(_ side: StoredMethod, _ metric: Metric) throws -> [String: Double] {
    let results = try CachedResults(side, of: metric, among: side.scoredImages)
    let harms = try results.reduction.harms(of: results)
    return Dictionary(
      zip(side.pairs, harms).compactMap { pair, harm in harm.map { (pair.imageID, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  // MARK: Classes

  private func blameClasses(
    _ metric: Metric, in section: inout BlameReport.Section
  ) throws {
    guard let stored = comparison.baseline.stored else {
      throw HarnessError(
        .notComparable,
        "The classes' part cannot be told: the baseline's run is no longer in the database")
    }
    let after = try intersections(comparison.candidate, metric)
    let before = try intersections(stored, metric)
    let names = LabelOrder.celebAMaskHQ.classes
    let classes = zip(before, after).enumerated().compactMap { label, values in
      values.0 == nil && values.1 == nil
        ? nil
        : BlameReport.Class(
          name: label < names.count ? names[label] : "class \(label)",
          before: values.0.map { 100 * $0 }, after: values.1.map { 100 * $0 })
    }
    func change(_ row: BlameReport.Class) -> Double { (row.after ?? 0) - (row.before ?? 0) }
    section.classes = classes.enumerated().sorted {
      (change($0.element), $0.offset) < (change($1.element), $1.offset)
    }.map(\.element)
  }

  /// Intersection over union of every class, over the counts of all images.
  private func intersections(_ side: StoredMethod, _ metric: Metric) throws -> [Double?] {
    let counts = try CachedResults(side, of: metric, among: side.scoredImages).counts()
      .compactMap(\.self)
    guard var sum = counts.first else { return [] }
    for matrix in counts.dropFirst() { try sum.merge(matrix) }
    return sum.intersectionOverUnion
  }

  /// Does what may not be possible, and notes why it was not.
  private func noting(
    _ section: inout BlameReport.Section, _ work: (inout BlameReport.Section) throws -> Void
  ) {
    do { try work(&section) } catch { section.notes.append("\(error).") }
  }
}
