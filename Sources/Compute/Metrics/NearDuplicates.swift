import Tensors

/// Images of a set that nearly equal another of its images, or the real image of another pair.
///
/// Near is less than half of the usual distance between a real image and the nearest different one. In
/// Inception's last features of 60 real faces, different photos stay beyond 0.70 of that distance; the same
/// photo after a crop of 2 %, a flip, half the resolution or a strong JPEG lies at 0.2 to 0.7, typically at
/// 0.4. Faces that resemble each other anyway lie around half of the usual distance, now below and now above
/// it, so images count only where they are twice as near as the real images would lead one to expect. Images
/// with equal pixels are not near: they are counted exactly elsewhere.
package struct NearDuplicates: Equatable, Sendable {
  /// Share of the usual distance below which two images are nearly the same.
  package static let share = 0.5
  /// How many different real images are needed to know the usual distance.
  package static let leastReal = 20

  /// An image and what it nearly is.
  package struct Match: Equatable, Sendable {
    /// Position of the image.
    package let image: Int
    /// Position of the image that it nearly equals, or of that image's pair if it is a real one.
    package let other: Int
    /// Their distance, as a share of the usual one.
    package let share: Double
  }

  /// Images that nearly equal another of the set, in order, and lie less than half as far from it as the two
  /// pairs' real images from each other.
  package let repeated: [Match]
  /// Images that nearly equal the real image of another pair, and lie less than half as far from it as from
  /// their own.
  package let copied: [Match]

  /// An image's features beside those of its pair's real image; equal contents are equal pixels.
  package struct Entry: Sendable {
    /// Features of the generated image, `[D]`.
    package let made: [Float]
    /// Hash of the generated image's pixels; equal for equal pixels.
    package let madeContent: String
    /// Features of the pair's real image, `[D]`.
    package let real: [Float]
    /// Hash of the real image's pixels; equal for equal pixels.
    package let realContent: String

    /// A generated and a real image by features `[D]` and hashes of their pixels.
    package init(made: [Float], madeContent: String, real: [Float], realContent: String) {
      self.made = made
      self.madeContent = madeContent
      self.real = real
      self.realContent = realContent
    }
  }

  /// Finds both kinds; nil where the real images are too few, or too much alike, to say what is usual.
  ///
  /// - Parameters:
  ///   - entries: one a pair, sorted by id; features of one width.
  ///   - workers: threads; the result does not depend on their number.
  /// - Throws: errors of the features.
  package init?(_ entries: [Entry], workers: Workers = Workers()) throws(FrechetError) {
    guard let features = try Features(entries, workers) else { return nil }
    repeated = try features.matches(features.made, features.madeContents) { image, neighbor in
      Self.share * NearestRows.distance(image, of: features.real, neighbor.row, of: features.real)
        <= neighbor.distance
    }
    copied = try features.matches(features.real, features.realContents) { image, neighbor in
      Self.share * NearestRows.distance(image, of: features.made, image, of: features.real)
        <= neighbor.distance
    }
  }

  /// The entries as matrices, and the distance that is usual between different real images.
  private struct Features {
    /// `[N, D]`.
    let made, real: FeatureMatrix
    /// Equal numbers are equal pixels.
    let madeContents, realContents: [Int]
    private let usual: Double
    private let workers: Workers

    /// Nil where the real images are too few, or too much alike, to say what is usual.
    init?(_ entries: [Entry], _ workers: Workers) throws(FrechetError) {
      self.workers = workers
      // Numbers in place of texts, which are compared for every two images.
      var numbers: [String: Int] = [:]
      func number(_ content: String) -> Int {
        let number = numbers[content] ?? numbers.count
        numbers[content] = number
        return number
      }
      realContents = entries.map { number($0.realContent) }
      guard numbers.count >= NearDuplicates.leastReal else { return nil }
      madeContents = entries.map { number($0.madeContent) }
      made = try FeatureMatrix(stacking: entries.map(\.made))
      real = try FeatureMatrix(stacking: entries.map(\.real))
      let distances = try NearestRows.neighbors(of: real, among: real, workers: workers) {
        [realContents] in realContents[$0] != realContents[$1]
      }.compactMap { $0?.distance }.sorted()
      guard !distances.isEmpty, distances[distances.count / 2] > 0 else { return nil }
      usual = distances[distances.count / 2]
    }

    /// The made images that are near to others of different real images and other pixels.
    func matches(
      _ others: FeatureMatrix, _ contents: [Int],
      unless isExcused: (Int, NearestRows.Neighbor) -> Bool
    ) throws(FrechetError) -> [Match] {
      try NearestRows.neighbors(of: made, among: others, workers: workers) { one, other in
        realContents[one] != realContents[other] && madeContents[one] != contents[other]
      }.enumerated().compactMap { image, neighbor in
        guard let neighbor, neighbor.distance < NearDuplicates.share * usual,
          !isExcused(image, neighbor)
        else { return nil }
        return Match(image: image, other: neighbor.row, share: neighbor.distance / usual)
      }
    }
  }
}
