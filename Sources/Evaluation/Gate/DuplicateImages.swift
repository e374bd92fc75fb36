import Measurement
import Metrics
import Store
import Tensors
import Terms

/// Images of a row that are, or nearly are, another image of the row or the real image of another pair.
///
/// Such images make distances between sets too good.
struct DuplicateImages {
  /// An image and what it is, by ids.
  struct Match {
    let image: String
    let other: String
  }

  /// Images whose pixels another image of the row has too.
  let repeated: [Match]
  /// Images that are a real image to the last pixel, their own pair's or another's.
  let copied: [Match]
  /// Nil where no features are cached, or where there are too few real images to decide what is near.
  let near: (repeated: [Match], copied: [Match])?

  /// Looks for them among a row's scored images.
  init(_ side: StoredMethod) {
    let ids = side.contents.keys.sorted()
    let byContent = Dictionary(grouping: ids) { side.contents[$0] ?? "" }
    repeated = ids.compactMap { id in
      let same = byContent[side.contents[id] ?? ""] ?? []
      return same.first { $0 != id }.map { Match(image: id, other: $0) }
    }
    let real = Dictionary(
      side.pairs.compactMap { pair in pair.referenceHash.map { ($0, pair.imageID) } },
      uniquingKeysWith: { first, _ in first })
    copied = ids.compactMap { id in
      side.contents[id].flatMap { real[$0] }.map { Match(image: id, other: $0) }
    }
    near = Self.near(side)
  }

  private static func near(_ side: StoredMethod) -> (repeated: [Match], copied: [Match])? {
    for metric in MetricRegistry.metrics
    where metric.comparesSets && side.score(metric)?.value != nil {
      // What is no longer cached, or cannot be compared, is left out here.
      guard
        let results = try? CachedResults(side, of: metric, among: side.scoredImages),
        let (real, made) = try? results.vectors()
      else { continue }
      var ids: [String] = []
      var entries: [NearDuplicates.Entry] = []
      for (index, pair) in side.pairs.enumerated() {
        guard let one = made[index], let other = real[index], let own = pair.referenceHash,
          let content = side.contents[pair.imageID]
        else { continue }
        ids.append(pair.imageID)
        entries.append(
          NearDuplicates.Entry(made: one, madeContent: content, real: other, realContent: own))
      }
      guard let found = try? NearDuplicates(entries, workers: side.workers) else { continue }
      func matches(_ found: [NearDuplicates.Match]) -> [Match] {
        found.map { Match(image: ids[$0.image], other: ids[$0.other]) }
      }
      return (matches(found.repeated), matches(found.copied))
    }
    return nil
  }
}

extension DuplicateImages {
  /// One way in which images are double.
  enum Kind: String, CaseIterable {
    case repeated = "repeated images"
    case copied = "copied images"
    case nearlyRepeated = "nearly repeated images"
    case nearlyCopied = "nearly copied images"

    /// What so many images are.
    func words(_ count: Int) -> String {
      let images = count == 1 ? "image" : "images"
      let (have, are) = count == 1 ? ("has", "is") : ("have", "are")
      return switch self {
      case .repeated: "\(count) \(images) \(have) the same pixels as another"
      case .copied: "\(count) \(images) \(are) real to the last pixel"
      case .nearlyRepeated: "\(count) \(images) nearly \(are) another one"
      case .nearlyCopied: "\(count) \(images) nearly \(are) the real image of another pair"
      }
    }
  }

  /// The images of a kind; nil where it is unknown.
  subscript(kind: Kind) -> [Match]? {
    switch kind {
    case .repeated: repeated
    case .copied: copied
    case .nearlyRepeated: near?.repeated
    case .nearlyCopied: near?.copied
    }
  }

  /// How many images of a kind there are, and a few of them, in words.
  func finding(_ kind: Kind) -> String {
    let matches = self[kind] ?? []
    let named = matches.prefix(3).map { "\($0.image) like \($0.other)" }
    let rest = matches.count > named.count ? ", …" : ""
    return kind.words(matches.count) + " (\(named.joined(separator: ", "))\(rest))"
  }
}

extension BaselineDocument.Method {
  /// How many images of a kind the baseline had; nil where it does not record it.
  subscript(kind: DuplicateImages.Kind) -> Int? {
    switch kind {
    case .repeated: repeated
    case .copied: copied
    case .nearlyRepeated: nearlyRepeated
    case .nearlyCopied: nearlyCopied
    }
  }
}
