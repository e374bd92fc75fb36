import CKernels
import Tensors

/// `e^(x − less)` of rows of values, with the bits of `Elementary.exponential` at every level.
package struct Exponentials: Sendable {
  private let kernel:
    @convention(c) (UnsafePointer<Float>?, Float, UnsafeMutablePointer<Float>?, Int) -> Void

  /// Takes the kernel of a level.
  package init(level: CPULevel = .current) { kernel = level.gradientKernels.exponentials }

  /// Writes the exponentials of `results.count` values.
  package func write(
    _ values: UnsafePointer<Float>, less: Float, to results: inout [Float]
  ) {
    kernel(values, less, &results, results.count)
  }
}
