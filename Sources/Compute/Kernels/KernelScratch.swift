import CKernels
import Tensors

/// Memory that kernels need while they run; each worker keeps one and it grows to the largest need.
package final class KernelScratch {
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
