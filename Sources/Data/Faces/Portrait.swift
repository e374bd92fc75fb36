import Tensors

/// A scene as it is seen: the picture and, aligned to the pixel, what every pixel shows.
package struct Portrait: Equatable, Sendable {
  /// `[S, S, 3]`, red, green, blue, 0…255.
  package let image: Raster
  /// `[S, S, 1]`, classes 0…18 in CelebAMask-HQ's order; left is the person's own.
  package let labels: Raster
  private let strokes: UInt32

  /// Draws a scene.
  ///
  /// The same scene gives the same bytes on every machine, since it is drawn with operations that
  /// IEEE 754 defines to the bit and in one order (`Exact` says which).
  ///
  /// - Parameters:
  ///   - scene: what to draw.
  ///   - size: pixels on each side, 64…1024.
  /// - Precondition: the size is in that range.
  package init(_ scene: Scene, size: Int) {
    precondition(64...1024 ~= size, "portraits have 64…1024 pixels on a side, not \(size)")
    let canvas = PortraitPainter(scene, size: size).paint()
    image = Development(scene.view.camera, size: size).develop(canvas)
    labels = Raster(width: size, height: size, channels: 1, samples: canvas.labels)
    strokes = scene.view.camera.seed
  }

  /// White strokes on black along the classes' borders, `[S, S, 1]`.
  package var scribble: Raster { Scribble.draw(labels, seed: strokes) }
}

extension Portrait {
  /// The label map alone, in less time than the whole portrait takes, since it needs no light.
  ///
  /// - Parameters:
  ///   - scene: what to draw.
  ///   - size: pixels on each side, 64…1024.
  /// - Returns: ``labels`` of the scene's portrait.
  /// - Precondition: the size is in that range.
  package static func labels(of scene: Scene, size: Int) -> Raster {
    precondition(64...1024 ~= size, "portraits have 64…1024 pixels on a side, not \(size)")
    let canvas = PortraitPainter(scene, size: size).paint(isLit: false)
    return Raster(width: size, height: size, channels: 1, samples: canvas.labels)
  }
}
