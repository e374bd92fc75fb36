import CKernels
import Tensors

/// The loops of one Winograd convolution call.
///
/// Tiles of all images form one list that is cut into blocks. Of a block all inputs are transformed;
/// then, panel by panel, the products of all frequencies, some channels at a time, and the transform
/// back, so that sums never leave the nearest cache. A tile's position depends on its own image alone,
/// so its values do not depend on where blocks end.
struct WinogradJob {
  /// Floats between neighboring tiles' channels beyond the channels themselves: rows a power of two
  /// apart would share few cache lines.
  private static let stagger = 16
  /// Floats of a block's transformed inputs that a core's own cache holds.
  private static let blockFloats = 120_000
  /// Least tiles of a block: enough for the products to outweigh what is done once a block.
  private static let leastTiles = (transformed: 48, plain: 96)

  let inputs: [FeatureMap]
  let outputs: [FeatureMap]
  /// As many as images, or none.
  let residuals: [FeatureMap]
  let geometry: ConvolutionGeometry
  let filters: WinogradFilters
  let kernels: ek_kernels
  let transforms: ek_winograd
  let activation: ek_activation
  let bias: UnsafeMutablePointer<Float>
  let slopes: UnsafeMutablePointer<Float>

  private var form: WinogradForm { filters.form }
  private var frequencies: Int { form.products }
  private var tileStride: Int { (filters.inputChannels + 15) / 16 * 16 + Self.stagger }

  func run(scratch: KernelScratch) {
    let grid = form.tileCount(outputs[0].extent)
    let total = grid.rows * grid.columns * outputs.count
    let parts = scratch.parts(
      operations: total * frequencies * filters.inputChannels * filters.outputChannels)
    // Parts of the tiles share nothing but filters; where each would have too few, blocks are divided.
    let share = scratch.threads * leastTiles
    if parts == 1 || total < share {
      run(0..<total, dividedInto: parts, scratch: scratch)
    } else {
      let parts = min(parts, total / share * scratch.threads)
      scratch.forEachPart(of: parts) { part, scratch in
        run(
          total.part(part, of: parts, unit: kernels.tile_rows), dividedInto: 1, scratch: scratch)
      }
    }
  }

  /// Convolves some of the tiles, of which each block is divided among threads.
  private func run(_ range: Range<Int>, dividedInto parts: Int, scratch: KernelScratch) {
    let grid = form.tileCount(outputs[0].extent)
    let block = blockSize(range.count)
    scratch.reserve(
      pointers: 0,
      patches: frequencies * block * tileStride + panelFloats(block),
      zeros: filters.inputChannels)
    let tiles = scratch.winogradTiles(block)
    for first in stride(from: range.lowerBound, to: range.upperBound, by: block) {
      let count = min(block, range.upperBound - first)
      for index in 0..<count {
        let (image, tile) = (first + index).quotientAndRemainder(
          dividingBy: grid.rows * grid.columns)
        let (row, column) = tile.quotientAndRemainder(dividingBy: grid.columns)
        tiles[index] = self.tile(image: image, row: row, column: column)
      }
      runBlock(tiles, count: count, capacity: block, dividedInto: parts, scratch: scratch)
    }
  }

  /// Tiles a block: as many as the cache holds but no fewer than ``leastTiles``, whole kernel tiles, and all
  /// blocks about alike.
  private func blockSize(_ total: Int) -> Int {
    let rows = kernels.tile_rows
    let most = max(Self.blockFloats / (frequencies * tileStride), leastTiles)
    let blocks = (total + most - 1) / most
    let even = (total + blocks - 1) / blocks
    return (even + rows - 1) / rows * rows
  }

  private var leastTiles: Int {
    filters.storage == .plain ? Self.leastTiles.plain : Self.leastTiles.transformed
  }

  private func sumStride(_ block: Int) -> Int { block * filters.width + Self.stagger }

  /// Floats that the products of a panel need, their filters included.
  private func panelFloats(_ block: Int) -> Int {
    frequencies * sumStride(block) + filters.scratchFloats
  }

  private func tile(image: Int, row: Int, column: Int) -> ek_winograd_tile {
    let output = outputs[image]
    let (firstRow, firstColumn) = (row * form.outputs.rows, column * form.outputs.columns)
    var tile = form.inputTile(
      of: inputs[image], row: row, column: column, padding: geometry.padding)
    tile.output = output.pixel(firstRow, firstColumn)
    if !residuals.isEmpty {
      tile.residual = UnsafePointer(residuals[image].pixel(firstRow, firstColumn))
    }
    tile.row_count = Int32(min(form.outputs.rows, output.rows - firstRow))
    tile.column_count = Int32(min(form.outputs.columns, output.columns - firstColumn))
    return tile
  }

