import Checkpoints
import Essentials
import Graphs
import Images
import Metrics
import Models
import Provenance
import Store
import Tables
import Terms

extension Metric {
  /// CLIP's score of an image beside its caption.
  package static let clip = Metric("clip", "CLIP", .higher, of: .image, digits: 2)
  /// Directional CLIP similarity of an edit.
  package static let clipDirectional = Metric(
    "clip-directional", "S_dir", .higher, of: .image, digits: 3)
  /// How often an image is the first that its guidance finds.
  package static let retrieval = Metric(
    "retrieval", "Retrieval top-1", .higher, of: .set, digits: 3)
}

extension Intermediate {
  /// CLIP's embedding of what an image was made for.
  package static let guidance = Intermediate("guidance")
}

/// The metrics that hold an image's embedding by CLIP against its own texts or real image.
package struct CLIPScores: MetricFamily {
  /// What an image was made for.
  package enum Guidance: String, CaseIterable, Codable, Sendable {
    /// Its caption.
    case text
    /// The real image of the same id.
    case image
  }

  /// The towers of each metric.
  package var towers: [Metric: CLIPTower] = [
    .clip: CLIPTower(network: "clip-vit-b32"),
    .clipDirectional: CLIPTower(network: "clip-vit-b16", preprocessing: .tensor),
    .retrieval: CLIPTower(network: "clip-rn50x16"),
  ]
  /// Definition of the metric `clip`.
  package var score = CLIPScore.cosine
  /// What generated images were made for.
  package var guidance = Guidance.text
  /// How the metric `retrieval` ranks.
  package var ranking = RetrievalAccuracy()
  /// The sentences that texts of edits are put into.
  package var templates = PromptTemplates.imageNet

  package init() {}

  package static let metrics: [Metric] = [.clip, .clipDirectional, .retrieval]
  package static let switches = CLIPTower.switches + ["guidance"]
  package static let reductions: [any SetReduction.Type] = [
    CaptionReduction.self, RetrievalReduction.self,
  ]
  package static let options =
    CLIPTower.options + [
      MetricOption(
        "clip-variant", storedAs: "clipScore", valueName: "variant", "Definition of clip",
        of: CLIPScore.self, default: .cosine),
      MetricOption(
        "retrieval-guidance", storedAs: "guidance", valueName: "kind",
        "Guidance that retrieval ranks by", of: Guidance.self, default: .text),
      MetricOption(
        "retrieval-ties", storedAs: "ties", valueName: "rule", "Ties in retrieval",
        of: RetrievalAccuracy.Ties.self, default: RetrievalAccuracy().ties),
      MetricOption(
        "retrieval-negatives", storedAs: "negatives",
        "Real images that retrieval ranks an image among",
        in: .negatives, default: "\(RetrievalAccuracy().negatives)"),
    ]

  package mutating func read(_ options: MetricOptionValues) throws {
    for metric in Self.metrics { try towers[metric]?.read(options) }
    score = try options.choice("clip-variant", as: "CLIP score") ?? score
    guidance = try options.choice("retrieval-guidance", as: "guidance") ?? guidance
    ranking.ties = try options.choice("retrieval-ties", as: "rule for ties") ?? ranking.ties
    ranking.negatives = try options.number("retrieval-negatives") ?? ranking.negatives
    ranking.seed = options.seed
  }

  package mutating func read(_ switches: ProtocolSwitches) throws {
    for metric in Self.metrics { try towers[metric]?.read(switches, for: metric) }
    guard switches.metrics.contains(where: CLIPTower.metrics.contains) else { return }
    guidance = try switches.value("guidance", Guidance.init(rawValue:)) ?? guidance
  }

  package func require(_ metric: Metric, from loader: ModelLoader) throws {
    try loader.require(Self.role(of: metric), .clip, tower(of: metric).network)
  }

  /// The towers of a metric.
  func tower(of metric: Metric) -> CLIPTower {
    towers[metric] ?? CLIPTower(network: "clip-vit-b32")
  }

  /// The job of a metric's towers in a suite of weights.
  static func role(of metric: Metric) -> WeightRole { WeightRole(rawValue: metric.name) ?? .clip }

  package func evaluator(
    of metric: Metric, from loader: ModelLoader
  ) throws -> any MetricEvaluator {
    // The code that defines one form of the score cuts its captions.
    let isCut = metric == .clip && score == .hessel
    let towers = try tower(of: metric).load(
      Self.role(of: metric), isReadingTexts: metric != .retrieval || guidance == .text,
      isTruncating: isCut ? true : nil, from: loader)
    return evaluator(of: metric, image: towers.image, text: towers.text)
  }

  /// What measures a metric with towers that are loaded.
  package func evaluator(
    of metric: Metric, image: FeatureExtractor, text: TextExtractor?
  ) -> any MetricEvaluator {
    switch metric {
    case .clipDirectional: DirectionEvaluator(image: image, text: text, family: self)
    case .retrieval: RetrievalEvaluator(image: image, text: text, family: self)
    default: CaptionEvaluator(image: image, text: text, family: self)
    }
  }

  package func reduction(of metric: Metric) -> any SetReduction {
    switch metric {
    case .clip: CaptionReduction(score: score)
    case .retrieval: RetrievalReduction(ranking: ranking, guidance: guidance)
    default: MeanReduction()
    }
  }
}

