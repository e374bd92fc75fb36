import CKernels
import Kernels
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
    if newWidth == width && newHeight == height { return self }
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
    let size = newWidth * height * channels
    let scratchBytes = Int(EK_FILTER_LINES) * channels * (width + newWidth)
    let filtered = [UInt8](unsafeUninitializedCapacity: size) { new, filled in
      withUnsafeTemporaryAllocation(byteCount: scratchBytes, alignment: 64) { scratch in
        taps.withPositions { positions in
          var job = ek_line_filter_u8(
            input: nil, output: new.baseAddress, lines: height, width: width, channels: channels,
            taps: positions, weights: nil,
            scratch: scratch.baseAddress?.assumingMemoryBound(to: UInt8.self))
          samples.withUnsafeBufferPointer { samples in
            taps.fixedPointWeights.withUnsafeBufferPointer { weights in
              (job.input, job.weights) = (samples.baseAddress, weights.baseAddress)
              CPULevel.current.filters.lines_u8(&job)
            }
          }
        }
      }
      filled = size
    }
    return Raster(width: newWidth, height: height, channels: channels, samples: filtered)
  }

  private func filteringColumns(_ newHeight: Int, _ filter: PillowFilter) -> Raster {
    if newHeight == height { return self }
    let taps = PillowTaps(from: height, to: newHeight, filter: filter)
    let line = width * channels
    let filtered = [UInt8](unsafeUninitializedCapacity: line * newHeight) { new, filled in
      taps.withPositions { positions in
        var job = ek_cross_filter_u8(
          input: nil, output: new.baseAddress, line: line, taps: positions, weights: nil)
        samples.withUnsafeBufferPointer { samples in
          taps.fixedPointWeights.withUnsafeBufferPointer { weights in
            (job.input, job.weights) = (samples.baseAddress, weights.baseAddress)
            CPULevel.current.filters.across_u8(&job)
          }
        }
      }
      filled = line * newHeight
    }
    return Raster(width: width, height: newHeight, channels: channels, samples: filtered)
  }
}
