/// Places buffers in one block of memory; those whose lifetimes do not overlap may share a place.
package struct BufferArrangement {
  /// Start of each buffer in floats, a multiple of ``alignment``.
  package private(set) var offsets: [Int]
  /// Floats needed in all.
  package private(set) var size = 0

  /// Buffers start at multiples of this many floats: one cache line.
  private static let alignment = 16

  /// Largest buffers first, each at the lowest address that no living neighbor uses.
  ///
  /// - Parameters:
  ///   - sizes: floats of each buffer.
  ///   - lifetimes: first and last moment at which each is used.
  package init(_ sizes: [Int], lifetimes: [ClosedRange<Int>]) {
    offsets = [Int](repeating: 0, count: sizes.count)
    var placed: [Int] = []
    for buffer in sizes.indices.sorted(by: { (sizes[$0], $1) > (sizes[$1], $0) }) {
      let length = Self.aligned(sizes[buffer])
      var start = 0
      let neighbors = placed.filter { lifetimes[$0].overlaps(lifetimes[buffer]) }
      for other in neighbors.sorted(by: { offsets[$0] < offsets[$1] }) {
        if offsets[other] - start >= length { break }
        start = Self.aligned(max(start, offsets[other] + sizes[other]))
      }
      offsets[buffer] = start
      size = max(size, start + length)
      placed.append(buffer)
    }
  }

  private static func aligned(_ count: Int) -> Int {
    (count + alignment - 1) / alignment * alignment
  }
}