/// What the evaluators of CLIP's scores have in common.
protocol CLIPEvaluator: MetricEvaluator {
  /// The metric that it serves.
  static var metric: Metric { get }
  /// The image tower.
  var image: FeatureExtractor { get }
  /// The text tower; nil where no text is read.
  var text: TextExtractor? { get }
  /// The choices.
  var family: CLIPScores { get }
  /// Whether the real images' embeddings are wanted too.
  var readsReferences: Bool { get }
  /// What can move the metric, apart from the towers.
  var ownSettings: [String: String?] { get }
}

extension CLIPEvaluator {
  var metrics: [Metric] { [Self.metric] }
  var loadedNetworks: [LoadedNetwork] {
    [image.network] + (text.map { [$0.network] } ?? [])
  }
  func roles(for metric: Metric) -> [WeightRole] { [CLIPScores.role(of: metric)] }

  func settings(of metric: Metric) -> MetricSettings {
    var parts = ["image": image.fingerprint]
    parts["text"] = text?.fingerprint
    return MetricSettings(settings: ownSettings, parts: parts)
  }

  func reduction(of metric: Metric) -> any SetReduction { family.reduction(of: metric) }

  func standIns(for metric: Metric, in suite: WeightSuite) -> [String] {
    suite.isCompact
      ? []
      : standIn(
        metric.title, image.network.network.name, for: family.tower(of: metric).network,
        image.network.weights)
  }

  func use(ofSwitch name: String, in run: SwitchUse) -> String? {
    CLIPTower.use(ofSwitch: name, by: image)
  }

  func steps(_ fingerprints: [Metric: Fingerprint], side: Int) -> [EvaluationStep] {
    [.features(of: image, withReferences: readsReferences)]
  }
}

/// Whether images fit their captions.
struct CaptionEvaluator: CLIPEvaluator {
  static let metric = Metric.clip
  let image: FeatureExtractor
  let text: TextExtractor?
  let family: CLIPScores

  var inputs: [EvaluatorInput] { [.caption] }
  var readsReferences: Bool { false }
  var ownSettings: [String: String?] {
    [
      "variant": family.score.rawValue, "prefix": family.score.captionPrefix, "reduction": "mean",
    ]
  }

  func measure(_ group: inout MeasurementGroup) throws {
    let score = family.score
    let images = try group.features(by: image, for: self, withReferences: false)
    let texts = try group.embeddings(by: text) { pair in
      (try? pair.caption()).map { [score.captionPrefix + $0] } ?? []
    }
    group.update(by: self) { pair, image, found in
      let embedding = try images(image)
      let caption = try texts(score.captionPrefix + pair.pair.caption())
      found.scores[.clip] = try score.score(image: embedding, caption: caption)
    }
  }
}

/// Whether edits moved images as their texts say.
struct DirectionEvaluator: CLIPEvaluator {
  static let metric = Metric.clipDirectional
  let image: FeatureExtractor
  let text: TextExtractor?
  let family: CLIPScores

  var inputs: [EvaluatorInput] { [.counterpart, .edit] }
  var readsReferences: Bool { true }
  var ownSettings: [String: String?] {
    ["templates": family.templates.name, "reduction": "mean"]
  }

  func measure(_ group: inout MeasurementGroup) throws {
    let templates = family.templates
    let images = try group.features(by: image, for: self, withReferences: true)
    let texts = try group.embeddings(by: text) { pair in
      (try? pair.edit()).map { [$0, $1].flatMap(templates.filled) } ?? []
    }
    group.updateReferences { image, _ in _ = try images(image) }
    group.update(by: self) { pair, image, found in
      let embedding = try images(image)
      let (source, target) = try pair.pair.edit()
      let direction = try CLIPTextDirection(
        source: templates.filled(with: source).map(texts),
        target: templates.filled(with: target).map(texts))
      found.scores[.clipDirectional] = try CLIPDirectionalSimilarity.score(
        source: try images(try pair.comparable), edited: embedding, along: direction)
    }
  }
}

