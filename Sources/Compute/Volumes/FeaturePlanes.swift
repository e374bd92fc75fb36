import Kernels
import Tensors

/// Feature planes that give every point of a box a vector: the mean of what the planes show where it falls on them.
///
/// Between the centers of four pixels values are interpolated; beyond the border they are zeros.
///
/// Source: `NVlabs/eg3d`, `eg3d/training/volumetric_rendering/renderer.py` (`sample_from_planes`).
package struct FeaturePlanes: Sendable {
  /// Which coordinates the planes read.
  package let axes: PlaneAxes
  /// Length of the box's sides; its center is the world's.
  package let boxWidth: Float

  /// Describes planes.
  package init(axes: PlaneAxes, boxWidth: Float) {
    self.axes = axes
    self.boxWidth = boxWidth
  }

  /// Channels of a vector.
  package func channels(of planes: MapView) -> Int { planes.channels / axes.planes.count }

  /// The vectors of some points.
  ///
  /// - Parameters:
  ///   - planes: `[H, W, P·C]`, one plane's channels behind the other's.
  ///   - points: in the world.
  ///   - target: one pixel a point, `[…, C]`.
  /// - Precondition: the target has as many pixels as there are points, and `C` channels.
  package func sample(_ planes: MapView, at points: [SIMD3<Float>], into target: MapView) {
    let channels = channels(of: planes)
    precondition(target.pixels == points.count && target.channels == channels, "no room for points")
    let (source, stride) = (planes.map.base, planes.pixelStride)
    let share = 1 / Float(axes.planes.count)
    for (index, point) in points.enumerated() {
      let vector = target.map.base + index * target.pixelStride
      vector.update(repeating: 0, count: channels)
      forEachTexel(of: point, planes) { plane, pixel, weight in
        vector.add(source + pixel * stride + plane * channels, times: weight, count: channels)
      }
      for channel in 0..<channels { vector[channel] *= share }
    }
  }

  /// Adds what changes of the vectors of some points mean for the planes.
  ///
  /// - Parameters:
  ///   - changes: gradients by the vectors, as ``sample(_:at:into:)`` writes these.
  ///   - points: in the world.
  ///   - gradient: of the planes, `[H, W, P·C]`, added to.
  package func addGradient(of changes: MapView, at points: [SIMD3<Float>], to gradient: MapView) {
    let channels = channels(of: gradient)
    precondition(
      changes.pixels == points.count && changes.channels == channels, "not of these points")
    let (base, stride) = (gradient.map.base, gradient.pixelStride)
    let share = 1 / Float(axes.planes.count)
    for (index, point) in points.enumerated() {
      let change = changes.map.base + index * changes.pixelStride
      forEachTexel(of: point, gradient) { plane, pixel, weight in
        (base + pixel * stride + plane * channels)
          .add(change, times: weight * share, count: channels)
      }
    }
  }

  /// The pixels that a point reads, with their weights.
  @inline(__always)
  private func forEachTexel(
    of point: SIMD3<Float>, _ planes: MapView,
    _ body: (_ plane: Int, _ pixel: Int, _ weight: Float) -> Void
  ) {
    let scaled = (2 / boxWidth) * point
    let (rows, columns) = (planes.rows, planes.columns)
    for (index, plane) in axes.planes.enumerated() {
      let x = (((plane.column * scaled).sum() + 1) * Float(columns) - 1) / 2
      let y = (((plane.row * scaled).sum() + 1) * Float(rows) - 1) / 2
      // False for NaN too.
      guard x > -1, y > -1, x < Float(columns), y < Float(rows) else { continue }
      let (left, top) = (x.rounded(.down), y.rounded(.down))
      let (toRight, toBottom) = (x - left, y - top)
      let (column, row) = (Int(left), Int(top))
      if row >= 0 {
        if column >= 0 { body(index, row * columns + column, (1 - toRight) * (1 - toBottom)) }
        if column + 1 < columns {
          body(index, row * columns + column + 1, toRight * (1 - toBottom))
        }
      }
      if row + 1 < rows {
        if column >= 0 { body(index, (row + 1) * columns + column, (1 - toRight) * toBottom) }
        if column + 1 < columns {
          body(index, (row + 1) * columns + column + 1, toRight * toBottom)
        }
      }
    }
  }
}

extension UnsafeMutablePointer<Float> {
  /// Adds a factor times other values, eight at a time; products are rounded before they are added.
  @inline(__always)
  fileprivate func add(_ other: UnsafeMutablePointer<Float>, times factor: Float, count: Int) {
    var place = 0
    while place + 8 <= count {
      let (own, values) = (UnsafeMutableRawPointer(self + place), UnsafeRawPointer(other + place))
      let sum =
        own.loadUnaligned(as: SIMD8<Float>.self)
        + factor * values.loadUnaligned(as: SIMD8<Float>.self)
      own.storeBytes(of: sum, as: SIMD8<Float>.self)
      place += 8
    }
    while place < count {
      self[place] += factor * other[place]
      place += 1
    }
  }
}
