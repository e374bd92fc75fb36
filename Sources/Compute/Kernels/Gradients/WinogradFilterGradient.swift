import CKernels
import Tensors

/// The gradient of filters by Winograd's filtering, the adjoint of what it does forwards:
/// `dg = Gᵀ [Σ_tiles (Bᵀ d B) ⊙ (A dy Aᵀ)] G`.
///
/// The sums are kept by frequency, `[panel][frequency][C][width]`, and go through `G` once, when they are reduced.
///
/// - Exactness: within a call every sum is one chain of multiply-adds in the order of the tiles; its error is that of
///   ``WinogradForm/errorBound(channels:)`` with tiles in the place of channels.
struct WinogradFilterGradient: Sendable {
  /// Tiles of a block: enough of them to outweigh loading and storing the sums, few enough for the caches.
  private static let blockTiles = 64
  /// Floats between neighboring tiles' channels beyond the channels themselves: rows a power of two
  /// apart would share few cache lines.
  private static let stagger = 16

  private let form: WinogradForm
  private let padding: Extent
  private let channels: Int
  private let outputs: Int
  private let layout: FilterLayout
  private let level: CPULevel
  private let width: Int
  /// `G` along rows and along columns, `[points][taps]`.
  private let rowTransform: [[Float]]
  private let columnTransform: [[Float]]

  init(
    _ form: WinogradForm, padding: Extent, channels: Int, outputs: Int, layout: FilterLayout,
    level: CPULevel
  ) {
    self.form = form
    self.padding = padding
    self.channels = channels
    self.outputs = outputs
    self.layout = layout
    self.level = level
    width = level.gradientKernels.outer_columns
    rowTransform = form.rows.filterTransform.map { $0.map { Float($0) } }
    columnTransform = form.columns.filterTransform.map { $0.map { Float($0) } }
  }

  private var frequencies: Int { form.products }
  private var taps: Int { form.taps.rows * form.taps.columns }
  private var panelFloats: Int { frequencies * channels * width }
  private var tileStride: Int { (channels + 15) / 16 * 16 + Self.stagger }

  var panelCount: Int { (outputs + width - 1) / width }
  var sumCount: Int { panelCount * panelFloats }
  var weightCount: Int { channels * outputs * taps }

  // MARK: Sums

  func add(
    _ inputs: [FeatureMap], _ gradients: [FeatureMap], panels: Range<Int>,
    to sums: UnsafeMutablePointer<Float>, scratch: GradientScratch
  ) {
    guard let gradient = gradients.first else { return }
    let grid = form.tileCount(gradient.extent)
    let tilesPerImage = grid.rows * grid.columns
    let total = tilesPerImage * gradients.count
    let block = min(Self.blockTiles, total)
    let rows = scratch.floats(frequencies * block * (tileStride + width))
    let columns = rows + frequencies * block * tileStride
    let zeros = scratch.zeros(max(channels, width))
    let tiles = scratch.kernels.winogradTiles(block)
    let table = scratch.pointers(block)
    for index in 0..<block { table[index] = UnsafePointer(rows + index * tileStride) }
    for start in stride(from: 0, to: total, by: block) {
      let run = start..<min(start + block, total)
      func describe(_ tile: (_ image: Int, _ row: Int, _ column: Int) -> ek_winograd_tile) {
        for index in run {
          let (image, position) = index.quotientAndRemainder(dividingBy: tilesPerImage)
          let (row, column) = position.quotientAndRemainder(dividingBy: grid.columns)
          tiles[index - start] = tile(image, row, column)
        }
      }
      describe { form.inputTile(of: inputs[$0], row: $1, column: $2, padding: padding) }
      var job = ek_winograd_input()
      job.tile_count = run.count
      job.tiles = UnsafePointer(tiles)
      job.zeros = zeros
      job.row_stride = inputs[0].columns * inputs[0].pixelStride
      job.pixel_stride = inputs[0].pixelStride
      job.channel_count = channels
      job.frequencies = rows
      job.frequency_stride = block * tileStride
      job.tile_stride = tileStride
      form.kernels(of: level).input(&job)
      job.row_stride = gradient.columns * gradient.pixelStride
      job.pixel_stride = gradient.pixelStride
      job.frequencies = columns
      job.frequency_stride = block * width
      job.tile_stride = width
      for panel in panels {
        let first = panel * width
        job.channel_count = min(width, outputs - first)
        if job.channel_count < width {
          columns.update(repeating: 0, count: frequencies * block * width)
        }
        describe { form.outputTile(of: gradients[$0], row: $1, column: $2, channel: first) }
        form.kernels(of: level).gradient(&job)
        multiply(
          table, columns: columns, block: block, tileCount: run.count,
          columnCount: job.channel_count, to: sums + panel * panelFloats)
      }
    }
  }

