import Tensors
import TestSupport

/// Values by independent code, made by `Tools/make_set_metric_goldens.py`.
struct SetMetricGoldens: Decodable {
  struct KernelInception: Decodable, Sendable {
    let first, second, dimensions, subsets, size: Int
    let seed: UInt64
    let mean, deviation, full: Double
  }

  struct TorchFidelity: Decodable, Sendable {
    let first, second, dimensions: Int
    /// For each subset the rows of either set that NumPy drew.
    let subsets: [[[Int]]]
    let mean, deviation, float32: Double
  }

  struct Extrapolation: Decodable, Sendable {
    let first, second, dimensions: Int
    let seed: UInt64
    let sizes: [Int]
    let distances: [Double]
    let value, slope, error: Double
  }

  struct Discrepancy: Decodable, Sendable {
    let first, second, dimensions: Int
    let biased, unbiased: Double
  }

  struct Caption: Decodable, Sendable {
    let cosine, torchmetrics, torchmetricsOfNegative, hessel: Double
  }

  struct Directional: Decodable, Sendable {
    let direction, scores: [Double]
  }

  struct Retrieval: Decodable, Sendable {
    let ranks: [String: [Int]]
    let hits: [String: [Double]]
  }

  struct Wilson: Decodable, Sendable {
    let count, total: Int
    let low, high: Double
  }

  struct GroupedPairs: Decodable, Sendable {
    let pairs, pairError, groups, groupError: Double
  }

  let kid: [KernelInception]
  let torchFidelityKID: TorchFidelity
  let fidInfinity: [Extrapolation]
  let cmmd: [Discrepancy]
  let clip: Caption
  let directional: Directional
  let retrieval: Retrieval
  let wilson: [Wilson]
  let diversity: GroupedPairs

  static func load() throws -> SetMetricGoldens {
    try GoldenFolder().decoded("set-metrics.json")
  }

  /// `[count, width]` in `[−1, 1)`, as the script's `embeddings`.
  static func embeddings(_ seed: UInt64, _ count: Int, _ width: Int) -> [[Float]] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in (0..<width).map { _ in 2 * random.nextUnit() - 1 } }
  }
}
