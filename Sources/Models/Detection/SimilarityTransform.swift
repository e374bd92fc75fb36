/// Turning, uniform scaling and shifting of the plane.
package struct SimilarityTransform: Equatable, Sendable {
  /// Scale times cosine and sine of the angle.
  package let rotation: SIMD2<Double>
  /// Where the origin goes.
  package let shift: SIMD2<Double>

  /// The transform that takes one set of points nearest to another, by least squares.
  ///
  /// Nil for fewer than two points, sets of different sizes, and points that coincide.
  ///
  /// Source: Umeyama, IEEE PAMI 13(4), 1991, in two dimensions, without reflection.
  package init?(from points: [SIMD2<Double>], to targets: [SIMD2<Double>]) {
    guard points.count == targets.count, points.count >= 2 else { return nil }
    let count = Double(points.count)
    let mean = points.reduce(SIMD2(0, 0), +) / count
    let targetMean = targets.reduce(SIMD2(0, 0), +) / count
    var (cosine, sine, energy) = (0.0, 0.0, 0.0)
    for (point, target) in zip(points, targets) {
      let (p, q) = (point - mean, target - targetMean)
      cosine += p.x * q.x + p.y * q.y
      sine += p.x * q.y - p.y * q.x
      energy += p.x * p.x + p.y * p.y
    }
    guard energy > 0, cosine * cosine + sine * sine > 0, energy.isFinite else { return nil }
    rotation = SIMD2(cosine, sine) / energy
    shift = targetMean - Self.turned(mean, by: rotation)
  }

  private static func turned(_ point: SIMD2<Double>, by rotation: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(
      rotation.x * point.x - rotation.y * point.y, rotation.y * point.x + rotation.x * point.y)
  }

  /// Where a point goes.
  package func applied(to point: SIMD2<Double>) -> SIMD2<Double> {
    Self.turned(point, by: rotation) + shift
  }

  /// Where a point comes from.
  package func origin(of point: SIMD2<Double>) -> SIMD2<Double> {
    let square = rotation.x * rotation.x + rotation.y * rotation.y
    return Self.turned(point - shift, by: SIMD2(rotation.x, -rotation.y) / square)
  }
}
