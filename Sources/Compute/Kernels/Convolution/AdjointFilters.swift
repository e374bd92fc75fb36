import CKernels
import Tensors

/// A large convolution's packed filters, read as those of its gradient with respect to the input.
///
/// With stride 1 the gradient is a convolution with the taps in opposite order and the channels exchanged. Its panels
/// are written to the core's own cache each time they are needed, so that the filters are in memory once.
struct AdjointFilters: Sendable {
  /// Smaller filters are packed a second time: 0.5 MB.
  private static let leastFloats = 1 << 17

  /// `[panel of outputs][tap][C][width]`.
  private let packed: AlignedMemory
  private let taps: Int
  private let channels: Int
  private let width: Int
  private let interleave: Interleave

  private typealias Interleave =
    @convention(c) (
      UnsafePointer<Float>?, Int, Int, Int, UnsafeMutablePointer<Float>?, Int
    ) -> Void

  /// Nil for filters that are better packed a second time.
  init?(_ packed: AlignedMemory, taps: Int, channels: Int, level: CPULevel) {
    guard packed.count > Self.leastFloats else { return nil }
    self.packed = packed
    self.taps = taps
    self.channels = channels
    width = level.kernels.tile_columns
    interleave = level.mapKernels.interleave
  }

  /// Writes one of the gradient's panels, `width` channels `C`, for some of the outputs `O`.
  ///
  /// - Parameters:
  ///   - panel: which.
  ///   - outputs: what the gradient's sums run over.
  ///   - target: gets `[tap][outputs][width]`; columns beyond the last channel are not written.
  func write(panel: Int, outputs: Range<Int>, to target: UnsafeMutablePointer<Float>) {
    let columns = min(width, channels - panel * width)
    for tap in 0..<taps {
      var output = outputs.lowerBound
      while output < outputs.upperBound {
        let (source, first) = output.quotientAndRemainder(dividingBy: width)
        let count = min(width - first, outputs.upperBound - output)
        let row = (source * taps + taps - 1 - tap) * channels + panel * width
        interleave(
          packed.base + row * width + first, width, count, columns,
          target + (tap * outputs.count + output - outputs.lowerBound) * width, width)
        output += count
      }
    }
  }
}
