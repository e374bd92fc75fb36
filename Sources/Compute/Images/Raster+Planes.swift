import Tensors

extension Raster {
  /// The part inside the given rows and columns.
  ///
  /// - Precondition: both ranges lie inside the image.
  package func cropped(rows: Range<Int>, columns: Range<Int>) -> Raster {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= height && columns.lowerBound >= 0
        && columns.upperBound <= width, "the crop leaves the image")
    var part = [UInt8]()
    part.reserveCapacity(rows.count * columns.count * channels)
    for row in rows {
      let start = (row * width + columns.lowerBound) * channels
      part += samples[start..<start + columns.count * channels]
    }
    return Raster(width: columns.count, height: rows.count, channels: channels, samples: part)
  }

  /// The samples as floats, `[C, H, W]`, values 0…255.
  package var planes: Tensor {
    planes(by: (0..<256 * channels).map { Float($0 % 256) })
  }

  /// The samples as planes in −1…1, `[C, H, W]`: `x / 127.5 − 1`.
  package var signedPlanes: Tensor {
    planes(by: (0..<256 * channels).map { Float($0 % 256) / 127.5 - 1 })
  }

  /// Planes in −1…1 as pixels, rounded to the nearest level, halves up; what lies outside is clamped.
  ///
  /// - Parameter planes: `[C, H, W]`; what is no number becomes 0.
  package init(signedPlanes planes: Tensor) {
    let (channels, height, width) = (planes.shape[0], planes.shape[1], planes.shape[2])
    let size = height * width
    let samples = (0..<channels * size).map { place in
      let value = planes.values[place % channels * size + place / channels]
      // In this order NaN fails both comparisons and becomes 0.
      return UInt8(min(255, max(0, (value + 1) * 127.5 + 0.5)))
    }
    self.init(width: width, height: height, channels: channels, samples: samples)
  }

  /// The samples as planes of floats, `[C, H, W]`, each looked up in its channel's 256 values.
  ///
  /// - Precondition: `table.count == 256 * channels`.
  func planes(by table: [Float]) -> Tensor {
    precondition(table.count == 256 * channels, "\(table.count) values for \(channels) channels")
    let size = width * height
    let values = [Float](unsafeUninitializedCapacity: size * channels) { planes, filled in
      samples.withUnsafeBufferPointer { samples in
        table.withUnsafeBufferPointer { table in
          if channels == 3 {
            for pixel in 0..<size {
              planes[pixel] = table[Int(samples[3 * pixel])]
              planes[size + pixel] = table[256 + Int(samples[3 * pixel + 1])]
              planes[2 * size + pixel] = table[512 + Int(samples[3 * pixel + 2])]
            }
          } else {
            for channel in 0..<channels {
              for pixel in 0..<size {
                planes[channel * size + pixel] =
                  table[256 * channel + Int(samples[pixel * channels + channel])]
              }
            }
          }
        }
      }
      filled = size * channels
    }
    return Tensor(shape: [channels, height, width], values: values)
  }
}

extension Tensor {
  /// The part of every plane inside the given rows and columns.
  ///
  /// - Precondition: the tensor is `[C, H, W]` and both ranges lie inside.
  package func cropped(rows: Range<Int>, columns: Range<Int>) -> Tensor {
    precondition(
      shape.count == 3 && rows.lowerBound >= 0 && rows.upperBound <= shape[1]
        && columns.lowerBound >= 0 && columns.upperBound <= shape[2], "the crop leaves the image")
    var part = [Float]()
    part.reserveCapacity(shape[0] * rows.count * columns.count)
    for channel in 0..<shape[0] {
      for row in rows {
        let start = (channel * shape[1] + row) * shape[2] + columns.lowerBound
        part += values[start..<start + columns.count]
      }
    }
    return Tensor(shape: [shape[0], rows.count, columns.count], values: part)
  }
}
