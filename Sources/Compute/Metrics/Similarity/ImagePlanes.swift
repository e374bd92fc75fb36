import CKernels
import Tensors

/// An image as one Float64 plane a channel, the form in which SSIM reads it.
package struct ImagePlanes: Sendable {
  /// Pixels in a row.
  package let width: Int
  /// Rows.
  package let height: Int
  /// One plane a channel.
  let planes: [Plane]

  /// The samples of an 8-bit image as they are, 0…255.
  package init(_ raster: Raster) {
    width = raster.width
    height = raster.height
    planes = (0..<raster.channels).map { Plane(raster, channel: $0) }
  }

  /// The values of a tensor `[C, H, W]`, in whatever range it has.
  ///
  /// - Precondition: the tensor has three axes.
  package init(_ tensor: Tensor) {
    precondition(tensor.shape.count == 3, "\(tensor.shape) is not [C, H, W]")
    height = tensor.shape[1]
    width = tensor.shape[2]
    let size = height * width
    planes = (0..<tensor.shape[0]).map { channel in
      var plane = Plane(width: tensor.shape[2], height: tensor.shape[1])
      for pixel in 0..<size { plane.values[pixel] = Double(tensor.values[channel * size + pixel]) }
      return plane
    }
  }

  /// The luma `0.299 R + 0.587 G + 0.114 B` in whole steps of 1/255 of the data range.
  ///
  /// Float32 from `[0, 1]` samples, in the packages' order of operations: about one pixel in a
  /// thousand lies so near to half a step that only its rounding error decides.
  func luma(dataRange: Double) -> Plane {
    var luma = Plane(width: width, height: height)
    for pixel in 0..<width * height {
      let red = Float(planes[0].values[pixel] / dataRange)
      let green = Float(planes[1].values[pixel] / dataRange)
      let blue = Float(planes[2].values[pixel] / dataRange)
      let steps = (0.299 * red + 0.587 * green + 0.114 * blue) * 255
      luma.values[pixel] = Double(steps.rounded(.toNearestOrEven)) * (dataRange / 255)
    }
    return luma
  }

  /// Width, height and number of planes.
  var dimensions: ImageDimensions {
    ImageDimensions(width: width, height: height, channels: planes.count)
  }
}

/// One channel, `[H, W]`, row-major.
struct Plane: Sendable {
  /// Unused values behind the last row, so that whole vectors can be read to the end.
  static let padding = Int(EK_SIMILARITY_PADDING)

  let width: Int
  let height: Int
  var values: [Double]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    values = [Double](repeating: 0, count: width * height + Self.padding)
  }

  /// The samples of one channel as they are.
  init(_ raster: Raster, channel: Int) {
    self.init(width: raster.width, height: raster.height)
    let (size, step) = (width * height, raster.channels)
    raster.samples.withUnsafeBufferPointer { samples in
      values.withUnsafeMutableBufferPointer { values in
        for pixel in 0..<size { values[pixel] = Double(samples[pixel * step + channel]) }
      }
    }
  }

  /// Half the size by 2×2 means; an odd side is padded with a zero in front, or cut at its end.
  ///
  /// `torch.avg_pool2d(kernel_size=2, padding=size % 2)`, which counts the padding, or `padding=0`.
  func halved(padded: Bool) -> Plane {
    let left = padded ? width % 2 : 0
    let top = padded ? height % 2 : 0
    var half = Plane(width: (width + left) / 2, height: (height + top) / 2)
    let stride = half.width
    values.withUnsafeBufferPointer { source in
      half.values.withUnsafeMutableBufferPointer { target in
        for y in 0..<half.height {
          for row in [2 * y - top, 2 * y - top + 1] where row >= 0 {
            for x in 0..<stride {
              let column = 2 * x - left
              let before = column >= 0 ? source[row * width + column] : 0
              target[y * stride + x] += 0.25 * (before + source[row * width + column + 1])
            }
          }
        }
      }
    }
    return half
  }
}
