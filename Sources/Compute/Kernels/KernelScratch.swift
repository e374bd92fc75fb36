import CKernels
import Tensors

/// Memory that kernels need while they run; each worker keeps one and it grows to the largest need.
///
/// It also holds the threads among which a worker may divide a call, each with memory of its own. A call is cut where
/// every output is computed as it would be without cuts, so no bit depends on the threads.
package final class KernelScratch {
  /// Multiply-adds that take longer than handing a part of a call to another thread.
  private static let leastOperations = 1 << 19
  /// Parts for each thread, so that one that is held up leaves some to the others.
  private static let partsPerThread = 4

  /// Threads among which a call is divided, the calling one included.
  package var threads = 1 {
    didSet {
      precondition(threads > 0, "\(threads) threads")
      while helpers.count < threads - 1 { helpers.append(KernelScratch()) }
    }
  }

  /// Memory of further threads; it stays where there are fewer for a while.
  private var helpers: [KernelScratch] = []
  /// Pointer tables of one block of output pixels.
  private(set) var pointers: UnsafeMutablePointer<UnsafePointer<Float>?>
  private var pointerCapacity = 4096
  /// Gathered patches of inputs with few channels, or a block of Winograd's transformed inputs and sums.
  private(set) var patches = AlignedMemory(count: 4096)
  /// Zeros that padding taps point to.
  private(set) var zeros = AlignedMemory(count: 0)
  private var tiles = UnsafeMutablePointer<ek_winograd_tile>.allocate(capacity: 0)
  private var tileCapacity = 0

  /// Starts small.
  package init() {
    pointers = .allocate(capacity: pointerCapacity)
    growZeros(to: 4096)
  }

  deinit {
    pointers.deallocate()
    tiles.deallocate()
  }

  /// Room to describe the tiles of one block.
  func winogradTiles(_ count: Int) -> UnsafeMutablePointer<ek_winograd_tile> {
    if count > tileCapacity {
      tiles.deallocate()
      tiles = .allocate(capacity: count)
      tileCapacity = count
    }
    return tiles
  }

  func reserve(pointers count: Int, patches floats: Int, zeros channels: Int) {
    if count > pointerCapacity {
      pointers.deallocate()
      pointerCapacity = count
      pointers = .allocate(capacity: count)
    }
    if floats > patches.count { patches = AlignedMemory(count: floats) }
    if channels > zeros.count { growZeros(to: channels) }
  }

  private func growZeros(to count: Int) {
    zeros = AlignedMemory(count: count)
    zeros.base.initialize(repeating: 0, count: count)
  }
}

extension KernelScratch {
  /// Parts into which a call of so many multiply-adds is worth cutting: 1, or a multiple of the threads where
  /// there is enough for all of them.
  func parts(operations: Int) -> Int {
    guard threads > 1 else { return 1 }
    let worthwhile = max(1, operations / Self.leastOperations)
    return worthwhile < threads
      ? worthwhile : min(worthwhile / threads, Self.partsPerThread) * threads
  }

  /// Calls `body` once for each part on the threads, in no particular order, with the memory of the part's thread.
  ///
  /// The calling thread's own memory keeps what it holds beyond what `body` writes there.
  func forEachPart(of parts: Int, _ body: (_ part: Int, _ scratch: KernelScratch) -> Void) {
    guard parts > 1, threads > 1 else {
      for part in 0..<parts { body(part, self) }
      return
    }
    // Each thread uses the scratch of its number alone.
    nonisolated(unsafe) let team = [self] + helpers.prefix(threads - 1)
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      Workers(count: team.count).forEach(parts) { part, worker in body(part, team[worker]) }
    }
  }
}

extension KernelScratch? {
  /// Calls `body` with parts of the numbers below `count`, on the threads of the scratch; without one, with all.
  ///
  /// - Parameters:
  ///   - count: rows, pixels or groups.
  ///   - operations: multiply-adds that take as long as the whole.
  ///   - body: may be called on several threads at once, never twice for the same number.
  package func forEachPart(
    of count: Int, costing operations: Int, _ body: (Range<Int>) -> Void
  ) {
    guard let self else { return body(0..<count) }
    let parts = min(self.parts(operations: operations), max(count, 1))
    self.forEachPart(of: parts) { part, _ in body(count.part(part, of: parts)) }
  }
}

extension Int {
  /// One of some parts of the numbers below this one; parts begin at multiples of `unit` and differ by one unit at most.
  func part(_ index: Int, of count: Int, unit: Int = 1) -> Range<Int> {
    let units = dividedUp(by: unit)
    return Swift.min(
      self, index * units / count * unit)..<Swift.min(self, (index + 1) * units / count * unit)
  }
}
