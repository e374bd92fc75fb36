import Datasets
import Essentials

/// What an image is made of: equal recipes on files with equal bytes give equal pixels.
package struct ImageOrigin: Hashable, Sendable {
  /// Everything but the files' bytes that can move a pixel.
  package let recipe: String
  /// Paths of the files that are read.
  package let files: [String]

  /// Names a recipe and its files.
  package init(recipe: String, files: [String]) {
    self.recipe = recipe
    self.files = files
  }

  private static let decoded = "decoded"

  /// Whether it is a file's own picture, as it is decoded.
  package var isFile: Bool { recipe == Self.decoded }

  /// A file's own picture, as it is decoded.
  package static func file(_ path: String) -> ImageOrigin {
    ImageOrigin(recipe: decoded, files: [path])
  }

  /// A label map's classes.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - proportions: of the image that the map must have the proportions of.
  /// - Returns: the origin of the map, not of the image.
  package static func labels(_ path: String, checkedFor proportions: String) -> ImageOrigin {
    ImageOrigin(recipe: "\(labelReading) \(proportions)", files: [path])
  }

  /// What follows from a pair's label map, its caption and its seed.
  ///
  /// - Parameters:
  ///   - pair: the condition.
  ///   - fingerprint: of the method.
  ///   - seed: the pair's.
  /// - Returns: nil for a pair without a label map.
  static func condition(of pair: Pair, fingerprint: String, seed: UInt64) -> ImageOrigin? {
    pair.maskPath.map { mask in
      let text = FileDigest.sha256(of: (pair.text ?? "").utf8)
      return ImageOrigin(
        recipe: "\(fingerprint) \(labelReading) of=\(seed) text=\(text)", files: [mask])
    }
  }

  /// How label maps are read; the number changes where a file means other classes than before.
  static let labelReading = "labels@2"
}
