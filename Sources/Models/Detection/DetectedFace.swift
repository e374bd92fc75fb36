/// A face that was found in an image.
package struct DetectedFace: Equatable, Sendable {
  /// Left, top, right and bottom in pixels.
  package let box: [Float]
  /// Probability of a face.
  package let score: Float
  /// Left eye, right eye, nose, left and right corner of the mouth as the viewer sees them: x and y.
  package let landmarks: [SIMD2<Float>]

  /// Area of the box in pixels.
  package var area: Float { (box[2] - box[0]) * (box[3] - box[1]) }
}
