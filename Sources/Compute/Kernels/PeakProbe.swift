import CKernels
import Tensors

/// The fastest multiply-adds this package can do: a level's own micro-kernel on one tile that never leaves
/// the first-level cache.
///
/// Its rate is the measured peak that benchmarks compare networks with. Loading and storing the tile's
/// sums belongs to a kernel call and is timed with it; `depth` products an output make that a few percent.
package struct PeakProbe: Sendable {
  /// Products an output: deep enough that storing the tile hardly counts, small enough for 32 kB.
  private static let depth = 128
  /// Operations a run, at least: some milliseconds at a hundred GFLOP/s.
  private static let operationsWanted = 500_000_000

  private let kernels: ek_kernels
  private let calls: Int

  /// Floating-point operations of one ``run()``, two to a multiply-add.
  package let operations: Int

  /// Prepares to run a level's micro-kernel.
  ///
  /// - Precondition: the processor can run the level.
  package init(level: CPULevel = .current) {
    kernels = level.kernels
    let operationsPerCall = 2 * Int(kernels.tile_rows * kernels.tile_columns) * Self.depth
    calls = (Self.operationsWanted + operationsPerCall - 1) / operationsPerCall
    operations = calls * operationsPerCall
  }

  /// Runs the micro-kernel again and again on the same tile, in memory of its own.
  ///
  /// - Returns: one of the results, the sum of `depth` products `1/2 · 1/2`.
  @discardableResult
  package func run() -> Float {
    let (rows, columns) = (Int(kernels.tile_rows), Int(kernels.tile_columns))
    let memory = AlignedMemory(count: (rows + columns) * Self.depth + columns + rows * columns)
    let inputs = memory.base
    let weights = inputs + rows * Self.depth
    let bias = weights + columns * Self.depth
    let outputs = bias + columns
    inputs.initialize(repeating: 0.5, count: (rows + columns) * Self.depth)
    bias.initialize(repeating: 0, count: columns + rows * columns)
    let starts: [UnsafePointer<Float>?] = (0..<rows).map { UnsafePointer(inputs + $0 * Self.depth) }
    let ends: [UnsafeMutablePointer<Float>?] = (0..<rows).map { outputs + $0 * columns }
    starts.withUnsafeBufferPointer { starts in
      ends.withUnsafeBufferPointer { ends in
        var tile = ek_tile()
        tile.row_count = rows
        tile.column_count = columns
        tile.tap_count = 1
        tile.channel_count = Self.depth
        tile.rows = starts.baseAddress
        tile.weights = UnsafePointer(weights)
        tile.bias = UnsafePointer(bias)
        tile.slopes = UnsafePointer(bias)
        tile.outputs = ends.baseAddress
        tile.activation = EK_ACTIVATION_NONE
        for _ in 0..<calls { kernels.tile(&tile) }
      }
    }
    return withExtendedLifetime(memory) { outputs[rows * columns - 1] }
  }
}
