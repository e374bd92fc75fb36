import Datasets
import Generators
import Measurement
import Metrics
import Provenance
import Tensors
import Terms
import TestSupport

/// Results of a few images as if every evaluator had measured them, drawn from a seed.
struct SampleSet {
  /// Starts everything random; messages print it.
  let seed: UInt64
  /// One pair's results with its id, sorted by id.
  var entries: [(id: String, result: PairResult)]

  /// Vectors' length: more images than dimensions, so that covariances have full rank.
  static let dimensions = 4

  /// Draws the results of some pairs, of each an image of every row.
  init(seed: UInt64, count: Int = 24, rows: Int = 1) {
    self.seed = seed
    entries = (0..<count).map { place in
      // Each image has numbers of its own, whatever stands beside it.
      let images = (0...rows).map { Self.image(seed: seed &+ UInt64(1000 * place + $0)) }
      return (
        id: "\(1000 + place)",
        result: PairResult(
          reference: .success(images[0]), images: images.dropFirst().map { .success($0) })
      )
    }
  }

  /// What was measured of every pair.
  var results: [PairResult] { entries.map(\.result) }

  /// The results of one image.
  static func image(seed: UInt64) -> ImageResult {
    var random = SplitMix64(seed: seed)
    var image = ImageResult(content: ContentHash(Raster.noise(2, 2, from: &random)))
    image.scores = [
      .mae: Double(random.nextUnit()), .psnr: 20 + Double(random.nextUnit()),
      .clip: Double(random.nextUnit()) - 0.25,
    ]
    let vectors: [Intermediate] = [
      .features, .manifold, .embedding(of: .cmmd), .embedding(of: .retrieval), .guidance,
    ]
    for vector in vectors {
      image.vectors[vector] = (0..<dimensions).map { _ in random.nextUnit() - 0.5 }
    }
    for counts in [Intermediate.confusion, .consistency] {
      image.counts[counts] = matrix(from: &random)
    }
    return image
  }

  /// Counts of labels, most of them right.
  private static func matrix(from random: inout SplitMix64) -> ConfusionMatrix {
    let map = Raster.computed(6, 6, 1) { _, _, _ in random.nextIndex(below: 19) }
    let found = Raster.computed(6, 6, 1) { x, y, _ in
      random.nextIndex(below: 4) == 0 ? random.nextIndex(below: 19) : Int(map[x: x, y: y])
    }
    var matrix = ConfusionMatrix()
    // Both maps are of one size and hold classes only.
    try? matrix.add(groundTruth: map, prediction: found)
    return matrix
  }
}

extension SampleSet {
  /// The set of one method, with distances and times beside its images.
  func set(_ metrics: [ReducedMetric], row: Int = 0) -> MeasuredSet {
    var set = MeasuredSet(metrics: metrics, pairs: results, row: row)
    var random = SplitMix64(seed: seed &+ 77)
    var distances = GroupDistances()
    distances.groups = (0..<4).map { _ in (0..<3).map { _ in Double(random.nextUnit()) } }
    distances.images = 12
    set.measurements.distances = .success(distances)
    set.measurements.times = results.map { _ in
      GenerationTime(seconds: Double(random.nextUnit()), steps: 20)
    }
    return set
  }
}
