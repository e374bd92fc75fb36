import Tensors

/// Which coordinates of a point each feature plane reads.
///
/// Source: `NVlabs/eg3d`, `eg3d/training/volumetric_rendering/renderer.py` (`generate_planes`, `project_onto_planes`).
package struct PlaneAxes: Equatable, Sendable {
  /// What becomes column and row of a plane, as products with a point.
  package struct Plane: Equatable, Sendable {
    /// Product with a point that becomes the column, −1…1 from left to right.
    package let column: SIMD3<Float>
    /// Product with a point that becomes the row, −1…1 from top to bottom.
    package let row: SIMD3<Float>
  }

  /// One entry a plane.
  package let planes: [Plane]

  /// The published weights' planes: XY, XZ and ZX, so that none reads Y and Z together.
  ///
  /// The published code means YZ for the third, but inverts a permutation that is not its own inverse; weights that were
  /// trained with it need it.
  package static let published = PlaneAxes(coordinates: [(0, 1), (0, 2), (2, 0)])
  /// The planes as they are meant: XY, XZ and ZY.
  package static let corrected = PlaneAxes(coordinates: [(0, 1), (0, 2), (2, 1)])

  private init(coordinates: [(column: Int, row: Int)]) {
    func unit(_ axis: Int) -> SIMD3<Float> {
      var vector = SIMD3<Float>()
      vector[axis] = 1
      return vector
    }
    planes = coordinates.map { Plane(column: unit($0.column), row: unit($0.row)) }
  }

  /// The planes of a file; nil for another shape or vectors that do not span the space.
  ///
  /// - Parameter axes: `plane_axes`, `[P, 3, 3]`: three vectors a plane, of which the first two span it.
  package init?(axes: Tensor) {
    guard axes.shape.count == 3, axes.shape[1...] == [3, 3] else { return nil }
    var planes: [Plane] = []
    for plane in 0..<axes.shape[0] {
      let m = axes.values[plane * 9..<plane * 9 + 9].map(Double.init)
      // Columns of the inverse are cross products of the rows.
      let cofactors = [
        [m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8]],
        [m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6]],
        [m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7]],
      ]
      let determinant = m[0] * cofactors[0][0] + m[1] * cofactors[1][0] + m[2] * cofactors[2][0]
      guard determinant.isFinite, abs(determinant) > 1e-6 else { return nil }
      func column(_ index: Int) -> SIMD3<Float> {
        SIMD3(
          Float(cofactors[0][index] / determinant), Float(cofactors[1][index] / determinant),
          Float(cofactors[2][index] / determinant))
      }
      planes.append(Plane(column: column(0), row: column(1)))
    }
    self.planes = planes
  }
}
