import CKernels
import Tensors

/// The loops of one convolution call around the micro-kernel.
struct ConvolutionJob {
  /// Tiles whose pointer tables are made at once: the weights of a panel are read from memory once for
  /// all of them.
  private static let tilesPerBlock = 8
  /// Inputs with fewer channels are gathered into patches first: a kernel call per tap would spend its
  /// time on loop overhead.
  private static let fewChannels = 8

  let input: FeatureMap
  let output: FeatureMap
  let residual: FeatureMap?
  let kernels: ek_kernels
  /// Input channels of one group.
  let channels: Int
  let outputsPerGroup: Int
  let panelCount: Int
  let activation: ek_activation
  let bias: UnsafeMutablePointer<Float>
  let slopes: UnsafeMutablePointer<Float>

  func run(_ phase: Phase, group: Int, scratch: KernelScratch) {
    let rows = countOutputs(output.rows, from: phase.firstRow, step: phase.outputStep)
    let columns = countOutputs(output.columns, from: phase.firstColumn, step: phase.outputStep)
    let tileRows = kernels.tile_rows
    let block = Self.tilesPerBlock * tileRows
    // Per output pixel: one pointer a tap, one output, one residual.
    scratch.reserve(
      pointers: block * (phase.taps.count + 2),
      patches: block * phase.taps.count * channels, zeros: channels)
    let total = rows * columns
    var first = 0
    while first < total {
      let count = min(block, total - first)
      runBlock(phase, group: group, first: first, count: count, columns: columns, scratch: scratch)
      first += count
    }
  }

  private func countOutputs(_ size: Int, from first: Int, step: Int) -> Int {
    first < size ? (size - first + step - 1) / step : 0
  }

  private func runBlock(
    _ phase: Phase, group: Int, first: Int, count: Int, columns: Int, scratch: KernelScratch
  ) {
    let tileRows = kernels.tile_rows
    let taps = phase.taps.count
    let block = Self.tilesPerBlock * tileRows
    let inputs = scratch.pointers
    let outputs = inputs + block * taps
    let residuals = outputs + block
    fillPointers(
      phase, group: group, first: first, count: count, columns: columns, inputs: inputs,
      outputs: outputs, residuals: residuals, zeros: scratch.zeros.base)
    let gathers = channels < Self.fewChannels && taps > 1
    if gathers { gather(inputs, taps: taps, count: count, into: scratch.patches.base) }
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
        tile.rows = UnsafePointer(inputs + start * taps)
        tile.outputs = UnsafeRawPointer(outputs + start)
          .assumingMemoryBound(to: UnsafeMutablePointer<Float>?.self)
        tile.residuals = residual == nil ? nil : UnsafePointer(residuals + start)
        kernels.tile(&tile)
        start += tileRows
      }
    }
  }

  /// Writes, tile by tile, `[tap][tile row]` input starts, and each pixel's output and residual.
  private func fillPointers(
    _ phase: Phase, group: Int, first: Int, count: Int, columns: Int,
    inputs: UnsafeMutablePointer<UnsafePointer<Float>?>,
    outputs: UnsafeMutablePointer<UnsafePointer<Float>?>,
    residuals: UnsafeMutablePointer<UnsafePointer<Float>?>, zeros: UnsafeMutablePointer<Float>
  ) {
    let tileRows = kernels.tile_rows
    let taps = phase.taps.count
    phase.taps.withUnsafeBufferPointer { tapList in
      for index in 0..<count {
        let (row, column) = (first + index).quotientAndRemainder(dividingBy: columns)
        let anchorRow = row * phase.inputStride
        let anchorColumn = column * phase.inputStride
        let slot = inputs + (index / tileRows) * tileRows * taps + index % tileRows
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
        let outputRow = phase.firstRow + row * phase.outputStep
        let outputColumn = phase.firstColumn + column * phase.outputStep
        outputs[index] = UnsafePointer(output.pixel(outputRow, outputColumn))
        if let residual {
          residuals[index] = UnsafePointer(residual.pixel(outputRow, outputColumn))
        }
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
