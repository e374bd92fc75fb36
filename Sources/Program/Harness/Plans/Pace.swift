import Datasets
import Faces
import Foundation
import Graphs
import Images
import Measurement
import Metrics
import Models
import Provenance
import Tensors

/// How fast this machine does each step of a run, measured on an empty image.
struct Pace {
  private let plan: MeterPlan
  private let image: Raster
  private let memory = WorkerMemory()

  /// One step's time.
  struct Timing {
    let name: String
    let metric: MetricIdentifier
    /// Floating-point operations; nil where no network takes part.
    var operations: Int?
    let seconds: Double
  }

  init(plan: MeterPlan) {
    self.plan = plan
    let side = plan.working.side ?? 256
    image = Raster(
      width: side, height: side, channels: 3,
      samples: [UInt8](repeating: 127, count: side * side * 3))
  }

  /// The times of a meter's steps; none for what is measured of whole sets.
  ///
  /// - Throws: errors of networks.
  func measure(_ meter: Meter) throws -> [Timing] {
    switch meter {
    case .features(let extractor, _):
      return [try network(extractor, plan.measured.first(where: meter.metrics.contains) ?? .fid)]
    case .identity(let extractor): return [try network(extractor, .id)]
    case .clip(let clip): return [try network(clip.image, clip.metric)]
    case .perceptual(let metric, let perceptual):
      let shape = [3, image.height, image.width]
      return [
        try timing(perceptual.network, metric, shape: shape, outputs: perceptual.taps) {
          _ = try perceptual.activate(image, named: "plan", in: memory.main)
        }
      ]
    case .segmentation(let parser, let size, _):
      return [try labels(parser, size.side, .accuracy)]
    case .consistency(let parser, _, _):
      return [try labels(parser, nil, .segmentationConsistency)]
    case .similarity(let metric, let variant):
      let similarity = StructuralSimilarity(variant)
      return try comparison(metric) { _ = try similarity.score(image, image) }
    case .meanAbsoluteError:
      return try comparison(.mae) { _ = try PixelDifference.meanAbsoluteError(image, image) }
    case .peakSignalToNoiseRatio:
      return try comparison(.psnr) { _ = try PixelDifference.peakSignalToNoiseRatio(image, image) }
    case .diversity, .inferenceTime: return []
    }
  }

  /// From a PNG's bytes to the hash of its pixels at the working size.
  var secondsToDecode: Double {
    let bytes = ImageEncoder.png(image)
    return seconds {
      if let image = try? ImageDecoder.rgb(decoding: bytes, named: "plan") {
        _ = ContentHash(plan.working.apply(image))
      }
    }
  }

  /// One face of the synthetic world with all its files.
  func secondsToDraw(size: Int?) -> Double {
    let faces = SyntheticFaces()
    return seconds {
      let portrait = Portrait(faces.world.scene(0, seed: faces.seed), size: size ?? faces.size)
      _ = ImageEncoder.png(portrait.image)
    }
  }

  private func network(_ extractor: FeatureExtractor, _ metric: MetricIdentifier) throws -> Timing {
    try timing(extractor.network, metric, outputs: [extractor.tap]) {
      _ = try extractor.features(of: image, named: "plan", in: memory)
    }
  }

  private func labels(
    _ parser: FaceParser, _ size: Int?, _ metric: MetricIdentifier
  ) throws -> Timing {
    try timing(parser.network, metric, outputs: [Graph.mainOutput]) {
      _ = try parser.labels(
        of: image, width: size ?? image.width, height: size ?? image.height, named: "plan",
        in: memory)
    }
  }

  private func timing(
    _ network: LoadedNetwork, _ metric: MetricIdentifier, shape: [Int]? = nil, outputs: [String],
    _ work: () throws -> Void
  ) throws -> Timing {
    let cost = try Graph(tracing: network.network, inputShape: shape, for: outputs).cost(
      computing: outputs)
    try work()  // Compiles the network and touches its memory.
    return Timing(
      name: network.network.name, metric: metric, operations: cost.operations,
      seconds: try seconds(work))
  }

  /// Images that are too small for a definition have no time; the run will say so of each.
  private func comparison(
    _ metric: MetricIdentifier, _ work: () throws -> Void
  ) throws -> [Timing] {
    [Timing(name: metric.rawValue, metric: metric, seconds: try seconds(work))]
  }

  private func seconds(_ work: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try work()
    return (.now - start) / .seconds(1)
  }
}
