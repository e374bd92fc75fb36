import Tensors

/// Brings a face to the position that ArcFace's networks were trained on.
package enum FaceAlignment {
  /// Width and height of an aligned face.
  package static let side = 112

  /// Where the eyes, the nose and the corners of the mouth come to lie.
  ///
  /// Source: deepinsight/insightface, `python-package/insightface/utils/face_align.py`.
  package static let template: [SIMD2<Double>] = [
    SIMD2(38.2946, 51.6963), SIMD2(73.5318, 51.5014), SIMD2(56.0252, 71.7366),
    SIMD2(41.5493, 92.3655), SIMD2(70.7299, 92.2041),
  ]

  /// The face with these landmarks, 112×112; nil where they coincide.
  package static func aligned(_ image: Raster, landmarks: [SIMD2<Float>]) -> Raster? {
    let points = landmarks.map { SIMD2(Double($0.x), Double($0.y)) }
    return SimilarityTransform(from: points, to: template).map {
      warped(image, by: $0, width: side, height: side)
    }
  }

  /// An image moved by a transform: bilinear between pixel centers at whole numbers, black outside, values
  /// rounded to even.
  ///
  /// Source: scikit-image, `transform.warp(order=1, mode="constant", cval=0)`.
  ///
  /// - Deviation: OpenCV's `warpAffine`, which insightface calls, rounds positions to 1/32 pixel.
  package static func warped(
    _ image: Raster, by transform: SimilarityTransform, width: Int, height: Int
  ) -> Raster {
    var samples: [UInt8] = []
    samples.reserveCapacity(width * height * image.channels)
    for row in 0..<height {
      for column in 0..<width {
        let place = transform.origin(of: SIMD2(Double(column), Double(row)))
        for channel in 0..<image.channels {
          samples.append(value(of: image, at: place, channel))
        }
      }
    }
    return Raster(width: width, height: height, channels: image.channels, samples: samples)
  }

  private static func value(
    of image: Raster, at place: SIMD2<Double>, _ channel: Int
  ) -> UInt8 {
    // Past these bounds every neighbor is outside, and large numbers have no integer.
    guard place.x > -1, place.y > -1, place.x < Double(image.width), place.y < Double(image.height)
    else { return 0 }
    let (left, top) = (Int(place.x.rounded(.down)), Int(place.y.rounded(.down)))
    let (x, y) = (place.x - Double(left), place.y - Double(top))
    func sample(_ column: Int, _ row: Int) -> Double {
      guard column >= 0, row >= 0, column < image.width, row < image.height else { return 0 }
      return Double(image[x: column, y: row, channel: channel])
    }
    let upper = (1 - x) * sample(left, top) + x * sample(left + 1, top)
    let lower = (1 - x) * sample(left, top + 1) + x * sample(left + 1, top + 1)
    return UInt8(((1 - y) * upper + y * lower).rounded(.toNearestOrEven))
  }
}
