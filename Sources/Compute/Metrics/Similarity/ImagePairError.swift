import Tensors
import Terms

/// Why two images cannot be compared.
package enum ImagePairError: Error, Equatable, CustomStringConvertible {
  /// The images differ in width, height or channels.
  case sizeMismatch(first: ImageDimensions, second: ImageDimensions)
  /// The images hold no pixel.
  case empty
  /// A side is shorter than the metric's windows allow.
  case tooSmall(metric: String, width: Int, height: Int, minimum: Int)
  /// The metric is defined on color images of three channels only.
  case notColor(metric: String, channels: Int)
  /// The metric has no value for these images.
  case undefined(metric: String)

  /// Why the two images cannot be compared, with both sizes, and what to do.
  package var description: String {
    switch self {
    case .sizeMismatch(let first, let second):
      "the first image is \(first), the second \(second): resize one to the other's size"
    case .empty: "an image without pixels cannot be compared"
    case .tooSmall(let metric, let width, let height, let minimum):
      "\(metric) needs at least \(minimum) pixels on each side, but the images are "
        + "\(width)×\(height): use larger images or another SSIM variant"
    case .notColor(let metric, let channels):
      "\(metric) needs images of 3 channels (R, G, B), but these have \(channels)"
    case .undefined(let metric):
      "\(metric) has no value for these images, whose contrasts oppose each other: use another "
        + "SSIM variant"
    }
  }
}

extension ImagePairError {
  /// Checks what every comparison of two images needs.
  ///
  /// - Throws: `.sizeMismatch`, `.empty`.
  package static func requireEqualDimensions(
    _ first: Raster, _ second: Raster
  ) throws(ImagePairError) {
    let (one, other) = (ImageDimensions(first), ImageDimensions(second))
    guard one == other else { throw .sizeMismatch(first: one, second: other) }
    guard !first.samples.isEmpty else { throw .empty }
  }
}

extension ImagePairError: LedgerFailure {
  /// `wrong-size`, whatever keeps the two images from being compared.
  package var ledgerState: LedgerState { .wrongSize }
}
