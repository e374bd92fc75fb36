import CKernels
import Tensors

/// Products of computed rows with a computed matrix, which is packed like weights: what attention and
/// products of two results share.
struct PanelProduct {
  let kernels: ek_kernels

  /// Panels that a number of columns takes.
  func panels(_ columns: Int) -> Int { columns.dividedUp(by: kernels.tile_columns) }

  /// Floats that a packed matrix takes.
  func packedFloats(rows: Int, columns: Int) -> Int {
    panels(columns) * rows * kernels.tile_columns
  }

  /// Packs a matrix `[rows, columns]`, whose rows lie `stride` apart, as `[panel][row][tile columns]`.
  func pack(
    _ source: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let width = kernels.tile_columns
    for panel in 0..<panels(columns) {
      let count = min(width, columns - panel * width)
      var row = target + panel * rows * width
      for index in 0..<rows {
        row.update(from: source + index * stride + panel * width, count: count)
        if count < width { (row + count).update(repeating: 0, count: width - count) }
        row += width
      }
    }
  }

  /// A tile of rows that were put into the scratch's first pointers, with outputs in those behind.
  ///
  /// - Precondition: the scratch has room for `2 · tile_rows` pointers and `tile_columns` zeros.
  func tile(rows: Int, depth: Int, scratch: KernelScratch) -> ek_tile {
    var tile = ek_tile()
    tile.row_count = rows
    tile.tap_count = 1
    tile.channel_count = depth
    tile.rows = UnsafePointer(scratch.pointers)
    tile.outputs = UnsafeRawPointer(scratch.pointers + kernels.tile_rows).assumingMemoryBound(
      to: UnsafeMutablePointer<Float>?.self)
    tile.bias = UnsafePointer(scratch.zeros.base)
    tile.slopes = tile.bias
    tile.activation = EK_ACTIVATION_NONE
    return tile
  }

  /// Multiplies a tile with a packed matrix; `panelFloats` lie from one panel to the next.
  func run(
    _ tile: inout ek_tile, weights: UnsafePointer<Float>, panelFloats: Int, columns: Int
  ) {
    let width = kernels.tile_columns
    for panel in 0..<panels(columns) {
      tile.weights = weights + panel * panelFloats
      tile.column_offset = panel * width
      tile.column_count = min(width, columns - panel * width)
      kernels.tile(&tile)
    }
  }
}

extension FeatureMap {
  /// `y[b, m, n] = Σ_k x[b, m, k] · w[b, k, n]`, a product for each of some batches.
  ///
  /// - Parameters:
  ///   - first: `B·M` pixels of `K` channels.
  ///   - second: `B·K` pixels of `N` channels.
  ///   - batches: `B`.
  ///   - level: instruction set.
  ///   - scratch: one per worker; holds one batch of the second operand.
  ///
  /// - Exactness: sums in Float32 in the order of `k`.
  package func writeMatrixProduct(
    of first: FeatureMap, _ second: FeatureMap, batches: Int, level: CPULevel = .current,
    scratch: KernelScratch
  ) {
    let depth = first.channels
    precondition(
      pixels == first.pixels && second.pixels == batches * depth && second.channels == channels
        && pixels % batches == 0, "operands do not fit together")
    let product = PanelProduct(kernels: level.kernels)
    let (height, tileRows) = (pixels / batches, product.kernels.tile_rows)
    scratch.reserve(
      pointers: 2 * tileRows, patches: product.packedFloats(rows: depth, columns: channels),
      zeros: product.kernels.tile_columns)
    for batch in 0..<batches {
      product.pack(
        second.base + batch * depth * second.pixelStride, rows: depth, columns: channels,
        stride: second.pixelStride, into: scratch.patches.base)
      for start in stride(from: batch * height, to: (batch + 1) * height, by: tileRows) {
        let count = min(tileRows, (batch + 1) * height - start)
        for row in 0..<count {
          scratch.pointers[row] = UnsafePointer(first.base + (start + row) * first.pixelStride)
          scratch.pointers[tileRows + row] = UnsafePointer(base + (start + row) * pixelStride)
        }
        var tile = product.tile(rows: count, depth: depth, scratch: scratch)
        product.run(
          &tile, weights: scratch.patches.base,
          panelFloats: depth * product.kernels.tile_columns, columns: channels)
      }
    }
  }
}

extension Int {
  /// `⌈self / divisor⌉` of numbers that are not negative.
  func dividedUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
