import Tensors

/// One sub-grid of a convolution's output together with the filter taps that reach it.
///
/// An ordinary convolution has one phase. A transposed one of stride `s` has a phase for each residue
/// of the output position modulo `s`: in it, every input is read with stride 1.
struct Phase: Sendable {
  /// Filter position and where it reads, relative to an output's anchor.
  struct Tap: Sendable {
    let filterRow: Int
    let filterColumn: Int
    let rowOffset: Int
    let columnOffset: Int
  }

  let taps: [Tap]
  /// Input step between neighboring outputs of this phase.
  let inputStride: Int
  /// First output position and the step between outputs.
  let firstRow: Int
  let firstColumn: Int
  let outputStep: Int
  /// `[group][panel][tap][channel][tile columns]`.
  var weights = AlignedMemory(count: 0)
  /// What stands in place of ``weights``, if anything does.
  var adjoint: AdjointFilters?

  /// Neighboring taps of a filter row that read neighboring pixels, in the order of the weights.
  struct Run {
    let rowOffset: Int
    let columnOffset: Int
    let taps: Int
  }

  /// The taps as runs of equal length: whole filter rows if these are no longer than `longest` and
  /// their pixels touch, single taps otherwise.
  func runs(longest: Int) -> [Run] {
    guard !taps.isEmpty else { return [] }
    let length = taps.prefix { $0.filterRow == taps[0].filterRow }.count
    let isWhole = taps.indices.allSatisfy { index in
      let first = taps[index / length * length]
      return taps[index].rowOffset == first.rowOffset
        && taps[index].columnOffset == first.columnOffset + index % length
    }
    let step = isWhole && length <= longest ? length : 1
    return stride(from: 0, to: taps.count, by: step).map {
      Run(rowOffset: taps[$0].rowOffset, columnOffset: taps[$0].columnOffset, taps: step)
    }
  }

  /// The unpacked phases of a convolution; phases that no tap reaches still write their bias.
  static func all(of geometry: ConvolutionGeometry) -> [Phase] {
    geometry.isTransposed ? transposed(geometry) : [ordinary(geometry)]
  }

  private static func ordinary(_ geometry: ConvolutionGeometry) -> Phase {
    var taps: [Tap] = []
    for row in 0..<geometry.kernel.rows {
      for column in 0..<geometry.kernel.columns {
        taps.append(
          Tap(
            filterRow: row, filterColumn: column,
            rowOffset: row * geometry.dilation - geometry.padding.rows,
            columnOffset: column * geometry.dilation - geometry.padding.columns))
      }
    }
    return Phase(
      taps: taps, inputStride: geometry.stride, firstRow: 0, firstColumn: 0, outputStep: 1)
  }

  /// Output `y` receives input `(y + padding − r·dilation) / stride` wherever that is whole.
  private static func transposed(_ geometry: ConvolutionGeometry) -> [Phase] {
    let stride = geometry.stride
    func offsets(_ first: Int, size: Int, padding: Int) -> [(tap: Int, offset: Int)] {
      (0..<size).compactMap { tap in
        let numerator = first + padding - tap * geometry.dilation
        return numerator % stride == 0 ? (tap, numerator / stride) : nil
      }
    }
    var phases: [Phase] = []
    for firstRow in 0..<stride {
      for firstColumn in 0..<stride {
        var taps: [Tap] = []
        for row in offsets(firstRow, size: geometry.kernel.rows, padding: geometry.padding.rows) {
          for column in offsets(
            firstColumn, size: geometry.kernel.columns, padding: geometry.padding.columns)
          {
            taps.append(
              Tap(
                filterRow: row.tap, filterColumn: column.tap, rowOffset: row.offset,
                columnOffset: column.offset))
          }
        }
        phases.append(
          Phase(
            taps: taps, inputStride: 1, firstRow: firstRow, firstColumn: firstColumn,
            outputStep: stride))
      }
    }
    return phases
  }

  /// The phase with its share of the weights in kernel order.
  func packed(_ weights: Tensor, geometry: ConvolutionGeometry, width: Int) -> Phase {
    let groups = geometry.groups
    let kernelSize = geometry.kernel.rows * geometry.kernel.columns
    let channels =
      weights.shape[geometry.isTransposed ? 0 : 1] / (geometry.isTransposed ? groups : 1)
    let outputs =
      weights.shape[geometry.isTransposed ? 1 : 0] / (geometry.isTransposed ? 1 : groups)
    let panels = (outputs + width - 1) / width
    let memory = AlignedMemory(count: groups * panels * taps.count * channels * width)
    memory.base.initialize(repeating: 0, count: memory.count)
    var target = memory.base
    weights.values.withUnsafeBufferPointer { source in
      for group in 0..<groups {
        for panel in 0..<panels {
          let columns = min(width, outputs - panel * width)
          for tap in taps {
            let position = tap.filterRow * geometry.kernel.columns + tap.filterColumn
            for channel in 0..<channels {
              for column in 0..<columns {
                let output = panel * width + column
                let index =
                  geometry.isTransposed
                  ? (group * channels + channel) * outputs + output
                  : (group * outputs + output) * channels + channel
                target[column] = source[index * kernelSize + position]
              }
              target += width
            }
          }
        }
      }
    }
    var phase = self
    phase.weights = memory
    return phase
  }
}
