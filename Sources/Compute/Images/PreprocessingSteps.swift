import Tensors

/// A step on the 8-bit image.
package enum PixelStep: Sendable, Hashable, CustomStringConvertible {
  /// The image must have this size already: it was aligned so.
  case require(width: Int, height: Int)
  /// `PIL.Image.resize`.
  case resize(width: Int, height: Int, PillowFilter)
  /// torchvision's `Resize(size)`: the shorter side becomes `size`, the longer one
  /// `int(size · long / short)`.
  case resizeShorterSide(Int, PillowFilter)
  /// torchvision's `CenterCrop(size)`: offsets round half to even.
  case centerCrop(Int)
  /// The largest square around the center; square images stay as they are.
  case centerSquare

  /// The name used in fingerprints.
  package var description: String {
    switch self {
    case .require(let width, let height): "require(\(width)x\(height))"
    case .resize(let width, let height, let filter):
      "pillow-\(filter.rawValue)(\(width)x\(height))"
    case .resizeShorterSide(let size, let filter):
      "pillow-\(filter.rawValue)(shorter-side=\(size))"
    case .centerCrop(let size): "centre-crop(\(size))"
    case .centerSquare: "centre-square"
    }
  }

  func apply(to image: Raster, named name: String) throws(ImageError) -> Raster {
    switch self {
    case .require(let width, let height):
      guard image.width == width && image.height == height else {
        throw wrongSize(name, image, "an aligned image of \(width)×\(height) is needed")
      }
      return image
    case .resize(let width, let height, let filter):
      return image.resized(width: width, height: height, filter: filter)
    case .resizeShorterSide(let size, let filter):
      let (short, long) = (min(image.width, image.height), max(image.width, image.height))
      // A quotient of doubles, cut, as in Python's `int(size * long / short)`.
      let newLong = Int(Double(size * long) / Double(short))
      return image.width <= image.height
        ? image.resized(width: size, height: newLong, filter: filter)
        : image.resized(width: newLong, height: size, filter: filter)
    case .centerCrop(let size):
      guard image.width >= size && image.height >= size else {
        throw wrongSize(name, image, "at least \(size)×\(size) is needed to cut out the center")
      }
      return image.cropped(
        rows: centered(size, in: image.height), columns: centered(size, in: image.width))
    case .centerSquare:
      guard image.width != image.height else { return image }
      let side = min(image.width, image.height)
      return image.cropped(
        rows: centered(side, in: image.height), columns: centered(side, in: image.width))
    }
  }

  private func centered(_ size: Int, in length: Int) -> Range<Int> {
    let start = Int((Double(length - size) / 2).rounded(.toNearestOrEven))
    return start..<start + size
  }
}

/// A step on the float image, `[3, H, W]`.
package enum TensorStep: Sendable, Hashable, CustomStringConvertible {
  /// `x / d`.
  case divide(by: Float)
  /// `(x − mean) / deviation`, a value for each channel.
  case normalize(mean: [Float], deviation: [Float])
  /// `x · factor + offset`, product first.
  case scale(by: Float, offset: Float)
  /// Limits to a range.
  case clip(ClosedRange<Float>)
  /// Resizes every plane.
  case resize(width: Int, height: Int, TensorFilter)
  /// Keeps these rows and columns.
  case crop(rows: Range<Int>, columns: Range<Int>)

  /// The name used in fingerprints.
  package var description: String {
    switch self {
    case .divide(let divisor): "divide(\(divisor))"
    case .normalize(let mean, let deviation): "normalise(mean=\(mean),deviation=\(deviation))"
    case .scale(let factor, let offset): "scale(\(factor),offset=\(offset))"
    case .clip(let range): "clip(\(range.lowerBound)...\(range.upperBound))"
    case .resize(let width, let height, let filter): "\(filter)(\(width)x\(height))"
    case .crop(let rows, let columns): "crop(rows=\(rows),columns=\(columns))"
    }
  }

  /// Whether every new value depends on the old one at its place, and its channel, only.
  var isPointwise: Bool {
    switch self {
    case .divide, .normalize, .scale, .clip: true
    case .resize, .crop: false
    }
  }

  func apply(to image: inout Tensor, named name: String) throws(ImageError) {
    switch self {
    case .divide(let divisor):
      mapChannels(&image) { _ in { $0 / divisor } }
    case .normalize(let mean, let deviation):
      mapChannels(&image) { channel in
        let (mean, deviation) = (mean[channel], deviation[channel])
        return { ($0 - mean) / deviation }
      }
    case .scale(let factor, let offset):
      mapChannels(&image) { _ in { $0 * factor + offset } }
    case .clip(let range):
      let (low, high) = (range.lowerBound, range.upperBound)
      mapChannels(&image) { _ in { $0 < low ? low : $0 > high ? high : $0 } }
    case .resize(let width, let height, let filter):
      image = image.resized(width: width, height: height, filter: filter)
    case .crop(let rows, let columns):
      guard rows.upperBound <= image.shape[1] && columns.upperBound <= image.shape[2] else {
        throw ImageError(
          path: name, state: .wrongSize,
          reason: "the image is \(image.shape[2])×\(image.shape[1]) pixels, but rows \(rows) and "
            + "columns \(columns) are to be cut out")
      }
      image = image.cropped(rows: rows, columns: columns)
    }
  }

  @inline(__always)
  private func mapChannels(_ image: inout Tensor, _ formula: (Int) -> (Float) -> Float) {
    let planeSize = image.shape[1] * image.shape[2]
    let channels = image.shape[0]
    image.values.withUnsafeMutableBufferPointer { values in
      for channel in 0..<channels {
        let formula = formula(channel)
        for index in channel * planeSize..<(channel + 1) * planeSize {
          values[index] = formula(values[index])
        }
      }
    }
  }
}

private func wrongSize(_ name: String, _ image: Raster, _ need: String) -> ImageError {
  ImageError(
    path: name, state: .wrongSize,
    reason: "the image is \(image.width)×\(image.height) pixels, but \(need)")
}
