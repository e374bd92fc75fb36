import Tensors

/// A map that keeps its memory alive, `[H, W, C]`: what a network computed, or where its input and the gradient of
/// a result go.
///
/// ``FeatureMap`` is an address alone and stays with the kernels and those who call them; everybody else reads
/// and writes through the spans of a view. The view owns its memory together with the worker that computed it,
/// and the next pass of that worker writes to it again.
@safe
package struct MapView {
  /// Where the values lie, for kernels; valid as long as the view.
  package let map: FeatureMap
  private let memory: AlignedMemory

  /// Views a map.
  ///
  /// - Precondition: all of the map lies in `memory`.
  package init(_ map: FeatureMap, in memory: AlignedMemory) {
    let start = map.base - memory.base
    precondition(
      start >= 0 && start + Self.floats(of: map) <= memory.count, "the map lies elsewhere")
    self.map = map
    self.memory = memory
  }

  /// Copies values into memory of the map's own.
  ///
  /// - Parameters:
  ///   - values: placed as in ``withValues(_:)``; what follows the last pixel's channels is not looked at.
  ///   - rows: `H`.
  ///   - columns: `W`.
  ///   - channels: `C`.
  ///   - pixelStride: floats from one pixel to the next; nil means `C`.
  /// - Precondition: there are enough values.
  package init(
    copying values: [Float], rows: Int, columns: Int, channels: Int, pixelStride: Int? = nil
  ) {
    let memory = AlignedMemory(copying: values)
    self.init(
      FeatureMap(
        base: memory.base, rows: rows, columns: columns, channels: channels,
        pixelStride: pixelStride ?? channels),
      in: memory)
  }

  /// From the first value to the last.
  private static func floats(of map: FeatureMap) -> Int {
    map.pixels == 0 ? 0 : (map.pixels - 1) * map.pixelStride + map.channels
  }

  /// `H`.
  package var rows: Int { map.rows }
  /// `W`.
  package var columns: Int { map.columns }
  /// `C`.
  package var channels: Int { map.channels }
  /// `H·W`.
  package var pixels: Int { map.pixels }
  /// Floats from one pixel to the next, at least ``channels``.
  package var pixelStride: Int { map.pixelStride }

  /// Reads the values: channel `c` of pixel `p` stands at `p · pixelStride + c`.
  package func withValues<Result>(_ body: (Span<Float>) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(memory) {
      try body(UnsafeBufferPointer(start: map.base, count: Self.floats(of: map)).span)
    }
  }

  /// Reads and writes the values, placed as in ``withValues(_:)``.
  package func withMutableValues<Result>(
    _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(memory) {
      var span = UnsafeMutableBufferPointer(start: map.base, count: Self.floats(of: map))
        .mutableSpan
      return try body(&span)
    }
  }

  /// A run of the rows, sharing memory.
  ///
  /// - Precondition: the rows exist.
  package func rows(_ range: Range<Int>) -> MapView {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows out of range")
    return MapView(
      FeatureMap(
        base: map.base + range.lowerBound * columns * pixelStride, rows: range.count,
        columns: columns, channels: channels, pixelStride: pixelStride),
      in: memory)
  }

  /// One of a batch's images, which lie below each other.
  ///
  /// - Precondition: there are `count` images of equal size, and `index` is below it.
  package func image(_ index: Int, of count: Int) -> MapView {
    let height = rows / count
    return rows(index * height..<(index + 1) * height)
  }

  /// The values of every pixel's channels, or of its first ones, `[H·W, C]`.
  package func pixelValues(channels count: Int? = nil) -> [Float] {
    withValues { values in
      (0..<pixels).flatMap { pixel in
        (0..<(count ?? channels)).map { values[pixel * pixelStride + $0] }
      }
    }
  }

  /// A copy as a planar tensor of the given shape, `[C, H, W]` order.
  ///
  /// - Precondition: the shape holds as many values.
  package func planar(shape: [Int]) -> Tensor { map.planar(shape: shape) }

  /// For every pixel the index of its largest channel, `[H·W]`; see ``FeatureMap/largestChannels(level:)``.
  ///
  /// - Precondition: 1 … 256 channels.
  package func largestChannels() -> [UInt8] { map.largestChannels() }
}
