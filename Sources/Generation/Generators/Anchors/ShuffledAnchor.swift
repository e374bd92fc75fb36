import Datasets
import Tensors

/// The right faces for the wrong masks: every pair gets another pair's ground truth.
///
/// The set of images is exactly that of `GroundTruthAnchor`, re-encoded alike, so that columns that
/// look at sets agree and columns that look at pairs fall to chance.
package struct ShuffledAnchor: Method {
  package let name: String
  /// The seed that chose who gets whose face.
  package let seed: UInt64
  private let groundTruth: GroundTruthAnchor
  private let donors: [String: Pair]

  /// Chooses for every pair that has a ground truth another one as its donor.
  ///
  /// - Parameters:
  ///   - name: the row's name.
  ///   - pairs: all pairs of the table, so that every shard makes the same choice.
  ///   - seed: the run's seed.
  ///   - size: width and height of the images.
  /// - Throws: `MethodError.tooFewReferences` below two ground truths.
  package init(
    name: String = BuiltinMethod.shuffled.rawValue, pairs: [Pair], seed: UInt64, size: Int
  ) throws(MethodError) {
    let known = pairs.filter { $0.imagePath != nil }
      .sorted { Identifier.precedes($0.id, $1.id) }
    guard known.count >= 2 else {
      throw .tooFewReferences(anchor: .shuffled, found: known.count, needed: 2)
    }
    let order = Derangement.cyclic(count: known.count, seed: seed)
    self.name = name
    self.seed = seed
    groundTruth = GroundTruthAnchor(size: size)
    donors = Dictionary(
      zip(known.map(\.id), order.map { known[$0] }), uniquingKeysWith: { first, _ in first })
  }

  package var fingerprint: String {
    "shuffled cycle=sattolo/splitmix64 seed=\(seed) n=\(donors.count) of \(groundTruth.fingerprint)"
  }

  /// Whose face a pair gets; nil if it has no ground truth itself.
  package func donor(of id: String) -> Pair? { donors[id] }

  package func origin(of pair: Pair) -> ImageOrigin? {
    donors[pair.id].flatMap { groundTruth.origin(of: $0) }
  }

  package func image(for pair: Pair) throws(MethodError) -> Raster {
    guard let donor = donors[pair.id] else { throw .noReference(id: pair.id) }
    return try groundTruth.image(for: donor)
  }
}