  /// Adds a block's products to a panel's sums, frequency by frequency.
  private func multiply(
    _ table: UnsafeMutablePointer<UnsafePointer<Float>?>, columns: UnsafeMutablePointer<Float>,
    block: Int, tileCount: Int, columnCount: Int, to sums: UnsafeMutablePointer<Float>
  ) {
    let kernels = level.gradientKernels
    var job = ek_outer()
    job.column_count = columnCount
    job.depth = tileCount
    job.rows = UnsafePointer(table)
    job.sum_stride = width
    for frequency in 0..<frequencies {
      job.columns = UnsafePointer(columns + frequency * block * width)
      for channel in stride(from: 0, to: channels, by: kernels.outer_rows) {
        job.row_count = min(kernels.outer_rows, channels - channel)
        job.row_offset = frequency * block * tileStride + channel
        job.sums = sums + (frequency * channels + channel) * width
        kernels.outer(&job)
      }
    }
  }

  // MARK: Weights

  func reduce(
    _ sums: UnsafePointer<Float>, count: Int, panel: Int, into gradient: UnsafeMutablePointer<Float>
  ) {
    let columns = min(width, outputs - panel * width)
    let target = gradient + panel * width * layout.outputStride
    let start = sums + panel * panelFloats
    let halfFloats = form.taps.rows * form.inputs.columns * width
    let floats = frequencies * width + halfFloats + width
    withUnsafeTemporaryAllocation(of: Float.self, capacity: floats) { memory in
      guard let total = memory.baseAddress else { return }
      let half = total + frequencies * width
      let tap = half + halfFloats
      for channel in 0..<channels {
        for frequency in 0..<frequencies {
          let values = total + frequency * width
          let row = start + (frequency * channels + channel) * width
          values.update(from: row, count: width)
          for part in 1..<max(count, 1) { Self.add(row + part * sumCount, to: values, width) }
        }
        let points = form.inputs
        for filterRow in 0..<form.taps.rows {
          for column in 0..<points.columns {
            let values = half + (filterRow * points.columns + column) * width
            values.update(repeating: 0, count: width)
            for row in 0..<points.rows {
              Self.add(
                total + (row * points.columns + column) * width,
                times: rowTransform[row][filterRow], to: values, width)
            }
          }
        }
        for position in 0..<taps {
          let (filterRow, filterColumn) = position.quotientAndRemainder(
            dividingBy: form.taps.columns)
          tap.update(repeating: 0, count: width)
          for column in 0..<points.columns {
            Self.add(
              half + (filterRow * points.columns + column) * width,
              times: columnTransform[column][filterColumn], to: tap, width)
          }
          let weight = target + channel * layout.channelStride + position
          for column in 0..<columns { weight[column * layout.outputStride] += tap[column] }
        }
      }
    }
  }

  @inline(__always)
  private static func add(
    _ values: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    for index in 0..<count { sums[index] += values[index] }
  }

  @inline(__always)
  private static func add(
    _ values: UnsafePointer<Float>, times factor: Float, to sums: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    if factor == 0 { return }
    for index in 0..<count { sums[index] += factor * values[index] }
  }
}
