/// Which part of camera space the image shows.
///
/// The photo is cropped as CelebA-HQ was: a square about the eyes' middle, moved a tenth of the way
/// to the mouth, whose half side is the larger of twice the eyes' distance and 1.8 times the
/// distance from eyes to mouth. Source: Karras et al. 2018, "Progressive Growing of GANs", appendix C.
///
/// - Deviation: the square is not turned with the eyes; a scene's roll is what that would leave.
struct Framing: Sendable {
  /// Camera space at the image's upper left corner, in centimeters.
  let left, top: Float
  /// Pixels in a centimeter.
  let scale: Float
  /// Pixels on each side of the image.
  let size: Int

  init(_ scene: Scene, head: Pose, size: Int) {
    let landmarks = CropLandmarks(scene.identity)
    func seen(_ x: Float, _ y: Float, _ z: Float) -> Vector { head(Vector(x, y, z)) }
    let (e0, e1) = (seen(-landmarks.eyeX, 0, 8.5), seen(landmarks.eyeX, 0, 8.5))
    let m0 = seen(-landmarks.mouthX, landmarks.mouthY, 8.9)
    let m1 = seen(landmarks.mouthX, landmarks.mouthY, 8.9)
    let (eyes, mouth) = (0.5 * (e0 + e1), 0.5 * (m0 + m1))
    func length(_ a: Vector, _ b: Vector) -> Float {
      (squared(a.x - b.x) + squared(a.y - b.y)).squareRoot()
    }
    // An average face's distances take part, so that odd poses do not change the scale too much.
    let half = max(2 * length(e0, e1), 1.8 * length(eyes, mouth), 11.8) / scene.view.camera.zoom
    let center = eyes + 0.1 * (mouth - eyes)
    left = center.x - half + scene.view.camera.shift.x * 2 * half
    top = center.y - half + scene.view.camera.shift.y * 2 * half
    scale = Float(size) / (2 * half)
    self.size = size
  }
}
