import Foundation
import Graphs
import Harness
import Images
import Measurement
import Metrics
import ModelTestSupport
import Models
import Networks
import Provenance
import Scores
import Tensors
import TestSupport

/// Two towers of CLIP's make, small enough to run in a moment, on seeded weights.
struct TinyCLIP {
  let image: FeatureExtractor
  let text: LoadedNetwork

  /// Makes both.
  ///
  /// - Parameters:
  ///   - isBroken: whether the image tower's last weights are not a number.
  ///   - isTextBroken: whether the text tower's are.
  /// - Throws: errors of the graphs.
  init(isBroken: Bool = false, isTextBroken: Bool = false) throws {
    let tower = CLIPVisionTransformer(
      name: "tiny", summary: "", size: 32, patch: 16, width: 64, layers: 1, embedding: 8)
    image = FeatureExtractor(
      network: try Self.loaded(tower, seed: 1, broken: isBroken ? "visual.proj" : nil),
      tap: Graph.mainOutput,
      preprocessing: .clip(size: 32))
    text = try Self.loaded(
      CLIPTextTransformer(name: "tiny-text", summary: "", width: 64, layers: 1, embedding: 8),
      seed: 2, broken: isTextBroken ? "text_projection" : nil)
  }

  /// Scores captions by one of the definitions.
  func captions(_ score: CLIPScore, isTruncating: Bool = false) throws -> any MetricEvaluator {
    var family = CLIPScores()
    family.score = score
    return family.evaluator(
      of: .clip, image: image, text: try TextExtractor(network: text, isTruncating: isTruncating))
  }

  /// Scores edits with texts put into some sentences.
  func edits(_ templates: PromptTemplates) throws -> any MetricEvaluator {
    var family = CLIPScores()
    family.templates = templates
    return family.evaluator(
      of: .clipDirectional, image: image,
      text: try TextExtractor(network: text, isTruncating: false))
  }

  /// Measures the distance of two sets.
  func distance(_ variant: CMMD.Variant) -> DiscrepancyEvaluator {
    var family = CLIPDiscrepancy()
    family.variant = variant
    return DiscrepancyEvaluator(image: image, family: family)
  }

  /// Ranks images by what they were made for.
  func retrieval(
    _ ranking: RetrievalAccuracy, _ guidance: CLIPScores.Guidance
  ) throws -> any MetricEvaluator {
    var family = CLIPScores()
    family.ranking = ranking
    family.guidance = guidance
    return family.evaluator(
      of: .retrieval, image: image, text: try TextExtractor(network: text, isTruncating: false))
  }

  /// The embedding of a picture, without the harness's jobs.
  func embedding(_ picture: Raster) throws -> [Float] {
    try image.features(of: picture, named: "picture", in: WorkerMemory())
  }

  /// The embedding of tokens, without the harness's jobs.
  func embedding(tokens: [Float]) throws -> [Float] {
    let padded = tokens + [Float](repeating: 0, count: 77 - tokens.count)
    let executable = try text.executable(outputs: [Graph.mainOutput])
    let results = executable.run(
      Tensor(shape: [77], values: padded), in: executable.makeWorkspace())
    return results[Graph.mainOutput]?.values ?? []
  }

  private static func loaded(_ network: any Network, seed: UInt64, broken: String? = nil) throws
    -> LoadedNetwork
  {
    let parameters = try Graph(tracing: network).parameters.map {
      (
        $0.name,
        $0.name == broken
          ? Tensor(shape: $0.shape, repeating: .nan)
          : SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: seed)
      )
    }
    return LoadedNetwork(
      network: network, weights: WeightFile(path: "seeded", sha256: "\(seed)"),
      parameters: Dictionary(uniqueKeysWithValues: parameters))
  }
}

/// Folders of pictures that are scored against each other.
struct StudyFolder {
  let folder: TemporaryFolder

  init(reference: [String: UInt64], generated: [String: UInt64]) throws {
    folder = try TemporaryFolder()
    for (name, pictures) in [("reference", reference), ("generated", generated)] {
      let path = folder.path(name)
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for (id, seed) in pictures {
        try Data(ImageEncoder.png(Self.picture(seed))).write(
          to: URL(fileURLWithPath: "\(path)/\(id).png"))
      }
    }
  }

  static func picture(_ seed: UInt64) -> Raster {
    SeededCheckpoint.picture(seed, width: 32, height: 32)
  }

  /// Writes lines and gives the path.
  func write(_ lines: [String], to name: String) throws -> String {
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: folder.path(name)))
    return folder.path(name)
  }

  /// Scores with one evaluator.
  func score(_ evaluator: any MetricEvaluator, _ change: (inout ScoreOptions) -> Void = { _ in })
    throws
    -> ScoreResult
  {
    var options = ScoreOptions()
    options.reference = folder.path("reference")
    options.generated = folder.path("generated")
    options.results = folder.path("Results")
    options.configuration = MetricConfiguration(metrics: evaluator.metrics)
    options.evaluators = [evaluator]
    change(&options)
    return try ScoreJob(options).run()
  }
}
