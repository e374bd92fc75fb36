import Checkpoints
import Essentials
import Graphs
import Images
import Metrics
import Models
import Provenance
import Tables
import Terms

extension Metric {
  /// Cosine of ArcFace embeddings.
  package static let id = Metric("id", "ID", .higher, of: .image, digits: 3, sheetRank: 4)
}

/// Identity similarity by a face recognition network.
package struct IdentitySimilarity: MetricFamily {
  /// Catalogue name of the network.
  package var network = "ir-se50"
  /// From RGB to the network.
  package var preprocessing = Preprocessing.irSE50Crop
  /// Whether faces are found and aligned before that.
  package var aligns = false

  package init() {}

  package static let metrics: [Metric] = [.id]
  package static let metricsOfVectors = metrics
  package static let switches = ["id_impl", "id_pairs"]
  package static let options = [
    MetricOption(
      "id-network", storedAs: "identity", valueName: "network",
      "Identity network", among: FeaturePreprocessing.identity.keys.sorted(),
      default: "the weights' own, else ir-se50"),
    MetricOption(
      "id-preprocess", storedAs: "identityPreprocessing", valueName: "name",
      "Preprocessing for the identity network, for example aligned-112; mtcnn+aligned-112 aligns first",
      default: "as the network was published"),
  ]

  package mutating func read(_ options: MetricOptionValues) throws {
    if let identity = options["id-network"] {
      let known = FeaturePreprocessing.identity
      preprocessing = try choose(identity, as: "identity network", from: known.keys.sorted()) {
        known[$0]
      }
      network = identity
    }
    if let name = options["id-preprocess"] { try readPreprocessing(name) }
  }

  /// Aligning comes first, and gives what the preprocessing of an aligned face asks for.
  private mutating func readPreprocessing(_ text: String) throws {
    let prefix = "mtcnn+"
    aligns = text.hasPrefix(prefix)
    let known = aligns ? [Preprocessing.aligned112, .mobileFaceNet112x96] : Preprocessing.all
    preprocessing = try choose(
      aligns ? String(text.dropFirst(prefix.count)) : text, as: "preprocessing",
      from: known.map(\.name)
    ) { name in known.first { $0.name == name } }
  }

  package mutating func read(_ switches: ProtocolSwitches) throws {
    try switches.require("id_pairs", in: ["gt_pair", "edit_input"])
    switch switches.table.applicableValue(of: "id_impl") {
    case nil, "irse50-crop": break
    case "mobilefacenet-aligned":
      network = "mobilefacenet"
      preprocessing = .mobileFaceNet112x96
    case "curricular-mtcnn":
      network = "ir-101"
      preprocessing = .aligned112
      aligns = true
    case let other?: throw switches.unsupported("id_impl", other)
    }
  }

  package func require(_ metric: Metric, from loader: ModelLoader) throws {
    try loader.require(.id, .identity, network)
    if aligns(in: loader.suite) { _ = try loader.alignerFiles() }
  }

  /// Whether faces are found and aligned with a suite: those of the compact one are drawn in one place, and nothing
  /// finds them.
  private func aligns(in suite: WeightSuite) -> Bool { aligns && !suite.isCompactNetwork(for: .id) }

  package func evaluator(
    of metric: Metric, from loader: ModelLoader
  ) throws -> any MetricEvaluator {
    IdentityEvaluator(
      extractor: try loader.identity(
        network: network, preprocessing: preprocessing, aligns: aligns(in: loader.suite)),
      family: self)
  }
}

/// Whether images show the person of their real ones.
package struct IdentityEvaluator: MetricEvaluator {
  let extractor: FeatureExtractor
  let family: IdentitySimilarity

  /// Joins an extractor and choices.
  package init(extractor: FeatureExtractor, family: IdentitySimilarity = IdentitySimilarity()) {
    self.extractor = extractor
    self.family = family
  }

  package var metrics: [Metric] { [.id] }
  package var inputs: [EvaluatorInput] { [.counterpart] }
  package var loadedNetworks: [LoadedNetwork] { [extractor.network] }
  package func roles(for metric: Metric) -> [WeightRole] { [.id] }

  package func settings(of metric: Metric) -> MetricSettings {
    MetricSettings(settings: ["reduction": "mean"], parts: ["extractor": extractor.fingerprint])
  }

  package func measure(_ group: inout MeasurementGroup) throws {
    let extractor = extractor
    func key(_ image: EvaluationImage) -> String {
      ContentHash.key(extractor.fingerprint, image.content)
    }
    let batch = group.requests(of: self) { (pair, image, batch: inout Batch<EvaluationImage>) in
      guard let real = try? pair.comparable else { return }
      batch.add(real, key: key(real))
      batch.add(image, key: key(image))
    }
    let features = try group.features(of: batch, by: extractor)
    group.update(by: self) { pair, image, found in
      found.scores[.id] = try Identity.cosine(
        try features(try pair.comparable), try features(image))
    }
  }

  private var name: String {
    "\(extractor.network.network.name) (\(extractor.preprocessing.name))"
  }

  package func standIns(for metric: Metric, in suite: WeightSuite) -> [String] {
    suite.isCompact
      ? []
      : standIn(
        "ID", name, for: "\(family.network) (\(family.preprocessing.name))",
        extractor.network.weights)
  }

  package func use(ofSwitch name: String, in run: SwitchUse) -> String? {
    switch name {
    case "id_pairs": return run.table.value(of: name)
    case "id_impl":
      let isUsual =
        extractor.network.network.name == family.network
        && extractor.preprocessing.name == family.preprocessing.name
        && (extractor.aligner != nil) == family.aligns
      return SwitchUse.own(
        name, in: run, if: isUsual, else: extractor.network, extractor.preprocessing)
    default: return nil
    }
  }

  package func steps(_ fingerprints: [Metric: Fingerprint], side: Int) -> [EvaluationStep] {
    [.features(of: extractor, withReferences: true)]
  }

  package func bytes(width: Int, height: Int, share: Int) -> Int {
    (extractor.aligner == nil ? ImageCosts.inputBytesInPixel : FaceAligner.bytesInPixel)
      * width * height
  }
}

extension FaceAligner {
  /// Planes of the image, and the first network's maps at the largest scale of its pyramid.
  fileprivate static let bytesInPixel = 160
}
