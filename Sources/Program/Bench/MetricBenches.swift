import Graphs
import Images
import Measurement
import Metrics
import Models
import Networks
import Tensors
import Terms

/// What each metric of a pair costs from decoded images to a score.
enum MetricBenches {
  static var subjects: [BenchSubject] {
    [WeightRole.lpipsAlex, .lpipsSqueeze, .lpipsVGG].map(perceptual)
      + similarities + [identity, accuracy]
  }

  private static func perceptual(_ role: WeightRole) -> BenchSubject {
    BenchSubject(
      name: role.rawValue, kind: .host, input: "a pair of 256×256",
      summary: "LPIPS of a pair: preprocessing, both passes of \(role.trunk ?? "the trunk"), heads"
    ) { workers in
      let trunk = try NetworkCatalogue.perceptualTrunk(named: role.trunk ?? "")
      let network = PerceptualNetwork(trunk: trunk)
      let loaded = try NetworkBenches.seeded(network)
      let heads = trunk.perceptualTaps.map { [Float](repeating: 0.01, count: $0.channels) }
      let distance = PerceptualDistance.lpips(
        network: loaded, taps: trunk.perceptualTaps.map(\.name), heads: heads,
        headWeights: loaded.weights)
      let memories = (0..<workers).map { _ in WorkerMemory() }
      let (real, made) = pair(side: 256)
      return BenchWork { worker in
        let memory = memories[worker]
        _ = try distance.activate(real, named: "real", in: memory.other)
        let executable = try distance.activate(made, named: "made", in: memory.main)
        return try distance.distance(executable, memory.other, memory.main)
      }
    }
  }

  private static var similarities: [BenchSubject] {
    let variants: [(Metric, StructuralSimilarity.Variant)] = [
      (.ssim, .skimage), (.msSSIM, .vainfMSSSIM),
    ]
    return variants.map { metric, variant in
      pairwise(metric, "\(metric.title) of a pair as \(variant.rawValue)") {
        try StructuralSimilarity(variant).score($0, $1)
      }
    } + [
      pairwise(.mae, "mean absolute error of a pair", PixelDifference.meanAbsoluteError),
      pairwise(.psnr, "PSNR of a pair", PixelDifference.peakSignalToNoiseRatio),
    ]
  }

  private static func pairwise(
    _ metric: Metric, _ summary: String,
    _ score: @escaping @Sendable (Raster, Raster) throws -> Double
  ) -> BenchSubject {
    BenchSubject(
      name: metric.name, kind: .host, input: "a pair of 256×256", summary: summary
    ) { _ in
      let (real, made) = pair(side: 256)
      return BenchWork { _ in try score(real, made) }
    }
  }

  private static let identity = BenchSubject(
    name: Metric.id.name, kind: .host, input: "a pair of 512×512",
    summary: "identity of a pair: preprocessing, both passes of ir-se50, cosine"
  ) { workers in
    let network = try NetworkCatalogue.named("ir-se50")
    let extractor = FeatureExtractor(
      network: try NetworkBenches.seeded(network), tap: Graph.mainOutput,
      preprocessing: .irSE50Crop)
    let memories = (0..<workers).map { _ in WorkerMemory() }
    let (real, made) = pair(side: 512)
    return BenchWork { worker in
      try Identity.cosine(
        try extractor.features(of: real, named: "real", in: memories[worker]),
        try extractor.features(of: made, named: "made", in: memories[worker]))
    }
  }

  private static let accuracy = BenchSubject(
    name: Metric.accuracy.name, kind: .host, input: "a pair of 512×512 label maps",
    summary: "counting the pixels of a label map by true and found class"
  ) { _ in
    let truth = BenchPictures.labels(side: 512)
    let found = BenchPictures.labels(side: 512, shift: 5)
    return BenchWork { _ in
      var matrix = ConfusionMatrix()
      try matrix.add(groundTruth: truth, prediction: found)
      return matrix.accuracy ?? 0
    }
  }

  private static func pair(side: Int) -> (real: Raster, made: Raster) {
    (BenchPictures.color(side: side), BenchPictures.color(side: side, variant: 1))
  }
}