/// How images rank among real ones for their guidance.
struct RetrievalEvaluator: CLIPEvaluator {
  static let metric = Metric.retrieval
  let image: FeatureExtractor
  let text: TextExtractor?
  let family: CLIPScores

  var inputs: [EvaluatorInput] {
    family.guidance == .text ? [.realImages, .caption] : [.counterpart]
  }
  var readsReferences: Bool { true }
  var ownSettings: [String: String?] {
    let ranking = family.ranking
    return [
      "guidance": family.guidance.rawValue, "negatives": "\(ranking.negatives)",
      "ties": ranking.ties.rawValue, "draw": "per-query,splitmix64,seed=\(ranking.seed)",
    ]
  }

  func use(ofSwitch name: String, in run: SwitchUse) -> String? {
    name == "guidance"
      ? family.guidance.rawValue : CLIPTower.use(ofSwitch: name, by: image)
  }

  func measure(_ group: inout MeasurementGroup) throws {
    let guidance = family.guidance
    let images = try group.features(by: image, for: self, withReferences: true)
    let texts = try group.embeddings(by: text) { pair in
      guidance == .text ? (try? pair.caption()).map { [$0] } ?? [] : []
    }
    group.updateReferences { $1.vectors[.embedding(of: .retrieval)] = try images($0) }
    group.update(by: self) { pair, image, found in
      found.vectors[.embedding(of: .retrieval)] = try images(image)
      found.vectors[.guidance] =
        switch guidance {
        case .text: try texts(try pair.pair.caption())
        case .image: try images(try pair.comparable)
        }
    }
  }
}

// MARK: Scores of sets

/// The mean score of captions.
struct CaptionReduction: SetReduction {
  static let identifier = "captions"

  /// Definition of the score.
  var score: CLIPScore

  private enum CodingKeys: String, CodingKey { case score = "_0" }

  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    var outcome = set.mean(of: set.images.compactMap { $0.scores[metric] }, score.mean)
    outcome.references = nil
    outcome.details = ["variant": score.rawValue]
    return outcome
  }
}

/// Accuracy of retrieval over a set.
struct RetrievalReduction: SetReduction {
  static let identifier = "retrieval"

  /// How images are ranked.
  var ranking: RetrievalAccuracy
  /// What images were made for.
  var guidance: CLIPScores.Guidance

  private enum CodingKeys: String, CodingKey {
    case ranking = "_0"
    case guidance = "_1"
  }

  var comparison: SetComparison { .standardErrors }

  func inputs(of metric: Metric, _ fingerprint: Fingerprint) throws -> [SetInput] {
    let image = try fingerprint.part("image", of: metric)
    let text = guidance == .text ? try fingerprint.part("text", of: metric) : nil
    let isPairwise = guidance == .image
    let query = SetInput(
      intermediate: .guidance, payload: .vector, isOfReferences: false, isPairwise: isPairwise
    ) { _, pair in
      guard let text else { return pair.reference.map { ContentHash.key(image, $0) } }
      return pair.caption.map { TextExtractor.key(text, $0) }
    }
    return [.vector(.embedding(of: .retrieval), image, isPairwise: isPairwise), query]
  }

  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    let pool = set.realImages.map { $0?.vectors[.embedding(of: .retrieval)] }
    var outcome = SetOutcome()
    let ranks: [Int]
    do { ranks = try self.ranks(set, among: pool) } catch {
      outcome.reason = "\(error)"
      return outcome
    }
    outcome.count = ranks.count
    outcome.references = pool.count { $0 != nil }
    for cutoff in RetrievalAccuracy.usualCutoffs {
      guard let found = RetrievalAccuracy.accuracy(ofRanks: ranks, at: cutoff) else { continue }
      outcome.details["top-\(cutoff)"] = "\(found.share)"
      outcome.details["top-\(cutoff) standard error"] = "\(found.standardError)"
    }
    let first = RetrievalAccuracy.accuracy(ofRanks: ranks, at: 1)
    outcome.value = first?.share
    outcome.error = first?.standardError
    return outcome
  }

  private func ranks(_ set: MeasuredSet, among pool: [[Float]?]) throws -> [Int] {
    try set.pairs.enumerated().compactMap { number, pair in
      guard let image = pair.images[set.row]?.value, let query = image.vectors[.guidance],
        let generated = image.vectors[.embedding(of: .retrieval)]
      else { return nil }
      // The real image of the same id may be what the image was made for.
      let own = set.owner(of: number)
      let others = pool.enumerated().compactMap { $0.offset == own ? nil : $0.element }
      return try ranking.rank(of: generated, for: query, number: number, among: others)
    }
  }
}
