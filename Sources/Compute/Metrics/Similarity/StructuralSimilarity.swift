import Foundation
import Tensors

/// SSIM or MS-SSIM of two images, in one of the variants that papers' numbers come from.
///
/// Higher is better, 1 for equal images. Everything is computed in Float64 from the given samples;
/// packages that compute in Float32 differ from it by up to `2e-5`.
///
/// Sources: Wang et al., "Image Quality Assessment: From Error Visibility to Structural
/// Similarity", IEEE TIP 2004; "Multi-scale structural similarity for image quality assessment",
/// Asilomar 2003; and the package each variant names.
package struct StructuralSimilarity: Sendable {
  /// Exponents of the five levels, finest first, as in section 3.2 of the 2003 paper.
  private static let levelWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]

  private let name: String
  private let definition: Definition
  private let similarity: WindowedSimilarity

  /// Chooses a variant.
  ///
  /// - Parameters:
  ///   - variant: whose definition to follow.
  ///   - dataRange: the span of possible samples; 255 for 8-bit images as they are, 1 for tensors
  ///     in `[0, 1]`. Giving the wrong one changes every score.
  package init(_ variant: Variant, dataRange: Double = 255) {
    self.init(variant.definition, named: variant.rawValue, dataRange: dataRange)
  }

  /// Follows a definition that no package has.
  package init(_ definition: Definition, named name: String, dataRange: Double = 255) {
    self.name = name
    self.definition = definition
    similarity = WindowedSimilarity(
      window: definition.window, covarianceScale: definition.covarianceScale,
      clipsContrast: definition.clipsContrast, dataRange: dataRange)
  }

  /// Bytes that each image of a pair takes for a pixel: planes of doubles, a channel at a time or, for
  /// luma, all three, and a quarter more where levels are halved.
  package var bytesInPixel: Int {
    (definition.usesLuma ? 32 : 8) + (definition.levels == .one ? 0 : 2)
  }

  /// Shortest side that a pair may have.
  package var minimumSide: Int {
    let window = definition.window.weights.count
    guard definition.levels != .one else { return window }
    return (window - 1) << (Self.levelWeights.count - 1) + 1
  }

  /// The score of two 8-bit images, whose samples are taken as 0…255.
  ///
  /// - Throws: `ImagePairError.sizeMismatch`, `.empty`, `.tooSmall`, `.notColor`, `.undefined`.
  package func score(_ first: Raster, _ second: Raster) throws(ImagePairError) -> Double {
    try ImagePairError.requireEqualDimensions(first, second)
    guard !definition.usesLuma else {
      return try score(ImagePlanes(first), ImagePlanes(second))
    }
    try requireWindow(width: first.width, height: first.height)
    // One channel at a time: as Float64 an image is eight times its size.
    let means = (0..<first.channels).map { channel in
      levels(Plane(first, channel: channel), Plane(second, channel: channel))
    }
    return try score(means)
  }

  /// The score of two images.
  ///
  /// - Throws: `ImagePairError.sizeMismatch`, `.empty`, `.tooSmall`, `.notColor`, `.undefined`.
  package func score(_ first: ImagePlanes, _ second: ImagePlanes) throws(ImagePairError) -> Double {
    guard first.dimensions == second.dimensions else {
      throw .sizeMismatch(first: first.dimensions, second: second.dimensions)
    }
    guard !first.planes.isEmpty else { throw .empty }
    try requireWindow(width: first.width, height: first.height)
    guard definition.usesLuma else {
      return try score(zip(first.planes, second.planes).map { levels($0, $1) })
    }
    guard first.planes.count == 3 else {
      throw .notColor(metric: name, channels: first.planes.count)
    }
    let range = similarity.dataRange
    return try score([levels(first.luma(dataRange: range), second.luma(dataRange: range))])
  }

  private func requireWindow(width: Int, height: Int) throws(ImagePairError) {
    guard min(width, height) >= minimumSide else {
      throw .tooSmall(metric: name, width: width, height: height, minimum: minimumSide)
    }
  }

  /// Combines the means of all levels of every channel.
  private func score(_ means: [[WindowedSimilarity.Means]]) throws(ImagePairError) -> Double {
    let score =
      switch definition.levels {
      case .one: mean(means.map { $0[0].ssim })
      case .padded: mean(means.map(product))
      case .pooledFirst: productOfMeans(means)
      }
    guard !score.isNaN else { throw .undefined(metric: name) }
    return score
  }

  /// The means of one channel at every level, finest first.
  private func levels(_ first: Plane, _ second: Plane) -> [WindowedSimilarity.Means] {
    var (x, y) = (first, second)
    var means = [similarity.means(x, y)]
    guard definition.levels != .one else { return means }
    for _ in 1..<Self.levelWeights.count {
      let padded = definition.levels == .padded
      (x, y) = (x.halved(padded: padded), y.halved(padded: padded))
      means.append(similarity.means(x, y))
    }
    return means
  }

  /// `Π csᵢ^wᵢ · ssim₅^w₅` of one channel, negative factors as 0.
  private func product(_ means: [WindowedSimilarity.Means]) -> Double {
    zip(means, Self.levelWeights).enumerated().reduce(1) { product, level in
      let (means, weight) = level.element
      let isLast = level.offset == Self.levelWeights.count - 1
      return product * pow(max(0, isLast ? means.ssim : means.contrast), weight)
    }
  }

  /// `Π_{i<5} (csᵢ^wᵢ · ssim₅^w₅)` of the channels' means; not a number for negative ones.
  private func productOfMeans(_ channels: [[WindowedSimilarity.Means]]) -> Double {
    let last = Self.levelWeights.count - 1
    let ssim = pow(mean(channels.map { $0[last].ssim }), Self.levelWeights[last])
    return (0..<last).reduce(1) { product, level in
      product * pow(mean(channels.map { $0[level].contrast }), Self.levelWeights[level]) * ssim
    }
  }

  private func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }
}
