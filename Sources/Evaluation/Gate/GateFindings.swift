import Measurement
import Metrics
import Provenance
import Reports
import Runs
import Store
import Tensors
import Terms
import Verdicts

/// What a gate reports about single images: failures, duplicates, those that cause a regression.
struct GateFindings {
  let request: GateRequest
  let materials: GateMaterials

  /// Images that are named for each metric that got worse.
  private static let worst = 10

  /// All findings, failures first.
  ///
  /// - Throws: errors of the store.
  func all() throws -> [FileFinding] {
    let places = ImagePlaces(materials.run, results: request.results)
    return failures(places) + (try doubles(places)) + (try worstPairs(places))
  }

  private func failures(_ places: ImagePlaces) -> [FileFinding] {
    let judged = Set(materials.run.judgedMethods.map(\.name))
    return materials.run.failures.compactMap { failure in
      let isReal = failure.method == MethodRecord.reference.name
      guard isReal || judged.contains(failure.method) else { return nil }
      return FileFinding(
        rule: .failed, method: failure.method, image: failure.imageID,
        message: "\(failure.failure.state): \(failure.failure.reason)",
        path: isReal
          ? places.realImage(failure.imageID) : places.image(failure.imageID, of: failure.method))
    }
  }

  private func doubles(_ places: ImagePlaces) throws -> [FileFinding] {
    let run = materials.run
    return try run.judgedMethods.flatMap { method in
      let doubles = DuplicateImages(
        try StoredMethod(
          run, method: method.name, in: materials.store, workers: request.workers))
      return DuplicateImages.Kind.allCases.flatMap { kind in
        (doubles[kind] ?? []).map { match in
          FileFinding(
            rule: kind.rule, method: method.name, image: match.image,
            message:
              "\(match.image) is like \(match.other); \(kind.words(doubles[kind]?.count ?? 0)).",
            path: places.image(match.image, of: method.name))
        }
      }
    }
  }

  /// The pairs that metrics which got worse lost most on.
  private func worstPairs(_ places: ImagePlaces) throws -> [FileFinding] {
    guard let comparison = materials.comparison(request) else { return [] }
    let verdicts = try comparison.metricVerdicts().filter { $0.outcome == .regression }
    return try comparison.rows().flatMap { row in
      let blame = Blame(comparison: row.comparison, places: places, count: Self.worst)
      let metrics = verdicts.filter { $0.comparison.method == row.method.name }
        .compactMap { Metric(named: $0.comparison.rule.metric) }
      return metrics.flatMap { metric -> [FileFinding] in
        // What cannot be explained is said by the gate's checks already.
        let section = try? blame.section(metric, factor: comparison.factor(of: metric))
        return (section?.images ?? []).map { image in
          FileFinding(
            rule: .worst, method: row.method.name, image: image.id,
            message: "\(metric.name) changed by \(image.change) on \(image.id).",
            path: image.made)
        }
      }
    }
  }
}

extension DuplicateImages.Kind {
  fileprivate var rule: FileFinding.Rule {
    switch self {
    case .repeated: .repeated
    case .copied: .copied
    case .nearlyRepeated: .nearlyRepeated
    case .nearlyCopied: .nearlyCopied
    }
  }
}
