import CKernels

/// Products of rows with a matrix that lies in panels, `y[m, n] (+)= Σ_k x[m, k] · w[k, n]`, on the
/// micro-kernel of convolutions.
struct RowProduct {
  let kernels: ek_kernels
  let scratch: GradientScratch

  /// Floats from one panel of a matrix `[depth, columns]` to the next.
  func panelFloats(depth: Int) -> Int { depth * kernels.tile_columns }

  /// Floats of a packed matrix.
  func packedFloats(depth: Int, columns: Int) -> Int {
    (columns + kernels.tile_columns - 1) / kernels.tile_columns * panelFloats(depth: depth)
  }

  /// Packs rows of a map as the matrix `[row][channel]`.
  func packRows(_ rows: FeatureMap, into target: UnsafeMutablePointer<Float>) {
    let width = kernels.tile_columns
    var target = target
    for first in stride(from: 0, to: rows.channels, by: width) {
      let count = min(width, rows.channels - first)
      for index in 0..<rows.pixels {
        target.update(from: rows.pixel(at: index) + first, count: count)
        (target + count).update(repeating: 0, count: width - count)
        target += width
      }
    }
  }

  /// Packs rows of a map as the transposed matrix `[channel][row]`.
  func packColumns(_ rows: FeatureMap, into target: UnsafeMutablePointer<Float>) {
    let width = kernels.tile_columns
    let panel = panelFloats(depth: rows.channels)
    for first in stride(from: 0, to: rows.pixels, by: width) {
      let start = target + first / width * panel
      start.update(repeating: 0, count: panel)
      for column in 0..<min(width, rows.pixels - first) {
        let source = rows.pixel(at: first + column)
        for channel in 0..<rows.channels { start[channel * width + column] = source[channel] }
      }
    }
  }

  /// Multiplies.
  ///
  /// - Parameters:
  ///   - rows: `[M, depth]`.
  ///   - weights: packed, `[depth, columns]`.
  ///   - output: `[M, columns]`.
  ///   - accumulates: whether products are added to the output.
  func multiply(
    _ rows: FeatureMap, by weights: UnsafePointer<Float>, into output: FeatureMap,
    accumulates: Bool = false
  ) {
    let (height, width) = (kernels.tile_rows, kernels.tile_columns)
    let table = scratch.pointers(2 * height)
    let outputs = table + height
    var tile = ek_tile()
    tile.tap_count = 1
    tile.channel_count = rows.channels
    tile.rows = UnsafePointer(table)
    tile.outputs = UnsafeRawPointer(outputs).assumingMemoryBound(
      to: UnsafeMutablePointer<Float>?.self)
    tile.residuals = accumulates ? UnsafePointer(outputs) : nil
    tile.bias = scratch.zeros(width)
    tile.slopes = tile.bias
    tile.activation = EK_ACTIVATION_NONE
    let panel = panelFloats(depth: rows.channels)
    for first in stride(from: 0, to: rows.pixels, by: height) {
      tile.row_count = min(height, rows.pixels - first)
      for index in 0..<tile.row_count {
        table[index] = UnsafePointer(rows.pixel(at: first + index))
        outputs[index] = UnsafePointer(output.pixel(at: first + index))
      }
      for column in stride(from: 0, to: output.channels, by: width) {
        tile.weights = weights + column / width * panel
        tile.column_offset = column
        tile.column_count = min(width, output.channels - column)
        kernels.tile(&tile)
      }
    }
  }
}

/// Sums of outer products of two maps' rows, `y[m, n] (+)= Σ_p a[p, m] · b[p, n]`.
struct OuterProduct {
  let kernels: ek_gradient_kernels
  let scratch: GradientScratch

  /// Floats of working memory.
  func workFloats(depth: Int, rows: Int) -> Int { (depth + rows) * kernels.outer_columns }

  /// Multiplies.
  ///
  /// - Parameters:
  ///   - left: `[P, M]`.
  ///   - right: `[P, N]`.
  ///   - output: `[M, N]`, added to.
  ///   - work: ``workFloats(depth:rows:)`` floats.
  func add(
    _ left: FeatureMap, _ right: FeatureMap, to output: FeatureMap,
    work: UnsafeMutablePointer<Float>
  ) {
    let width = kernels.outer_columns
    let sums = work + left.pixels * width
    let table = scratch.pointers(left.pixels)
    for index in 0..<left.pixels { table[index] = UnsafePointer(left.pixel(at: index)) }
    var job = ek_outer()
    job.depth = left.pixels
    job.rows = UnsafePointer(table)
    job.columns = UnsafePointer(work)
    job.sum_stride = width
    for first in stride(from: 0, to: right.channels, by: width) {
      let count = min(width, right.channels - first)
      for index in 0..<right.pixels {
        let row = work + index * width
        row.update(from: right.pixel(at: index) + first, count: count)
        (row + count).update(repeating: 0, count: width - count)
      }
      sums.update(repeating: 0, count: left.channels * width)
      job.column_count = count
      for row in stride(from: 0, to: left.channels, by: kernels.outer_rows) {
        job.row_count = min(kernels.outer_rows, left.channels - row)
        job.row_offset = row
        job.sums = sums + row * width
        kernels.outer(&job)
      }
      for row in 0..<left.channels {
        kernels.add_scaled(sums + row * width, 1, output.pixel(at: row) + first, count)
      }
    }
  }
}
