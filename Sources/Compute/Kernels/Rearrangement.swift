import CKernels
import Tensors

/// What moves values and computes nothing.
extension FeatureMap {
  /// `y[i, j] = x[i·stride, j·stride]`, PyTorch's `MaxPool2d(1, stride)`.
  package func writeSubsample(of input: FeatureMap, stride: Int) {
    for row in 0..<rows {
      for column in 0..<columns {
        pixel(row, column).update(
          from: input.pixel(row * stride, column * stride), count: channels)
      }
    }
  }

  /// A vector in `[C, H, W]` order from a map, PyTorch's `flatten`.
  package func writeFlattened(_ input: FeatureMap) {
    precondition(pixels == 1 && channels == input.pixels * input.channels, "sizes differ")
    for pixel in 0..<input.pixels {
      let source = input.base + pixel * input.pixelStride
      for channel in 0..<input.channels { base[channel * input.pixels + pixel] = source[channel] }
    }
  }

  /// Copies a planar tensor `[C, H, W]` (or `[D]`) into the map.
  package func fill(from tensor: Tensor, level: CPULevel = .current) {
    precondition(tensor.count == pixels * channels, "\(tensor.shape) does not fill the map")
    tensor.values.withUnsafeBufferPointer { source in
      guard let planes = source.baseAddress else { return }
      level.mapKernels.interleave(planes, pixels, pixels, channels, base, pixelStride)
    }
  }

  /// The map as a planar tensor of the given shape, `[C, H, W]` order.
  package func planar(shape: [Int]) -> Tensor {
    precondition(shape.elementCount == pixels * channels, "\(shape) does not hold the map")
    let values = [Float](unsafeUninitializedCapacity: pixels * channels) { target, count in
      guard let planes = target.baseAddress else { return }
      for channel in 0..<channels {
        let plane = planes + channel * pixels
        for pixel in 0..<pixels { plane[pixel] = base[pixel * pixelStride + channel] }
      }
      count = pixels * channels
    }
    return Tensor(shape: shape, values: values)
  }
}
