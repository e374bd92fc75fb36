import Checkpoints
import Datasets
import Essentials
import Foundation
import Generators
import Images
import Measurement
import Metrics
import Provenance
import Terms

/// The images to score and what they are compared with, matched by id.
package struct ScoreSides {
  /// Every id of either side, sorted by bytes.
  package private(set) var pairs: [Pair] = []
  /// Ids with a real image but none to score.
  let missing: [String]
  /// Ids with an image to score but no real one.
  let surplus: [String]
  /// What the folders hold that is not read, and ids that they spell otherwise.
  private(set) var findings: [DatasetFinding] = []
  /// Statistics of real images from a file, and their origin.
  let statisticsFile: ReferenceStatistics?
  private let options: ScoreOptions
  private let generated: ImageFolder
  private let generatedPaths: [String: String]
  /// For each of the files and folders given beside the images, the ids that it has.
  private let known: [EvaluatorInput: Set<String>]

  /// Lists the folders and joins what is known of each id.
  ///
  /// - Throws: `DatasetError`; ``HarnessError`` if a folder has no images.
  package init(_ options: ScoreOptions) throws {
    self.options = options
    generated = try ImageFolder(directory: options.generated)
    findings = [try Self.finding(generated, lacking: "to score")]
    statisticsFile =
      options.hasStatistics ? try ReferenceStatistics(contentsOf: options.reference) : nil
    let reference =
      options.hasStatistics || options.reference.isEmpty
      ? nil : try ImageFolder(directory: options.reference)
    if let reference { findings.append(try Self.finding(reference, lacking: "to compare with")) }
    let companions = try Companions(options)
    findings += companions.masks.map { [.unread($0.unread)] } ?? []
    known = companions.known

    let order = Order(
      paired: Set((reference ?? generated).paths.keys).intersection(generated.paths.keys),
      known: Array(known.values))
    generatedPaths = order.first(options.limit, of: generated.paths)
    let real = order.first(options.limit, of: reference?.paths ?? [:])
    let match = IDMatch(wanted: real.keys, found: generatedPaths.keys)
    (missing, surplus) = real.isEmpty ? ([], []) : (match.missing, match.surplus)

    if !real.isEmpty { findings.append(match.spelling(of: "images to score are named")) }
    pairs = Set(real.keys).union(generatedPaths.keys).sortedByBytes().map { id in
      var pair = companions.pair(id, imagePath: real[id])
      if options.grouping == .prefix { pair.group = ScoreGrouping.prefix(of: id) }
      return pair
    }
  }

  /// What is known of images beside their pixels, by id.
  private struct Companions {
    let masks: ImageFolder?
    let captions: [String: String]?
    let edits: [String: Edits.Texts]?

    /// Reads the files and folders that are named.
    init(_ options: ScoreOptions) throws {
      masks = try options.masks.map { try ImageFolder(directory: $0) }
      captions = try options.captions.map { try Captions(contentsOf: $0).texts }
      edits = try options.edits.map { try Edits(contentsOf: $0).texts }
    }

    /// For each of the files and folders, the ids that it has.
    var known: [EvaluatorInput: Set<String>] {
      var known: [EvaluatorInput: Set<String>] = [:]
      known[.labelMap] = masks.map { Set($0.paths.keys) }
      known[.caption] = captions.map { Set($0.keys) }
      known[.edit] = edits.map { Set($0.keys) }
      return known
    }

    /// A pair with everything that is known of its id.
    func pair(_ id: String, imagePath: String?) -> Pair {
      var pair = Pair(
        id: id, imagePath: imagePath, maskPath: masks?.paths[id], text: captions?[id])
      pair.sourceText = edits?[id]?.source
      pair.targetText = edits?[id]?.target
      return pair
    }
  }

  /// What a folder holds beside images.
  ///
  /// - Throws: ``HarnessError`` of kind `invalid` if it holds nothing else.
  private static func finding(
    _ folder: ImageFolder, lacking purpose: String
  ) throws -> DatasetFinding {
    guard folder.paths.isEmpty else { return .unread(folder.unread) }
    throw HarnessError(
      .invalid,
      "\(folder.unread.place) has no images \(purpose)"
        + (folder.unread.isEmpty ? "" : "; \(folder.unread)"))
  }

  /// Which ids come first where not all are taken.
  private struct Order {
    /// Ids that both sides have.
    let paired: Set<String>
    /// The ids that each other file has.
    let known: [Set<String>]

    /// The first images of a side: of the ids on both sides, those that every file has come first.
    func first(_ limit: Int?, of paths: [String: String]) -> [String: String] {
      guard let limit, limit < paths.count else { return paths }
      let ids = paths.keys.sortedByBytes()
      let ranks = ids.map { id in
        (paired.contains(id) ? 0 : known.count + 1) + known.count { !$0.contains(id) }
      }
      let order = ids.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
      let taken = Set(order.prefix(limit).map { ids[$0] })
      return paths.filter { taken.contains($0.key) }
    }
  }

  /// Statistics of real images from a file.
  var statistics: FeatureStatistics? { statisticsFile?.statistics }

  /// Whether there are real images.
  package var hasReference: Bool { !options.reference.isEmpty && statistics == nil }

  /// How long the images to score took, where receipts record it.
  var times: [String: GenerationTime] { GenerationTime.receipts(of: generated) }

  /// The images to score; without one, a run that compares images of one id has a failure, and a set has
  /// one image less.
  package func method(named name: String, _ plan: MetricPlan) -> EvaluatedMethod {
    let (paths, folder) = (generatedPaths, options.generated)
    let isPairwise = plan.evaluators.contains(where: \.isPairwise)
    let unread = generated.unread
    return EvaluatedMethod(name: name) { pair in
      guard let path = paths[pair.id] else {
        guard isPairwise else { return nil }
        throw ImageFailure(
          state: .missing,
          reason: "\(folder) has no image of '\(pair.id)'\(unread.hint(for: pair.id))")
      }
      return ImageSource(file: path)
    }
  }
}

