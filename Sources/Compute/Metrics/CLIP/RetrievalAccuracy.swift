import Tensors

/// How high a generated image ranks for its guidance among real images; higher is better.
///
/// For each generated image `g` with guidance `q` (the embedding of a text or of an image), the
/// candidates are `g` and 99 real images; they are ranked by their cosine with `q`, and `g` is a hit at
/// `k` if it is among the first `k`. By chance `g` is a hit at 1, 5, 10 and 20 in 1 %, 5 %, 10 %
/// and 20 % of cases.
///
/// Source: Liu et al., "More Control for Free! Image Synthesis with Semantic Diffusion Guidance",
/// WACV 2023, section 4.
/// - Deviation: the paper says neither how negatives are drawn nor how ties count; here they are drawn again
///   for every query, from SplitMix64 seeded with the query's number plus ``seed``.
package struct RetrievalAccuracy: Codable, Equatable, Sendable {
  /// What equal cosines mean.
  package enum Ties: String, CaseIterable, Codable, Equatable, Sendable {
    /// The generated image stands behind all of its equals.
    case against = "against-generated"
    /// It stands before all of them.
    case inFavor = "for-generated"
  }

  /// The ranks that papers print.
  package static let usualCutoffs = [1, 5, 10, 20]

  /// Real images in each set of candidates.
  package var negatives = 99
  /// What equal cosines mean.
  package var ties = Ties.against
  /// Start of the random numbers.
  package var seed: UInt64 = 0

  /// The defaults.
  package init() {}

  /// Why an image cannot be ranked.
  package enum Failure: Error, Equatable, CustomStringConvertible {
    /// There are fewer real images than candidates are wanted.
    case tooFewNegatives(found: Int, needed: Int)
    /// An embedding has no cosine.
    case embedding(IdentityError)

    /// Why an image has no rank, and what to add.
    package var description: String {
      switch self {
      case .tooFewNegatives(let found, let needed):
        "retrieval ranks each image among \(needed) other real images, but there are \(found): add "
          + "real images"
      case .embedding(let error): "\(error)"
      }
    }
  }

  /// The rank of one generated image, 1 for the best.
  ///
  /// - Parameters:
  ///   - generated: its embedding, `[D]`.
  ///   - query: its guidance's embedding, `[D]`.
  ///   - number: the query's position among all queries, sorted by id.
  ///   - pool: embeddings of real images, sorted by id, none of them the guidance's own.
  /// - Returns: `1 … negatives + 1`.
  /// - Throws: `Failure`.
  package func rank(
    of generated: [Float], for query: [Float], number: Int, among pool: [[Float]]
  ) throws(Failure) -> Int {
    guard pool.count >= negatives else {
      throw .tooFewNegatives(found: pool.count, needed: negatives)
    }
    do {
      let own = try Identity.cosine(generated, query)
      var random = SplitMix64(seed: seed &+ UInt64(number))
      var rank = 1
      for index in random.sample(negatives, below: pool.count) {
        let other = try Identity.cosine(pool[index], query)
        if other > own || (other == own && ties == .against) { rank += 1 }
      }
      return rank
    } catch {
      throw .embedding(error)
    }
  }

  /// Share of images that rank among the first `k`, with its standard error; nil for no images.
  ///
  /// - Parameters:
  ///   - ranks: one rank an image.
  ///   - cutoff: `k`.
  /// - Returns: the share, `[0, 1]`, and `√(p(1 − p)/n)`.
  package static func accuracy(
    ofRanks ranks: [Int], at cutoff: Int
  ) -> (share: Double, standardError: Double)? {
    guard !ranks.isEmpty else { return nil }
    let count = Double(ranks.count)
    let share = Double(ranks.count { $0 <= cutoff }) / count
    return (share, (share * (1 - share) / count).squareRoot())
  }
}
