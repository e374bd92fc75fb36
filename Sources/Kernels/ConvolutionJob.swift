import CKernels
import Tensors

/// The loops of one convolution call around the micro-kernel.
///
/// The output pixels of all images form one list, which is cut into tiles wherever they end.
struct ConvolutionJob {
  /// Tiles whose pointer tables are made at once: the weights of a panel are read from memory once for
  /// all of them.
  private static let tilesPerBlock = 8
  /// Inputs with fewer channels are gathered into patches first: a kernel call per tap would spend its
  /// time on loop overhead.
  private static let fewChannels = 8

  /// Images of one size.
  let inputs: [FeatureMap]
  let outputs: [FeatureMap]
  /// As many as images, or none.
  let residuals: [FeatureMap]
  let kernels: ek_kernels
  /// Input channels of one group.
  let channels: Int
  let outputsPerGroup: Int
  let panelCount: Int
  let activation: ek_activation
  let bias: UnsafeMutablePointer<Float>
  let slopes: UnsafeMutablePointer<Float>

  func run(_ phase: Phase, group: Int, scratch: KernelScratch) {
    let size = outputs[0].extent
    let rows = countOutputs(size.rows, from: phase.firstRow, step: phase.outputStep)
    let columns = countOutputs(size.columns, from: phase.firstColumn, step: phase.outputStep)
    let tileRows = kernels.tile_rows
    let block = Self.tilesPerBlock * tileRows
    // Per output pixel: one pointer a tap, one output, one residual.
    scratch.reserve(
      pointers: block * (phase.taps.count + 2),
      patches: block * phase.taps.count * channels, zeros: channels)
    var remaining = outputs.count * rows * columns
    var position = Position(rows: rows, columns: columns)
    while remaining > 0 {
      let count = min(block, remaining)
      runBlock(phase, group: group, from: &position, count: count, scratch: scratch)
      remaining -= count
    }
  }

  /// Where the walk over a phase's output pixels stands: image by image, row by row.
  private struct Position {
    /// Outputs of the phase in one image.
    let rows: Int
    let columns: Int
    var image = 0
    var row = 0
    var column = 0

    init(rows: Int, columns: Int) {
      self.rows = rows
      self.columns = columns
    }

    @inline(__always)
    mutating func advance() {
      column += 1
      guard column == columns else { return }
      column = 0
      row += 1
      guard row == rows else { return }
      row = 0
      image += 1
    }
  }

  private func countOutputs(_ size: Int, from first: Int, step: Int) -> Int {
    first < size ? (size - first + step - 1) / step : 0
  }

  private func runBlock(
    _ phase: Phase, group: Int, from position: inout Position, count: Int, scratch: KernelScratch
  ) {
    let tileRows = kernels.tile_rows
    let taps = phase.taps.count
    let block = Self.tilesPerBlock * tileRows
    let table = PointerTable(
      inputs: scratch.pointers, outputs: scratch.pointers + block * taps,
      residuals: scratch.pointers + block * (taps + 1))
    fill(
      table, phase: phase, group: group, from: &position, count: count,
      zeros: scratch.zeros.base)
    let gathers = channels < Self.fewChannels && taps > 1
    if gathers { gather(table.inputs, taps: taps, count: count, into: scratch.patches.base) }
    let depth = taps * channels
    let width = kernels.tile_columns
    for panel in 0..<panelCount {
      let panelIndex = group * panelCount + panel
      var tile = ek_tile()
      tile.column_count = min(width, outputsPerGroup - panel * width)
      tile.tap_count = gathers ? 1 : taps
      tile.channel_count = gathers ? depth : channels
      tile.weights = UnsafePointer(phase.weights.base + panelIndex * depth * width)
      tile.bias = UnsafePointer(bias + panelIndex * width)
      tile.slopes = UnsafePointer(slopes + panelIndex * width)
      tile.column_offset = group * outputsPerGroup + panel * width
      tile.activation = activation
      var start = 0
      while start < count {
        tile.row_count = min(tileRows, count - start)
        tile.rows = UnsafePointer(table.inputs + start * taps)
        tile.outputs = UnsafeRawPointer(table.outputs + start)
          .assumingMemoryBound(to: UnsafeMutablePointer<Float>?.self)
        tile.residuals = residuals.isEmpty ? nil : UnsafePointer(table.residuals + start)
        kernels.tile(&tile)
        start += tileRows
      }
    }
  }

  /// Where the pointers of one block of output pixels stand.
  private struct PointerTable {
    /// Tile by tile, `[tap][tile row]` input starts.
    let inputs: UnsafeMutablePointer<UnsafePointer<Float>?>
    /// Start of each output pixel.
    let outputs: UnsafeMutablePointer<UnsafePointer<Float>?>
    /// Start of each residual pixel.
    let residuals: UnsafeMutablePointer<UnsafePointer<Float>?>
  }

  private func fill(
    _ table: PointerTable, phase: Phase, group: Int, from position: inout Position, count: Int,
    zeros: UnsafeMutablePointer<Float>
  ) {
    let tileRows = kernels.tile_rows
    let taps = phase.taps.count
    phase.taps.withUnsafeBufferPointer { tapList in
      for index in 0..<count {
        let input = inputs[position.image]
        let anchorRow = position.row * phase.inputStride
        let anchorColumn = position.column * phase.inputStride
        let slot = table.inputs + (index / tileRows) * tileRows * taps + index % tileRows
        for tap in 0..<taps {
          let inputRow = anchorRow + tapList[tap].rowOffset
          let inputColumn = anchorColumn + tapList[tap].columnOffset
          let inside =
            inputRow >= 0 && inputRow < input.rows && inputColumn >= 0
            && inputColumn < input.columns
          slot[tap * tileRows] =
            inside
            ? UnsafePointer(input.pixel(inputRow, inputColumn) + group * channels)
            : UnsafePointer(zeros)
        }
        let outputRow = phase.firstRow + position.row * phase.outputStep
        let outputColumn = phase.firstColumn + position.column * phase.outputStep
        table.outputs[index] = UnsafePointer(outputs[position.image].pixel(outputRow, outputColumn))
        if !residuals.isEmpty {
          table.residuals[index] = UnsafePointer(
            residuals[position.image].pixel(outputRow, outputColumn))
        }
        position.advance()
      }
    }
  }

  /// Copies each pixel's taps into one contiguous patch and lets the tile's table point there.
  private func gather(
    _ inputs: UnsafeMutablePointer<UnsafePointer<Float>?>, taps: Int, count: Int,
    into patches: UnsafeMutablePointer<Float>
  ) {
    let tileRows = kernels.tile_rows
    let depth = taps * channels
    for index in 0..<count {
      let tile = inputs + (index / tileRows) * tileRows * taps
      let lane = index % tileRows
      let patch = patches + index * depth
      for tap in 0..<taps {
        guard let source = tile[tap * tileRows + lane] else { continue }
        for channel in 0..<channels { patch[tap * channels + channel] = source[channel] }
      }
    }
    for index in 0..<count {
      let tile = inputs + (index / tileRows) * tileRows * taps
      tile[index % tileRows] = UnsafePointer(patches + index * depth)
    }
  }
}
