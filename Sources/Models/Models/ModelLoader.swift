import Checkpoints
import Essentials
import Foundation
import Graphs
import Images
import Kernels
import Metrics
import Networks
import Provenance
import Tensors

/// Why a column is not measured; the sentence stands in the report.
package struct UnavailableMetric: Error, Equatable, CustomStringConvertible {
  /// A sentence without its full stop.
  package let description: String

  /// Says why.
  package init(_ description: String) { self.description = description }

  /// A file that is not there.
  init(needs file: String, for purpose: String, in directory: String) {
    guard let network = CompactWeights.network(of: file) else {
      self.init("needs \(file) for \(purpose), which is not in \(directory)")
      return
    }
    self.init(
      "needs \(file) for \(purpose), which is not part of the program; `evalkit train \(network)` makes it, and a "
        + "manifest can name it")
  }
}

/// Makes the networks of a weight suite ready.
package struct ModelLoader: Sendable {
  /// Where the files come from.
  package let suite: WeightSuite
  /// Which algorithms convolutions may use.
  package let arithmetic: Arithmetic
  private let checkpoints = CheckpointCache()

  /// Works from one suite.
  ///
  /// - Parameters:
  ///   - suite: where the files come from.
  ///   - isExact: whether convolutions are plain sums, without Winograd's algorithm.
  package init(_ suite: WeightSuite, isExact: Bool = false) {
    self.suite = suite
    arithmetic = isExact ? .exact : .fast
  }

  // MARK: Instruments

  /// The feature extractor of FID in one of its input pipelines, unless the suite names another; without a
  /// tap it takes the suite's, or else 2048, or an ONNX model's main result.
  ///
  /// - Throws: ``UnavailableMetric`` if weights are missing; other errors if they are unusable.
  package func fidExtractor(_ preprocessing: Preprocessing, tap: String? = nil) throws
    -> FeatureExtractor
  {
    let choice = suite.roles[.fid] ?? RoleChoice()
    let (network, found) = try load(
      choice, role: .fid, as: .fid, default: "inception-fid", tap: tap ?? choice.tap)
    return FeatureExtractor(
      network: network, tap: found ?? "2048",
      preprocessing: try choice.namedPreprocessing ?? preprocessing)
  }

  /// The identity network; the suite may name another than the default.
  ///
  /// - Parameters:
  ///   - name: in the network catalogue.
  ///   - preprocessing: from RGB to the network's input.
  ///   - aligns: whether faces are found and brought to ArcFace's template first.
  /// - Returns: what embeds a face.
  /// - Throws: ``UnavailableMetric`` if weights are missing; other errors if they are unusable.
  package func identity(
    network name: String, preprocessing: Preprocessing, aligns: Bool = false
  ) throws -> FeatureExtractor {
    let choice = suite.roles[.id] ?? RoleChoice()
    let (network, tap) = try load(
      choice, role: .id, as: .identity, default: name, tap: choice.tap)
    return FeatureExtractor(
      network: network, tap: tap ?? Graph.mainOutput,
      preprocessing: try choice.namedPreprocessing ?? preprocessing,
      aligner: aligns ? try aligner() : nil)
  }

  private func aligner() throws -> FaceAligner { try FaceAligner(files: try alignerFiles()) }

  /// The files of the network that finds faces.
  ///
  /// - Throws: ``UnavailableMetric`` for the first that is missing.
  package func alignerFiles() throws -> [MTCNN.Part: String] {
    var files: [MTCNN.Part: String] = [:]
    for part in MTCNN.Part.allCases {
      let published = WeightCatalogue.files(for: "mtcnn").first {
        $0.fileName.hasPrefix(part.rawValue)
      }
      guard let published, let path = WeightCatalogue.path(of: published, in: suite.directory)
      else {
        throw UnavailableMetric(
          needs: published?.fileName ?? part.rawValue, for: "aligning faces for 'id'",
          in: suite.directory)
      }
      files[part] = path
    }
    return files
  }

  /// The face parser; the suite may name another than the default.
  ///
  /// - Throws: ``UnavailableMetric`` if weights are missing; other errors if they are unusable.
  package func parser(network name: String, preprocessing: Preprocessing) throws -> FaceParser {
    let choice = suite.roles[.parser] ?? RoleChoice()
    let (network, _) = try load(choice, role: .parser, as: .parser, default: name, tap: nil)
    let order = try choice.classes.map(LabelOrder.known)
    let fallback: LabelOrder = network.network.name == "bisenet" ? .biSeNet : .celebAMaskHQ
    return try FaceParser(
      network: network, preprocessing: try choice.namedPreprocessing ?? preprocessing,
      order: order ?? fallback)
  }

  /// One of CLIP's models; the suite may name another than the default.
  ///
  /// Beside an ONNX model as image tower, texts are read by the text tower of the suite's `network` from the
  /// suite's `file`.
  ///
  /// - Parameters:
  ///   - role: what it is for.
  ///   - name: catalogue name of its image tower.
  ///   - preprocessing: from RGB to the image tower; nil takes what CLIP was published with.
  ///   - isReadingTexts: whether the text tower is wanted too.
  ///   - isTruncating: whether texts that are too long are cut.
  /// - Returns: both towers.
  /// - Throws: ``UnavailableMetric`` if weights are missing; other errors if they are unusable.
  package func clip(
    _ role: WeightRole, network name: String, preprocessing: CLIPPreprocessing,
    isReadingTexts: Bool, isTruncating: Bool
  ) throws -> (image: FeatureExtractor, text: TextExtractor?) {
    let choice = suite.roles[role] ?? RoleChoice()
    let (image, tap) = try load(choice, role: role, as: .clip, default: name, tap: choice.tap)
    let extractor = FeatureExtractor(
      network: image, tap: tap ?? Graph.mainOutput,
      preprocessing: try choice.namedPreprocessing
        ?? preprocessing.steps(size: image.network.inputShape.last ?? 224))
    guard isReadingTexts else { return (extractor, nil) }
    let tower = CLIPModels.textTower(
      beside: choice.onnx == nil ? image.network.name : choice.network ?? "")
    guard let tower else {
      let remedy =
        choice.onnx == nil
        ? ""
        : "; name the CLIP model whose texts it goes with as its network, and that model's file"
      throw UnavailableMetric(
        "'\(role.rawValue)' reads texts, but \(image.network.name) has no text tower here"
          + remedy)
    }
    let path =
      choice.onnx == nil
      ? image.weights.path : try file(choice.file, of: choice.network ?? "", as: .clip, for: role)
    let text = try checkpoints.network(
      tower, checkpoint: path, root: choice.root, arithmetic: arithmetic)
    return (
      extractor,
      try TextExtractor(
        network: text, vocabulary: try checkpoints.opened(path, choice.root).vocabulary,
        isTruncating: isTruncating)
    )
  }

  /// LPIPS with the trunk of a role.
  ///
  /// - Throws: ``UnavailableMetric`` if weights are missing; other errors if they are unusable.
  package func perceptual(_ role: WeightRole) throws -> PerceptualDistance {
    let choice = suite.roles[role] ?? RoleChoice()
    guard let name = choice.network ?? role.trunk else {
      throw HarnessError(.usage, "'\(role.rawValue)' is no role of a perceptual network")
    }
    let trunk = try NetworkCatalogue.perceptualTrunk(named: name)
    let network = PerceptualNetwork(trunk: trunk)
    let path = try file(choice.file, of: name, as: .lpipsTrunk, for: role)
    let loaded = try LoadedNetwork(
      network, checkpoint: try checkpoints.opened(path, choice.root),
      ignoring: trunk.ignorableCheckpointPrefixes,
      arithmetic: arithmetic)
    let headFile = try checkpoints.opened(
      try file(choice.heads, of: name, as: .lpipsHeads, for: role))
    let heads = try headFile.checkpoint.bind(to: network.heads)
    return .lpips(
      network: loaded, taps: trunk.perceptualTaps.map(\.name),
      heads: network.heads.map { heads[$0.name]?.values ?? [] },
      headWeights: headFile.file)
  }

  /// DISTS.
  ///
  /// - Throws: ``UnavailableMetric`` if weights are missing; other errors if they are unusable.
  package func dists() throws -> PerceptualDistance {
    let network = DISTSNetwork()
    let choice = suite.roles[.dists] ?? RoleChoice()
    let loaded = try LoadedNetwork(
      network,
      checkpoint: try checkpoints.opened(
        try file(choice.file, of: network.name, as: .lpipsTrunk, for: .dists), choice.root),
      ignoring: network.ignorableCheckpointPrefixes, arithmetic: arithmetic)
    let headFile = try checkpoints.opened(
      try file(choice.heads, of: network.name, as: .distsWeights, for: .dists))
    let heads = try headFile.checkpoint.bind(to: network.weights)
    return .dists(
      network: loaded, taps: network.comparedTaps.map(\.name),
      weights: try DISTSWeights(
        alpha: heads["alpha"]?.values ?? [], beta: heads["beta"]?.values ?? [],
        channels: network.comparedTaps.map(\.channels)),
      headWeights: headFile.file)
  }

  // MARK: Files

  /// The network of a role, and the name by which it offers the result that is asked for; nil if none is
  /// asked for and the network is not an ONNX model.
  func load(
    _ choice: RoleChoice, role: WeightRole, as kind: PublishedWeights.Role?, default name: String,
    tap: String?
  ) throws -> (network: LoadedNetwork, tap: String?) {
    if let onnx = choice.onnx {
      let loaded = try LoadedNetwork.onnx(
        try named(onnx, for: role), inputShape: nil, taps: [tap ?? Graph.mainOutput],
        arithmetic: arithmetic)
      return (loaded.network, loaded.taps[0])
    }
    let network = try NetworkCatalogue.named(choice.network ?? name)
    let loaded = try checkpoints.network(
      network, checkpoint: try file(choice.file, of: network.name, as: kind, for: role),
      root: choice.root, arithmetic: arithmetic)
    return (loaded, tap)
  }

  /// A file, which is opened and hashed once.
  ///
  /// - Throws: as ``OpenCheckpoint/init(_:root:)``.
  func opened(_ path: String) throws -> OpenCheckpoint { try checkpoints.opened(path) }

  /// The file that the suite names, or else the published one under any of its names; there is none of a
  /// kind that nobody publishes.
  package func file(
    _ choice: String?, of network: String, as kind: PublishedWeights.Role?, for role: WeightRole
  ) throws -> String {
    if let choice { return try named(choice, for: role) }
    let published = WeightCatalogue.files(for: network).filter { $0.role == kind }
    let found = published.lazy.compactMap { WeightCatalogue.path(of: $0, in: suite.directory) }
    guard let path = found.first else {
      let wanted = published.first?.fileName ?? "a file for \(network)"
      throw UnavailableMetric(needs: wanted, for: "'\(role.rawValue)'", in: suite.directory)
    }
    return path
  }

  /// The path of a file that the suite names.
  package func named(_ file: String, for role: WeightRole) throws -> String {
    let path = suite.path(file)
    guard CompactWeights.contains(path) || FileManager.default.fileExists(atPath: path) else {
      throw UnavailableMetric(
        needs: file, for: "'\(role.rawValue)'", in: PathText.folder(of: path))
    }
    return path
  }
}

extension RoleChoice {
  var namedPreprocessing: Preprocessing? {
    get throws {
      guard let preprocessing else { return nil }
      guard let found = Preprocessing.named(preprocessing) else {
        throw HarnessError(
          .runtime,
          "the weights manifest names the unknown preprocessing '\(preprocessing)'; known "
            + "are \(Preprocessing.names.joined(separator: ", "))")
      }
      return found
    }
  }
}

extension LabelOrder {
  fileprivate static func known(_ name: String) throws -> LabelOrder {
    let all = [LabelOrder.celebAMaskHQ, .biSeNet, .unetSmall]
    guard let found = all.first(where: { $0.name == name }) else {
      throw HarnessError(
        .runtime,
        "the weights manifest names the unknown class order '\(name)'; known are "
          + all.map(\.name).joined(separator: ", "))
    }
    return found
  }
}
