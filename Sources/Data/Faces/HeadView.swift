import Tensors

/// How a head stands before the camera, and what part of camera space a picture shows; all lines of sight are parallel.
///
/// The head's own space has x right, y down and z out of the face, in centimeters, 0 between the eyes.
package struct HeadView: Equatable, Sendable {
  /// Degrees; positive turns the face toward the picture's right.
  package let yaw: Float
  /// Degrees; positive lifts the chin.
  package let pitch: Float
  /// Degrees; positive tilts the head clockwise.
  package let roll: Float
  /// Camera space at the picture's upper left corner, in centimeters.
  package let left, top: Float
  /// Centimeters across the picture.
  package let width: Float
  private let turn: Rotation

  /// A view.
  package init(
    yaw: Float, pitch: Float, roll: Float, left: Float, top: Float, width: Float
  ) {
    (self.yaw, self.pitch, self.roll) = (yaw, pitch, roll)
    (self.left, self.top, self.width) = (left, top, width)
    turn = Rotation(yaw: yaw, pitch: pitch, roll: roll)
  }

  /// How a ``Portrait`` shows a scene's head.
  package init(_ scene: Scene) {
    let view = scene.view
    let pose = Pose(rotation: Rotation(yaw: view.yaw, pitch: view.pitch, roll: view.roll))
    // No number depends on how many pixels there are.
    let framing = Framing(scene, head: pose, size: 256)
    self.init(
      yaw: view.yaw, pitch: view.pitch, roll: view.roll, left: framing.left, top: framing.top,
      width: Float(framing.size) / framing.scale)
  }

  /// Where all lines of sight lead, of length 1: away from the viewer.
  package var direction: SIMD3<Float> { -inverse(SIMD3(0, 0, 1)) }

  /// The point of a place's line of sight that is in the viewer's plane through the head's middle.
  ///
  /// - Parameter place: across and down the picture, 0…1.
  /// - Returns: in the head's space.
  package func point(at place: SIMD2<Float>) -> SIMD3<Float> {
    inverse(SIMD3(left + place.x * width, top + place.y * width, 0))
  }

  /// Where a point of the head is seen.
  ///
  /// - Parameter point: in the head's space.
  /// - Returns: across and down the picture, 0…1 inside it.
  package func place(of point: SIMD3<Float>) -> SIMD2<Float> {
    let seen = turn(point)
    return SIMD2((seen.x - left) / width, (seen.y - top) / width)
  }

  /// The view of the mirrored head in the mirrored picture.
  package var mirrored: HeadView {
    HeadView(
      yaw: -yaw, pitch: pitch, roll: -roll, left: -(left + width), top: top, width: width)
  }

  /// The view of the same part of camera space with the head turned further.
  ///
  /// - Parameters:
  ///   - yaw: degrees that are added.
  ///   - pitch: likewise.
  /// - Returns: the view, in which the picture shows what it showed.
  package func turned(yaw: Float, pitch: Float) -> HeadView {
    HeadView(
      yaw: self.yaw + yaw, pitch: self.pitch + pitch, roll: roll, left: left, top: top,
      width: width)
  }

  private func inverse(_ v: Vector) -> Vector {
    Vector(dot(turn.x, v), dot(turn.y, v), dot(turn.z, v))
  }
}
