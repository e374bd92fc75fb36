import CKernels
import Tensors

/// The loops of one convolution call around the micro-kernel.
///
/// The output pixels of all images form one list, which is cut into tiles wherever they end.
struct ConvolutionJob {
  /// Tiles whose pointer tables are made at once: the weights of a panel are read from memory once for
  /// all of them, or made.
  private static let tilesPerBlock = (packed: 8, adjoint: 32)
  /// Inputs with fewer channels have the neighboring taps of a filter row read as one.
  private static let fewChannels = 16

  /// Pixels a multiple of this many floats apart fall into one set of the nearest cache, which holds
  /// fewer of them than a tile has rows.
  private static let crowdedStride = 1024
  /// With fewer panels, moving the pixels apart does not pay off.
  private static let fewPanels = 4
  /// Floats that keep moved pixels in different sets.
  private static let stagger = 16

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
    let start = Position(
      rows: countOutputs(size.rows, from: phase.firstRow, step: phase.outputStep),
      columns: countOutputs(size.columns, from: phase.firstColumn, step: phase.outputStep))
    let total = outputs.count * start.rows * start.columns
    let parts = scratch.parts(
      operations: total * phase.taps.count * channels * outputsPerGroup)
    // Each block of pixels reads all weights, so with less than one for each part the panels are divided.
    let dividesPanels =
      total < parts * blockSize(phase) && panelCount > total.dividedUp(by: kernels.tile_rows)
    let pieces = dividesPanels ? min(parts, panelCount) : parts
    scratch.forEachPart(of: pieces) { part, scratch in
      run(
        phase, group: group, from: start,
        pixels: dividesPanels
          ? 0..<total : total.part(part, of: pieces, unit: kernels.tile_rows),
        panels: dividesPanels ? panelCount.part(part, of: pieces) : 0..<panelCount,
        scratch: scratch)
    }
  }

  private func run(
    _ phase: Phase, group: Int, from start: Position, pixels: Range<Int>, panels: Range<Int>,
    scratch: KernelScratch
  ) {
    let runs = phase.runs(longest: channels < Self.fewChannels ? .max : 1)
    let block = blockSize(phase)
    let depth = phase.taps.count * channels
    let patches =
      isCrowded(runs)
      ? block * (depth + Self.stagger) : runs.contains { $0.taps > 1 } ? block * depth : 0
    // Per output pixel: one pointer a run, one output, one residual. Behind the patches: a panel that is made.
    scratch.reserve(
      pointers: block * (runs.count + 2),
      patches: patches + (phase.adjoint == nil ? 0 : depth * kernels.tile_columns), zeros: depth)
    var position = start
    position.move(to: pixels.lowerBound)
    for first in stride(from: pixels.lowerBound, to: pixels.upperBound, by: block) {
      runBlock(
        phase, runs, group: group, from: &position, count: min(block, pixels.upperBound - first),
        panels: panels, panel: scratch.patches.base + patches, scratch: scratch)
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

    /// Goes to one of the list's pixels.
    mutating func move(to pixel: Int) {
      guard pixel > 0 else { return }
      (image, row) = (pixel / columns).quotientAndRemainder(dividingBy: rows)
      column = pixel % columns
    }

    /// Goes to the right, at most to the end of the row.
    mutating func advance(_ count: Int) {
      column += count
      guard column == columns else { return }
      column = 0
      row += 1
      guard row == rows else { return }
      row = 0
      image += 1
    }
  }

  private func isCrowded(_ runs: [Phase.Run]) -> Bool {
    runs.count == 1 && runs[0].taps == 1 && inputs[0].pixelStride % Self.crowdedStride == 0
      && panelCount >= Self.fewPanels
  }

  /// Copies the pixels of a block to where they are read faster; all panels read them.
  private func moveApart(
    _ pixels: UnsafeMutablePointer<UnsafePointer<Float>?>, count: Int,
    to patches: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<count {
      guard let source = pixels[index] else { continue }
      let target = patches + index * (channels + Self.stagger)
      target.update(from: source, count: channels)
      pixels[index] = UnsafePointer(target)
    }
  }

  private func blockSize(_ phase: Phase) -> Int {
    let tiles = phase.adjoint == nil ? Self.tilesPerBlock.packed : Self.tilesPerBlock.adjoint
    return tiles * kernels.tile_rows
  }

  private func countOutputs(_ size: Int, from first: Int, step: Int) -> Int {
    first < size ? (size - first + step - 1) / step : 0
  }

  private func runBlock(
    _ phase: Phase, _ runs: [Phase.Run], group: Int, from position: inout Position, count: Int,
    panels: Range<Int>, panel made: UnsafeMutablePointer<Float>, scratch: KernelScratch
  ) {
    let tileRows = kernels.tile_rows
    let block = blockSize(phase)
    let table = PointerTable(
      inputs: scratch.pointers, outputs: scratch.pointers + block * runs.count,
      residuals: scratch.pointers + block * (runs.count + 1))
    fill(
      table, phase: phase, runs: runs, group: group, from: &position, count: count,
      scratch: scratch)
    if isCrowded(runs) {
      moveApart(table.inputs, count: count, to: scratch.patches.base)
    }
    let depth = phase.taps.count * channels
    let width = kernels.tile_columns
    for panel in panels {
      let panelIndex = group * panelCount + panel
      var tile = ek_tile()
      tile.column_count = min(width, outputsPerGroup - panel * width)
      tile.tap_count = runs.count
      tile.channel_count = runs.isEmpty ? 0 : depth / runs.count
      if let adjoint = phase.adjoint {
        adjoint.write(panel: panel, outputs: 0..<channels, to: made)
        tile.weights = UnsafePointer(made)
      } else {
        tile.weights = UnsafePointer(phase.weights.base + panelIndex * depth * width)
      }
      tile.bias = UnsafePointer(bias + panelIndex * width)
      tile.slopes = UnsafePointer(slopes + panelIndex * width)
      tile.column_offset = group * outputsPerGroup + panel * width
      tile.activation = activation
      var start = 0
      while start < count {
        tile.row_count = min(tileRows, count - start)
        tile.rows = UnsafePointer(table.inputs + start * runs.count)
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
    /// Tile by tile, `[run][tile row]` input starts.
    let inputs: UnsafeMutablePointer<UnsafePointer<Float>?>
    /// Start of each output pixel.
    let outputs: UnsafeMutablePointer<UnsafePointer<Float>?>
    /// Start of each residual pixel.
    let residuals: UnsafeMutablePointer<UnsafePointer<Float>?>
  }

  private func fill(
    _ table: PointerTable, phase: Phase, runs: [Phase.Run], group: Int,
    from position: inout Position, count: Int, scratch: KernelScratch
  ) {
    var index = 0
    while index < count {
      let length = min(position.columns - position.column, count - index)
      for (order, run) in runs.enumerated() {
        fillRow(
          table, phase: phase, run: run, order: order, of: runs.count, group: group,
          position: position, index: index, length: length, scratch: scratch)
      }
      let row = phase.firstRow + position.row * phase.outputStep
      let column = phase.firstColumn + position.column * phase.outputStep
      let output = outputs[position.image]
      let first = output.pixel(row, column)
      let step = phase.outputStep * output.pixelStride
      for offset in 0..<length {
        table.outputs[index + offset] = UnsafePointer(first + offset * step)
      }
      if !residuals.isEmpty {
        let residual = residuals[position.image]
        let first = residual.pixel(row, column)
        let step = phase.outputStep * residual.pixelStride
        for offset in 0..<length {
          table.residuals[index + offset] = UnsafePointer(first + offset * step)
        }
      }
      position.advance(length)
      index += length
    }
  }

  /// Names the inputs of one run of taps for neighboring outputs.
  @inline(__always)
  private func fillRow(
    _ table: PointerTable, phase: Phase, run: Phase.Run, order: Int, of runCount: Int, group: Int,
    position: Position, index: Int, length: Int, scratch: KernelScratch
  ) {
    let tileRows = kernels.tile_rows
    let input = inputs[position.image]
    let inputRow = position.row * phase.inputStride + run.rowOffset
    let hasRow = inputRow >= 0 && inputRow < input.rows
    let first = input.base + inputRow * input.columns * input.pixelStride + group * channels
    let zeros = UnsafePointer(scratch.zeros.base)
    let patchLength = run.taps * channels
    // A run is read where it lies if all its taps are inside and its pixels touch.
    let lastColumn = input.columns - run.taps
    let isContiguous = run.taps == 1 || input.pixelStride == channels
    var slot = table.inputs + (index / tileRows * runCount + order) * tileRows + index % tileRows
    var lane = index % tileRows
    var column = position.column * phase.inputStride + run.columnOffset
    for offset in 0..<length {
      if !hasRow || column >= input.columns || column + run.taps <= 0 {
        slot.pointee = zeros
      } else if isContiguous && column >= 0 && column <= lastColumn {
        slot.pointee = UnsafePointer(first + column * input.pixelStride)
      } else {
        let patch = scratch.patches.base + ((index + offset) * runCount + order) * patchLength
        for tap in 0..<run.taps {
          let isInside = column + tap >= 0 && column + tap < input.columns
          let source = isInside ? first + (column + tap) * input.pixelStride : scratch.zeros.base
          for channel in 0..<channels { patch[tap * channels + channel] = source[channel] }
        }
        slot.pointee = UnsafePointer(patch)
      }
      column += phase.inputStride
      slot += 1
      lane += 1
      if lane == tileRows {
        lane = 0
        slot += (runCount - 1) * tileRows
      }
    }
  }
}
