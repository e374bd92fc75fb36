import Tensors

/// A head seen from some side, with the light and the eyes turning along: views of one thing, from which its form can be
/// learned.
///
/// - Deviation: light from everywhere stays with the camera, so surfaces that face aside are darker from every side.
package struct TurnedPortrait: Equatable, Sendable {
  /// `[S, S, 3]`; what is not the head is a gray of 128.
  package let image: Raster
  /// `[S, S, 1]`, 255 where the head is and 0 elsewhere.
  package let head: Raster
  /// From where the head is seen.
  package let view: HeadView

  /// Classes that turn with the body or not at all.
  private static let others: Set<UInt8> = [
    Label.background, Label.necklace, Label.neck, Label.cloth,
  ]
  /// What is not the head, in all channels.
  package static let gray = 128
  /// How far eyes turn back toward the camera, which ``EyePainter`` counts in.
  private static let eyeReturn: Float = 0.85

  /// Draws a head.
  ///
  /// - Parameters:
  ///   - scene: whose head; its pose, noise and background do not count, and its light and gaze are those of a head that
  ///     faces the camera.
  ///   - yaw: degrees; positive turns the face toward the image's right.
  ///   - pitch: degrees; positive lifts the chin.
  ///   - size: pixels on each side, 64…1024.
  /// - Precondition: the size is in that range.
  package init(_ scene: Scene, yaw: Float, pitch: Float, size: Int) {
    precondition(64...1024 ~= size, "portraits have 64…1024 pixels on a side, not \(size)")
    var turned = scene
    (turned.view.yaw, turned.view.pitch, turned.view.roll) = (yaw, pitch, 0)
    turned.view.gaze += SIMD2(Self.eyeReturn * yaw, -Self.eyeReturn * pitch)
    turned.view.light.direction = Rotation(yaw: yaw, pitch: pitch, roll: 0)(
      scene.view.light.direction)
    turned.view.light.rim = 0
    let gray = SIMD3<Float>(repeating: Float(Self.gray) / 255)
    turned.view.background = View.Background(
      kind: .plain, first: gray, second: gray, third: gray, seed: 0)
    turned.view.camera.shift = SIMD2(0, 0)
    (turned.view.camera.noise, turned.view.camera.vignette) = (0, 0)
    let canvas = PortraitPainter(turned, size: size).paint()
    var image = Development(turned.view.camera, size: size).develop(canvas)
    head = Self.head(of: Raster(width: size, height: size, channels: 1, samples: canvas.labels))
    for (pixel, cover) in head.samples.enumerated() where cover == 0 {
      for channel in 0..<3 { image.samples[3 * pixel + channel] = UInt8(Self.gray) }
    }
    self.image = image
    view = HeadView(turned)
  }

  /// Where a label map shows the head.
  ///
  /// - Parameter labels: classes 0…18, one channel.
  /// - Returns: of the same size, 255 where the head is and 0 elsewhere.
  package static func head(of labels: Raster) -> Raster {
    var head = labels
    for (pixel, label) in labels.samples.enumerated() {
      head.samples[pixel] = others.contains(label) ? 0 : 255
    }
    return head
  }
}