// MARK: What cannot be measured

extension ScoreSides {
  /// What of a plan can be measured with the files that were given.
  ///
  /// - Throws: ``HarnessError`` if that is nothing: of kind `usage` where an option is all that is missing,
  ///   else of kind `invalid`.
  package func plan(_ plan: MetricPlan) throws -> MetricPlan {
    var kinds: Set<HarnessError.Kind> = plan.unavailable.isEmpty ? [] : [.invalid]
    let possible = plan.leavingOut { metric, evaluator in
      let unavailability = evaluator.inputs.lazy.compactMap { self.unavailability($0, of: metric) }
        .first
      if let unavailability { kinds.insert(unavailability.kind) }
      return unavailability?.description
    }
    guard possible.measured.isEmpty else { return possible }
    throw HarnessError(
      kinds == [.usage] ? .usage : .invalid,
      "nothing can be measured: " + possible.unmeasured.byReason.joined(separator: "; "))
  }

  /// Why there is nothing that a metric could read; nil where there is.
  private func unavailability(_ input: EvaluatorInput, of metric: Metric) -> HarnessError? {
    switch input {
    case .realImages, .counterpart:
      if statistics != nil {
        if FrechetDistances.ofStatistics.contains(metric) { return nil }
        return HarnessError(
          .usage,
          "the statistics \(options.reference) hold no images; only fid and fid-infinity can use them"
        )
      }
      if options.reference.isEmpty { return needs("--reference, a folder of real images") }
      if input == .realImages || pairs.contains(where: { isComplete($0, input) }) { return nil }
      return HarnessError(
        .invalid,
        "no id occurs in both folders: \(options.reference) has '\(missing.first ?? "")', "
          + "\(options.generated) has '\(surplus.first ?? "")'")
    case .labelMap: return unavailability(input, "--masks", options.masks, "a folder of label maps")
    case .caption:
      return unavailability(input, "--captions", options.captions, "a file of captions")
    case .edit: return unavailability(input, "--edits", options.edits, "a file of texts")
    }
  }

  private func unavailability(
    _ input: EvaluatorInput, _ option: String, _ path: String?, _ kind: String
  ) -> HarnessError? {
    guard let path else { return needs("\(option), \(kind)") }
    if pairs.contains(where: { isComplete($0, input) }) { return nil }
    return HarnessError(
      .invalid,
      "\(option) \(path) names none of the images: it has "
        + "'\(known[input]?.min(by: Identifier.precedes) ?? "")', \(options.generated) has "
        + "'\(generatedPaths.keys.min(by: Identifier.precedes) ?? "")'")
  }

  private func needs(_ what: String) -> HarnessError { HarnessError(.usage, "needs \(what)") }

  /// Whether a pair has an image to score and what an evaluator reads beside it.
  private func isComplete(_ pair: Pair, _ input: EvaluatorInput) -> Bool {
    generatedPaths[pair.id] != nil && input.isPresent(in: pair)
  }
}

extension ScoreOptions {
  /// Whether the real images are given by their statistics.
  fileprivate var hasStatistics: Bool { reference.hasSuffix(".npz") }
}
