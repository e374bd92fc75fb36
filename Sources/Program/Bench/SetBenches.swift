import Metrics
import Provenance
import Tensors

/// What distances of two sets of features cost, statistics included, on 2,000 features each.
enum SetBenches {
  static var subjects: [BenchSubject] {
    [
      subject("fid", width: 2048, "the Fréchet distance of two sets of Inception features") {
        try FrechetDistance.between($0, $1).value
      },
      subject("kid", width: 2048, "KID of two sets of Inception features as clean-fid draws them") {
        try KernelInceptionDistance.between($0, $1).value
      },
      subject("cmmd", width: 512, "CMMD of two sets of CLIP embeddings") {
        try CMMD.between($0, $1)
      },
      subject("fid-groups", width: 2048, "the Fréchet distance without each of 20 groups of images")
      {
        try total(FrechetSubsets($0, $1).distance(of:))
      },
      subject("kid-groups", width: 2048, "KID without each of 20 groups of images") {
        total(try KernelInceptionDistance.subsets($0, $1))
      },
    ]
  }

  private static let rows = 2000
  private static let groups = 20

  /// The sum of the distances without each group, as a gate needs them.
  private static func total(_ distance: (RowSubset) throws -> Double) rethrows -> Double {
    try (0..<groups).reduce(0) { sum, group in
      let kept = (0..<rows).filter { $0 % groups != group }
      return sum + (try distance(RowSubset(first: kept, second: kept)))
    }
  }

  private static func subject(
    _ name: String, width: Int, _ summary: String,
    _ distance: @escaping @Sendable (FeatureMatrix, FeatureMatrix) throws -> Double
  ) -> BenchSubject {
    BenchSubject(
      name: name, kind: .host, input: "2 sets of \(rows.grouped)×\(width.grouped)",
      summary: summary
    ) { _ in
      let (first, second) = (try features(width: width, 1), try features(width: width, 2))
      return BenchWork { _ in try distance(first, second) }
    }
  }

  /// Features that are neither independent nor of one scale.
  private static func features(width: Int, _ seed: UInt64) throws -> FeatureMatrix {
    var random = SplitMix64(seed: seed)
    var values = [Float](repeating: 0, count: rows * width)
    for row in 0..<rows {
      var previous: Float = 0
      for column in 0..<width {
        previous = 0.5 * previous + random.nextUnit()
        values[row * width + column] = previous * Float(1 + column % 7)
      }
    }
    return try FeatureMatrix(rows: rows, columns: width, values: values)
  }
}
