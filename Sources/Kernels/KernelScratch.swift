import Tensors

/// Memory that kernels need while they run; each worker keeps one and it grows to the largest need.
package final class KernelScratch {
  /// Pointer tables of one block of output pixels.
  private(set) var pointers: UnsafeMutablePointer<UnsafePointer<Float>?>
  private var pointerCapacity = 4096
  /// Gathered patches of inputs with few channels.
  private(set) var patches = AlignedMemory(count: 4096)
  /// Zeros that padding taps point to.
  private(set) var zeros = AlignedMemory(count: 0)

  /// Starts small.
  package init() {
    pointers = .allocate(capacity: pointerCapacity)
    growZeros(to: 4096)
  }

  deinit { pointers.deallocate() }

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
