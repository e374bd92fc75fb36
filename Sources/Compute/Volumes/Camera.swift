import Foundation
import Tensors

/// A pinhole camera as EG3D's labels describe it.
///
/// The camera looks along its third axis; the first one points right in the picture, the second one down.
///
/// Source: Chan et al., "Efficient Geometry-aware 3D Generative Adversarial Networks", CVPR 2022; `NVlabs/eg3d`,
/// `eg3d/camera_utils.py`, `eg3d/training/volumetric_rendering/ray_sampler.py`.
package struct Camera: Equatable, Sendable {
  /// From the camera's coordinates to the world's, `[4, 4]` row-major.
  package let pose: [Float]
  /// Focal lengths, skew and center in widths and heights of the picture, `[3, 3]` row-major.
  package let intrinsics: [Float]

  /// Values of a label.
  package static let labelCount = 25
  /// The focal length that FFHQ's cameras have.
  package static let focalLengthOfFFHQ: Float = 4.2647

  /// A camera.
  ///
  /// - Precondition: there are 16 and 9 values.
  package init(pose: [Float], intrinsics: [Float]) {
    precondition(pose.count == 16 && intrinsics.count == 9, "no camera of 16 and 9 values")
    self.pose = pose
    self.intrinsics = intrinsics
  }

  /// The camera of a label `[25]`: pose, then intrinsics; nil if there are not 25 values, or some are not finite.
  package init?(label: [Float]) {
    guard label.count == Self.labelCount, label.allSatisfy(\.isFinite) else { return nil }
    self.init(pose: Array(label[..<16]), intrinsics: Array(label[16...]))
  }

  /// Pose, then intrinsics, `[25]`.
  package var label: [Float] { pose + intrinsics }

  /// A camera on a sphere that looks at a point, without roll; `LookAtPoseSampler` without its randomness.
  ///
  /// - Deviation: none, though the elevation is not the angle asked for: the source takes the share of π as a share of
  ///   the sphere's height, so 0.2 from the horizon becomes 0.128.
  ///
  /// - Parameters:
  ///   - yaw: angle around the vertical axis from the first axis, π/2 in front.
  ///   - pitch: angle from the vertical axis, π/2 at the horizon.
  ///   - target: what the camera looks at.
  ///   - radius: distance from the world's center.
  ///   - focalLength: in widths of the picture.
  /// - Returns: a camera whose principal point is the picture's center.
  package static func orbit(
    yaw: Double, pitch: Double, target: SIMD3<Double> = SIMD3(0, 0, 0.2), radius: Double = 2.7,
    focalLength: Float = focalLengthOfFFHQ
  ) -> Camera {
    let height = 1 - 2 * min(max(pitch, 1e-5), .pi - 1e-5) / .pi
    let horizontal = (1 - height * height).squareRoot()
    let origin =
      radius
      * SIMD3(
        horizontal * Elementary.cosine(.pi - yaw), height, horizontal * Elementary.sine(.pi - yaw))
    let forward = (target - origin).normalized
    let right = -(SIMD3(0, 1, 0).cross(forward).normalized)
    let up = forward.cross(right).normalized
    return Camera(
      pose: (0..<3).flatMap { [right[$0], up[$0], forward[$0], origin[$0]].map { Float($0) } }
        + [0, 0, 0, 1],
      intrinsics: [focalLength, 0, 0.5, 0, focalLength, 0.5, 0, 0, 1])
  }

  /// The camera of the mirrored picture.
  package var mirrored: Camera {
    var pose = pose
    for index in [1, 2, 3, 4, 8] { pose[index].negate() }
    return Camera(pose: pose, intrinsics: intrinsics)
  }

  /// A ray through the center of each pixel, row by row from the top left.
  ///
  /// - Parameter resolution: rows and columns of the picture.
  /// - Returns: one ray a pixel.
  package func rays(resolution: Int) -> [Ray] {
    let (fx, fy) = (intrinsics[0], intrinsics[4])
    let (cx, cy, skew) = (intrinsics[2], intrinsics[5], intrinsics[1])
    let origin = SIMD3(pose[3], pose[7], pose[11])
    return (0..<resolution * resolution).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: resolution)
      let x = (Float(column) + 0.5) / Float(resolution)
      let y = (Float(row) + 0.5) / Float(resolution)
      let inCamera = SIMD3((x - cx + cy * skew / fy - skew * y / fy) / fx, (y - cy) / fy, 1)
      let inWorld = SIMD3(
        (SIMD3(pose[0], pose[1], pose[2]) * inCamera).sum(),
        (SIMD3(pose[4], pose[5], pose[6]) * inCamera).sum(),
        (SIMD3(pose[8], pose[9], pose[10]) * inCamera).sum())
      return Ray(origin: origin, direction: inWorld / (inWorld * inWorld).sum().squareRoot())
    }
  }
}

/// A half-line in the world.
package struct Ray: Equatable, Sendable {
  /// Where it begins.
  package let origin: SIMD3<Float>
  /// Where it goes, of length 1.
  package let direction: SIMD3<Float>

  /// A ray.
  package init(origin: SIMD3<Float>, direction: SIMD3<Float>) {
    self.origin = origin
    self.direction = direction
  }

  /// The point at a distance from the origin.
  package func point(at depth: Float) -> SIMD3<Float> { origin + depth * direction }
}

extension SIMD3<Double> {
  fileprivate var normalized: SIMD3<Double> { self / (self * self).sum().squareRoot() }

  fileprivate func cross(_ other: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(
      y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
  }
}
