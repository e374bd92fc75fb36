import Tables
import Terms

/// The runs that would measure what claims lack, one a table and seed.
struct MissingRows {
  /// What one run measures alike.
  private struct Place: Hashable {
    let table, dataset, weights: String
    let pairs: Int
    let samples: Int?
    let seed: UInt64
  }

  private struct Wanted {
    let place: Place
    var rows: [ClaimFile.Row]
    var metrics: [String]
  }

  private var runs: [Wanted] = []

  /// Notes rows that a claim lacks.
  mutating func add(
    _ rows: [ClaimFile.Row], of claim: ClaimFile.Claim, seed: UInt64, beside study: ClaimStudy.Key?
  ) {
    let place = Place(
      table: claim.table, dataset: study?.dataset ?? Self.defaults.dataset,
      weights: study?.weights ?? Self.defaults.weights, pairs: study?.pairs ?? claim.pairs,
      samples: study.map(\.samples) ?? claim.samples, seed: seed)
    let index = runs.firstIndex { $0.place == place } ?? runs.endIndex
    if index == runs.endIndex { runs.append(Wanted(place: place, rows: [], metrics: [])) }
    for row in rows where !runs[index].rows.contains(row) { runs[index].rows.append(row) }
    if !runs[index].metrics.contains(claim.metric.name) {
      runs[index].metrics.append(claim.metric.name)
    }
  }

  private static let defaults = (dataset: "synthetic", weights: "compact", results: "Results")

  /// The commands, as a shell takes them.
  func commands(results: String) -> [String] {
    runs.map { run in
      let place = run.place
      var words = ["evalkit", "table", place.table, "--pairs", "\(place.pairs)"]
      if place.seed != 0 { words += ["--seed", "\(place.seed)"] }
      if place.dataset != Self.defaults.dataset { words += ["--dataset", place.dataset] }
      if place.weights != Self.defaults.weights { words += ["--weights", place.weights] }
      if results != Self.defaults.results { words += ["--results", results] }
      if let samples = place.samples { words += ["--set", "samples=\(samples)"] }
      words += ["--metrics", run.metrics.joined(separator: ",")]
      for row in run.rows { words += ["--method", "\(row.id)=\(row.method)"] }
      return words.map(Self.quoted).joined(separator: " ")
    }
  }

  /// A word in single quotes where a shell would read more into it.
  private static func quoted(_ word: String) -> String {
    let isPlain = word.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-_.,:=/@+".contains($0))
    }
    return isPlain ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
  }
}
