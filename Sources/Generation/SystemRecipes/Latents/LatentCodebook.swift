import Recipes
import Tensors

/// Codes that stand for the values of latents, found by k-means once an autoencoder is trained.
///
/// Published autoencoders with a codebook learn it together with their layers; this one is for layers that never saw
/// codes, so there must be enough of them to change little.
enum LatentCodebook {
  private static let rounds = 10

  /// Codes that lie where vectors are, by Lloyd's algorithm.
  ///
  /// - Parameters:
  ///   - vectors: `[N, width]`.
  ///   - width: values of a vector.
  ///   - count: how many codes there are to be, at most N.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: `[count, width]`; a code that no vector is nearest to stays where it was.
  static func fitted(to vectors: [Float], width: Int, count: Int, workers: Workers) -> [Float] {
    let total = vectors.count / width
    precondition(total >= count, "\(total) vectors for \(count) codes")
    var codes = (0..<count).flatMap { code in
      let start = code * total / count * width
      return vectors[start..<start + width]
    }
    for _ in 0..<rounds {
      let present = codes
      let nearest = workers.map(total) { index, _ in
        Self.nearest(to: vectors, at: index * width, among: present, width)
      }
      var sums = [Double](repeating: 0, count: codes.count)
      var members = [Int](repeating: 0, count: count)
      for (index, code) in nearest.enumerated() {
        members[code] += 1
        for place in 0..<width {
          sums[code * width + place] += Double(vectors[index * width + place])
        }
      }
      for code in 0..<count where members[code] > 0 {
        for place in 0..<width {
          codes[code * width + place] = Float(sums[code * width + place] / Double(members[code]))
        }
      }
    }
    return codes
  }

  /// The code of the smallest squared distance, the first of equal ones.
  private static func nearest(
    to vectors: [Float], at start: Int, among codes: [Float], _ width: Int
  ) -> Int {
    var (best, smallest) = (0, Float.infinity)
    vectors.withUnsafeBufferPointer { vectors in
      codes.withUnsafeBufferPointer { codes in
        for code in 0..<codes.count / width {
          var distance: Float = 0
          for place in 0..<width {
            let difference = vectors[start + place] - codes[code * width + place]
            distance += difference * difference
          }
          if distance < smallest { (best, smallest) = (code, distance) }
        }
      }
    }
    return best
  }
}
