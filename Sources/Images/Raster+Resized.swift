import Tensors

extension Raster {
  /// Resizes as `PIL.Image.resize` does with 8-bit images, bit by bit.
  ///
  /// Two passes in the order of ``PillowTaps/columnsFirst(from:to:)``; 22-bit fixed point, each pass
  /// rounded and limited to 0…255. An axis that keeps its size is not filtered.
  ///
  /// - Precondition: the new size is positive and the image is not empty.
  package func resized(width newWidth: Int, height newHeight: Int, filter: PillowFilter) -> Raster {
    precondition(newWidth > 0 && newHeight > 0, "an image cannot be made \(newWidth)×\(newHeight)")
    if filter == .nearest { return pickingNearest(newWidth, newHeight) }
    if PillowTaps.columnsFirst(from: (width, height), to: (newWidth, newHeight)) {
      return filteringColumns(newHeight, filter).filteringRows(newWidth, filter)
    }
    return filteringRows(newWidth, filter).filteringColumns(newHeight, filter)
  }

  private func pickingNearest(_ newWidth: Int, _ newHeight: Int) -> Raster {
    let columns = PillowTaps.nearest(from: width, to: newWidth)
    let rows = PillowTaps.nearest(from: height, to: newHeight)
    var picked = [UInt8]()
    picked.reserveCapacity(newWidth * newHeight * channels)
    for row in rows {
      for column in columns {
        let pixel = (row * width + column) * channels
        for channel in 0..<channels { picked.append(samples[pixel + channel]) }
      }
    }
    return Raster(width: newWidth, height: newHeight, channels: channels, samples: picked)
  }

  private func filteringRows(_ newWidth: Int, _ filter: PillowFilter) -> Raster {
    if newWidth == width { return self }
    let taps = PillowTaps(from: width, to: newWidth, filter: filter)
    let weights = taps.fixedPointWeights
    let size = newWidth * height * channels
    let filtered = [UInt8](unsafeUninitializedCapacity: size) { new, filled in
      samples.withUnsafeBufferPointer { old in
        weights.withUnsafeBufferPointer { weights in
          for row in 0..<height {
            filterRow(
              taps, weights, from: UnsafeBufferPointer(rebasing: old[(row * width * channels)...]),
              to: UnsafeMutableBufferPointer(rebasing: new[(row * newWidth * channels)...]))
          }
        }
      }
      filled = size
    }
    return Raster(width: newWidth, height: height, channels: channels, samples: filtered)
  }

  @inline(__always)
  private func filterRow(
    _ taps: PillowTaps, _ weights: UnsafeBufferPointer<Int32>, from old: UnsafeBufferPointer<UInt8>,
    to new: UnsafeMutableBufferPointer<UInt8>
  ) {
    for column in taps.starts.indices {
      let weightRow = column * taps.rowLength
      for channel in 0..<channels {
        var sum = half
        var sample = taps.starts[column] * channels + channel
        for tap in 0..<taps.counts[column] {
          sum &+= Int32(truncatingIfNeeded: old[sample]) &* weights[weightRow + tap]
          sample += channels
        }
        new[column * channels + channel] = limited(sum)
      }
    }
  }

  private func filteringColumns(_ newHeight: Int, _ filter: PillowFilter) -> Raster {
    if newHeight == height { return self }
    let taps = PillowTaps(from: height, to: newHeight, filter: filter)
    let weights = taps.fixedPointWeights
    let rowSize = width * channels
    var rowSums = [Int32](repeating: 0, count: rowSize)
    let filtered = [UInt8](unsafeUninitializedCapacity: rowSize * newHeight) { new, filled in
      samples.withUnsafeBufferPointer { old in
        rowSums.withUnsafeMutableBufferPointer { sums in
          for row in 0..<newHeight {
            sums.update(repeating: half)
            // A whole row for each tap: contiguous, and so vectorised.
            for tap in 0..<taps.counts[row] {
              let weight = weights[row * taps.rowLength + tap]
              let oldRow = (taps.starts[row] + tap) * rowSize
              for index in 0..<rowSize {
                sums[index] &+= Int32(truncatingIfNeeded: old[oldRow + index]) &* weight
              }
            }
            for index in 0..<rowSize { new[row * rowSize + index] = limited(sums[index]) }
          }
        }
      }
      filled = rowSize * newHeight
    }
    return Raster(width: width, height: newHeight, channels: channels, samples: filtered)
  }
}

/// One half in fixed point: what makes the shift of ``limited(_:)`` round.
private let half = Int32(1) << Int32(PillowTaps.precision - 1)

/// From fixed point to a sample.
@inline(__always)
private func limited(_ sum: Int32) -> UInt8 {
  let value = sum >> Int32(PillowTaps.precision)
  return value < 0 ? 0 : value > 255 ? 255 : UInt8(truncatingIfNeeded: value)
}
