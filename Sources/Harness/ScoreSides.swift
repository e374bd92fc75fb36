import Checkpoints
import Datasets
import Essentials
import Foundation
import Generators
import Images
import Metrics

/// The two folders, matched by id.
struct ScoreSides {
  /// Every id of either side, sorted by bytes.
  var pairs: [Pair] = []
  /// Ids with a real image but none to score.
  var missing: [String] = []
  /// Ids with an image to score but no real one.
  var surplus: [String] = []
  /// What the folders hold that is not read, and ids that they spell otherwise.
  private(set) var findings: [DatasetFinding] = []
  /// Statistics of real images from a file.
  var statistics: FeatureStatistics?
  private var generatedPaths: [String: String]
  private let generated: ImageFolder
  private let generatedFolder: String
  private let isPairwise: Bool

  /// Metrics that need no real image.
  private static let alone: [MetricIdentifier] = [.clip, .lpipsDiversity, .time]

  /// Lists the folders and joins what is known of each id.
  ///
  /// - Throws: `DatasetError`; ``HarnessError`` if there is nothing to compare.
  init(_ options: ScoreOptions, isPairwise: Bool) throws {
    self.isPairwise = isPairwise
    generated = try ImageFolder(directory: options.generated)
    generatedPaths = Self.limited(generated.paths, options.limit)
    generatedFolder = options.generated
    try note(generated, lacking: "to score")
    guard !options.reference.isEmpty else {
      if let metric = options.request.metrics.first(where: { !Self.alone.contains($0) }) {
        throw HarnessError(.usage, "\(metric.rawValue) needs --reference, a folder of real images")
      }
      pairs = generatedPaths.keys.sortedByBytes().map { Pair(id: $0) }
      try annotate(options)
      return
    }
    if options.reference.hasSuffix(".npz") {
      let others = options.request.metrics.filter { $0 != .fid && $0 != .fidInfinity }
      if let other = others.first {
        throw HarnessError(
          .usage,
          "statistics (\(options.reference)) have no images for \(other.rawValue); only fid and "
            + "fid-infinity can use them")
      }
      statistics = try Self.statistics(options.reference)
      pairs = generatedPaths.keys.sortedByBytes().map { Pair(id: $0) }
      return
    }
    let reference = try ImageFolder(directory: options.reference)
    let referencePaths = Self.limited(reference.paths, options.limit)
    try note(reference, lacking: "to compare with")
    let match = IDMatch(wanted: referencePaths.keys, found: generatedPaths.keys)
    (missing, surplus) = (match.missing, match.surplus)
    findings.append(match.spelling(of: "images to score are named"))
    if isPairwise && match.paired.isEmpty {
      throw HarnessError(
        .invalid,
        "no id occurs in both folders: \(options.reference) has "
          + "'\(missing.first ?? "")', \(options.generated) has '\(surplus.first ?? "")'")
    }
    let masks = try options.masks.map { try ImageFolder(directory: $0) }
    findings += masks.map { [.unread($0.unread)] } ?? []
    pairs = Set(referencePaths.keys).union(generatedPaths.keys).sortedByBytes().map {
      var pair = Pair(id: $0)
      pair.imagePath = referencePaths[$0]
      pair.maskPath = masks?.paths[$0]
      return pair
    }
    try annotate(options)
  }

  /// Notes what a folder holds beside images.
  ///
  /// - Throws: ``HarnessError`` of kind `invalid` if it holds nothing else.
  private mutating func note(_ folder: ImageFolder, lacking purpose: String) throws {
    findings.append(.unread(folder.unread))
    guard folder.paths.isEmpty else { return }
    throw HarnessError(
      .invalid,
      "\(folder.unread.place) has no images \(purpose)"
        + (folder.unread.isEmpty ? "" : "; \(folder.unread)"))
  }

  /// Adds captions, edits and groups.
  private mutating func annotate(_ options: ScoreOptions) throws {
    let captions = try options.captions.map { try Captions(contentsOf: $0).texts }
    let edits = try options.edits.map { try Edits(contentsOf: $0).texts }
    for index in pairs.indices {
      let id = pairs[index].id
      pairs[index].text = captions?[id]
      pairs[index].sourceText = edits?[id]?.source
      pairs[index].targetText = edits?[id]?.target
      if options.grouping == .prefix { pairs[index].group = ScoreGrouping.prefix(of: id) }
    }
    try Self.require(options.captions, "--captions", captions.map { $0.keys }, pairs)
    try Self.require(options.edits, "--edits", edits.map { $0.keys }, pairs)
  }

  /// A file that names none of the images is the wrong file.
  private static func require(
    _ path: String?, _ option: String, _ ids: (some Sequence<String>)?, _ pairs: [Pair]
  ) throws {
    guard let path, let ids else { return }
    let named = Array(ids)
    let match = IDMatch(wanted: pairs.map(\.id), found: named)
    guard match.paired.isEmpty else { return }
    throw HarnessError(
      .invalid,
      "\(option) \(path) names none of the images: it has '\(named.min() ?? "")', the folders have "
        + "'\(match.missing.first ?? "")'")
  }

  private static func limited(_ paths: [String: String], _ limit: Int?) -> [String: String] {
    guard let limit else { return paths }
    let ids = paths.keys.sortedByBytes().prefix(limit)
    return paths.filter { ids.contains($0.key) }
  }

  /// Statistics of real images from a file in the form of pytorch-fid.
  static func statistics(_ path: String) throws -> FeatureStatistics {
    let file = try NPZFile.read(path)
    let mean = try file.tensor(named: "mu").doubles()
    let covariance = try file.tensor(named: "sigma").doubles()
    return try FeatureStatistics(count: nil, mean: mean, covariance: covariance)
  }

  /// How long the images to score took, as far as receipts tell.
  var times: [String: GenerationTime] { GenerationTime.receipts(of: generated) }

  /// The images to score; without one, a pairwise run has a failure and a set has one image less.
  func candidate(named name: String) -> Candidate {
    let (paths, folder, isPairwise) = (generatedPaths, generatedFolder, isPairwise)
    let unread = generated.unread
    return Candidate(name: name) { pair in
      guard let path = paths[pair.id] else {
        guard isPairwise else { return nil }
        throw ImageFailure(
          state: "missing",
          reason: "\(folder) has no image of '\(pair.id)'\(unread.hint(for: pair.id))")
      }
      return ImageSource(file: path)
    }
  }
}
