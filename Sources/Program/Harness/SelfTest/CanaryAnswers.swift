import Checkpoints
import Essentials
import Foundation
import Graphs
import Measurement
import Metrics
import Networks
import Provenance
import Scores
import Tensors
import Terms

/// What measuring the canary gives: decoded pixels, features, and scores of copies with known damage.
package struct CanaryAnswers: Sendable {
  /// ``CanaryFaces/digest``.
  let pixels: String
  /// `[32, D]` by the network's name.
  let features: [String: Tensor]
  /// By metric, in its own unit.
  package var scores: [Metric: Double]

  /// What is scored: what single photos of 128 pixels can be scored by (MS-SSIM wants larger ones).
  static func metrics(of scope: Canary.Scope) -> [Metric] {
    switch scope {
    case .pixels: [.ssim, .mae, .psnr]
    case .everything:
      [.fid, .kid, .lpipsAlex, .ssim, .mae, .psnr, .id, .accuracy, .miou, .clip]
    }
  }

  private static let imageNetworks: [any PublishedNetwork] = [
    CompactNetworks.inception, CompactNetworks.iResNet, CompactNetworks.clip,
  ]
  /// The copies' JPEG quality.
  private static let quality = 30

  // MARK: Measuring

  /// Measures faces as a run does: from files, through decoder, networks, statistics and database.
  ///
  /// - Parameters:
  ///   - faces: what to measure.
  ///   - scope: what is asked about; features are made for everything alone.
  ///   - weights: the suite that scores are measured with.
  ///   - workers: threads; no answer depends on them.
  /// - Throws: errors of files and weights.
  init(
    measuring faces: CanaryFaces, about scope: Canary.Scope = .everything,
    weights: String = "compact", workers: Workers
  ) throws {
    let folder = try ScratchFolder("canary")
    try folder.write(faces.pictures, as: .png, to: "real")
    try folder.write(faces.pictures, as: .jpeg(quality: Self.quality), to: "copies")
    try folder.write(faces.labels, as: .labelMap, to: "masks")
    try folder.writeCaptions(faces.captions, to: "captions.jsonl")
    let result = try folder.score(
      "copies", against: "real", by: Self.metrics(of: scope), weights: weights, workers: workers)
    scores = Dictionary(
      uniqueKeysWithValues: result.scores.compactMap { score in
        score.value.map { (score.metric, $0) }
      })
    features =
      scope == .everything ? try Self.features(of: faces, in: folder, workers) : [:]
    pixels = faces.digest
  }

  /// Features of the pictures in `real`, and of the captions.
  private static func features(
    of faces: CanaryFaces, in folder: ScratchFolder, _ workers: Workers
  ) throws -> [String: Tensor] {
    var features: [String: Tensor] = [:]
    for network in imageNetworks {
      features[network.name] = try folder.features(network, workers) {
        $0.images = [folder.path("real")]
      }
    }
    try folder.write(Array(faces.captions.joined(separator: "\n").utf8), to: "captions.txt")
    features[CompactNetworks.clipText.name] = try folder.features(
      CompactNetworks.clipText, workers
    ) { $0.texts = folder.path("captions.txt") }
    return features
  }

  // MARK: Files

  private static let fileName = "answers.safetensors"

  /// Those that are part of the program.
  ///
  /// - Throws: `CheckpointError` if they cannot be read, as after a change of the suite that was not recorded.
  package static func embedded() throws -> CanaryAnswers {
    try CanaryAnswers(
      Checkpoint.decode(
        EmbeddedFile.bytes(of: "canary/\(fileName)") ?? [], named: "canary/\(fileName)"))
  }

  private init(_ file: Checkpoint) throws {
    var (features, scores): ([String: Tensor], [Metric: Double]) = ([:], [:])
    for entry in file.tensors {
      let tensor = try entry.tensor()
      if let metric = Metric(named: entry.name) {
        scores[metric] = Double(tensor.values[0])
      } else {
        features[entry.name] = tensor
      }
    }
    let prefix = "pixels: "
    let note = file.notes.first { $0.hasPrefix(prefix) }
    pixels = String(note?.dropFirst(prefix.count) ?? "")
    (self.features, self.scores) = (features, scores)
  }

  /// Writes faces and answers for the next build of the program.
  ///
  /// - Throws: errors of files.
  static func record(to folder: String, workers: Workers) throws {
    try OutputPlace().checkFolder(folder) { $0.contains("answers.safetensors") }
    let files = CanaryFaces.Files.drawn(workers: workers)
    let answers = try CanaryAnswers(measuring: CanaryFaces(files), workers: workers)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, bytes) in files.all { try AtomicFile.write(bytes, to: "\(folder)/\(name)") }
    let scores = answers.scores.map { metric, value in
      (metric.name, Tensor(shape: [1], values: [Float(value)]))
    }
    try SafetensorsFile.write(
      (answers.features.map { ($0.key, $0.value) } + scores).sorted { $0.0 < $1.0 }
        .map { (name: $0.0, tensor: $0.1) },
      metadata: ["pixels": answers.pixels], to: "\(folder)/\(fileName)")
  }
}

extension ScratchFolder {
  /// A network's rows for what `choose` names.
  fileprivate func features(
    _ network: any PublishedNetwork, _ workers: Workers, choose: (inout FeatureOptions) -> Void
  ) throws -> Tensor {
    var options = FeatureOptions()
    options.network = network.name
    options.jobs = workers.count
    let output = path("\(network.name).npy")
    options.outputs = [NamedFile(output)]
    choose(&options)
    _ = try FeatureJob(options).run()
    return try Checkpoint.open(path: output).tensors[0].tensor()
  }
}
