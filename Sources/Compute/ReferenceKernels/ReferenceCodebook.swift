import Tensors

extension Reference {
  /// The row of a table `[V, C]` at the least `|z|² + |e|² − 2 z·e` in place of each pixel `z`, the first of equals.
  package static func nearestCodes(_ x: Tensor, table: Tensor) -> Tensor {
    let (count, width) = (table.shape[0], table.shape[1])
    let pixels = x.count / width
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let rows = (0..<count).map { row in
      table.values[row * width..<(row + 1) * width].map(Double.init)
    }
    var y = x
    for pixel in 0..<pixels {
      let z = (0..<width).map { Double(x.values[$0 * pixels + pixel]) }
      let distances = rows.map { dot(z, z) + dot($0, $0) - 2 * dot(z, $0) }
      let nearest = distances.indices.min { distances[$0] < distances[$1] } ?? 0
      for channel in 0..<width {
        y.values[channel * pixels + pixel] = Float(rows[nearest][channel])
      }
    }
    return y
  }
}
