import CKernels
import Tensors

extension CPULevel {
  /// The kernels of gradients and updates of this level.
  ///
  /// - Precondition: the processor can run it.
  var gradientKernels: ek_gradient_kernels { ek_gradient_kernels_for(kernels.level).pointee }
}

/// Memory that gradients need while they run; each worker keeps one and it grows to the largest need.
package final class GradientScratch {
  /// What the forward kernels need.
  package let kernels = KernelScratch()
  private var floats = AlignedMemory(count: 4096)
  private var pointers: UnsafeMutablePointer<UnsafePointer<Float>?>
  private var pointerCapacity = 4096
  private var zeros = AlignedMemory(count: 0)

  /// Starts small.
  package init() {
    pointers = .allocate(capacity: pointerCapacity)
    _ = zeros(4096)
  }

  deinit { pointers.deallocate() }

  /// Room for values; what was there is lost when it grows.
  func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    if count > floats.count { floats = AlignedMemory(count: count) }
    return floats.base
  }

  /// Room for a table of rows.
  func pointers(_ count: Int) -> UnsafeMutablePointer<UnsafePointer<Float>?> {
    if count > pointerCapacity {
      pointers.deallocate()
      pointerCapacity = count
      pointers = .allocate(capacity: count)
    }
    return pointers
  }

  /// At least `count` zeros, which nobody overwrites.
  func zeros(_ count: Int) -> UnsafePointer<Float> {
    if count > zeros.count {
      zeros = AlignedMemory(count: count)
      zeros.base.initialize(repeating: 0, count: count)
    }
    return UnsafePointer(zeros.base)
  }
}

extension FeatureMap {
  /// Sets every value to zero.
  package func clear() {
    if isContiguous {
      base.update(repeating: 0, count: pixels * channels)
    } else {
      for pixel in 0..<pixels { (base + pixel * pixelStride).update(repeating: 0, count: channels) }
    }
  }

  /// Start of one pixel, counted row by row.
  @inline(__always)
  func pixel(at index: Int) -> UnsafeMutablePointer<Float> { base + index * pixelStride }
}