  private func runBlock(
    _ tiles: UnsafeMutablePointer<ek_winograd_tile>, count: Int, capacity: Int,
    dividedInto parts: Int, scratch: KernelScratch
  ) {
    let own = scratch
    let transformed = own.patches.base
    let frequencyStride = capacity * tileStride
    own.forEachPart(of: parts) { part, _ in
      let range = count.part(part, of: parts)
      transform(
        tiles + range.lowerBound, count: range.count,
        into: transformed + range.lowerBound * tileStride, frequencyStride: frequencyStride,
        zeros: own.zeros.base)
    }
    let panelParts = min(parts, filters.panelCount)
    own.forEachPart(of: panelParts) { part, scratch in
      // The transformed inputs are in the memory of the thread that divides its call.
      let start = scratch === own ? frequencies * frequencyStride : 0
      scratch.reserve(pointers: 0, patches: start + panelFloats(capacity), zeros: 0)
      for panel in filters.panelCount.part(part, of: panelParts) {
        runPanel(
          panel, tiles, count: count, capacity: capacity, transformed: transformed,
          sums: scratch.patches.base + start)
      }
    }
  }

  /// The products of one panel of outputs, and their transform back.
  private func runPanel(
    _ panel: Int, _ tiles: UnsafeMutablePointer<ek_winograd_tile>, count: Int, capacity: Int,
    transformed: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>
  ) {
    let columns = min(filters.width, filters.outputChannels - panel * filters.width)
    let weights = sums + frequencies * sumStride(capacity)
    var product = ek_product()
    product.row_count = count
    product.row_stride = tileStride
    product.column_count = columns
    for first in stride(from: 0, to: filters.inputChannels, by: filters.chunk) {
      let channels = first..<min(first + filters.chunk, filters.inputChannels)
      let chunk = filters.weights(panel: panel, channels: channels, scratch: weights)
      product.depth = channels.count
      product.continues = first > 0 ? 1 : 0
      for frequency in 0..<frequencies {
        product.rows = UnsafePointer(transformed + frequency * capacity * tileStride + first)
        product.weights = chunk.first + frequency * chunk.stride
        product.sums = sums + frequency * sumStride(capacity)
        kernels.product(&product)
      }
    }
    finish(
      tiles, count: count, panel: panel, columns: columns, sums: sums,
      frequencyStride: sumStride(capacity))
  }

  private func transform(
    _ tiles: UnsafeMutablePointer<ek_winograd_tile>, count: Int,
    into frequencies: UnsafeMutablePointer<Float>, frequencyStride: Int,
    zeros: UnsafeMutablePointer<Float>
  ) {
    var job = ek_winograd_input()
    job.tile_count = count
    job.tiles = UnsafePointer(tiles)
    job.row_stride = inputs[0].columns * inputs[0].pixelStride
    job.pixel_stride = inputs[0].pixelStride
    job.channel_count = filters.inputChannels
    job.zeros = UnsafePointer(zeros)
    job.frequencies = frequencies
    job.frequency_stride = frequencyStride
    job.tile_stride = tileStride
    transforms.input(&job)
  }

  private func finish(
    _ tiles: UnsafeMutablePointer<ek_winograd_tile>, count: Int, panel: Int, columns: Int,
    sums: UnsafeMutablePointer<Float>, frequencyStride: Int
  ) {
    var job = ek_winograd_output()
    job.tile_count = count
    job.tiles = UnsafePointer(tiles)
    job.row_stride = outputs[0].columns * outputs[0].pixelStride
    job.pixel_stride = outputs[0].pixelStride
    if let residual = residuals.first {
      job.residual_row_stride = residual.columns * residual.pixelStride
      job.residual_pixel_stride = residual.pixelStride
    }
    job.column_offset = panel * filters.width
    job.column_count = columns
    job.sums = UnsafePointer(sums)
    job.frequency_stride = frequencyStride
    job.bias = UnsafePointer(bias + panel * filters.width)
    job.slopes = UnsafePointer(slopes + panel * filters.width)
    job.activation = activation
    transforms.output(&job)
  }
}

extension WinogradForm {
  /// The inputs that one tile of a map of outputs reads.
  func inputTile(
    of input: FeatureMap, row: Int, column: Int, padding: Extent
  ) -> ek_winograd_tile {
    tile(
      of: input, row: row * outputs.rows - padding.rows,
      column: column * outputs.columns - padding.columns, size: inputs)
  }

  /// One tile of a map of outputs' gradients from some channel, as the gradient's transform reads it.
  func outputTile(
    of gradient: FeatureMap, row: Int, column: Int, channel: Int
  ) -> ek_winograd_tile {
    var tile = tile(
      of: gradient, row: row * outputs.rows, column: column * outputs.columns, size: outputs)
    tile.input += channel
    return tile
  }

  private func tile(of map: FeatureMap, row: Int, column: Int, size: Extent) -> ek_winograd_tile {
    var tile = ek_winograd_tile()
    tile.input = UnsafePointer(map.pixel(row, column))
    tile.first_row = Int32(max(0, -row))
    tile.last_row = Int32(min(size.rows, map.rows - row))
    tile.first_column = Int32(max(0, -column))
    tile.last_column = Int32(min(size.columns, map.columns - column))
    return tile
  }
}
