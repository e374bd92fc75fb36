import CKernels
import Kernels
import Tensors

extension Tensor {
  /// Resizes every plane.
  ///
  /// - Returns: `[C, height, width]`.
  /// - Precondition: the tensor is `[C, H, W]` and no extent is zero.
  package func resized(width: Int, height: Int, filter: TensorFilter) -> Tensor {
    precondition(
      shape.count == 3 && count > 0 && width > 0 && height > 0,
      "\(shape) cannot be resized to \(width)×\(height)")
    let (oldHeight, oldWidth) = (shape[1], shape[2])
    switch filter {
    case .pillow(.nearest):
      return picking(
        rows: PillowTaps.nearest(from: oldHeight, to: height),
        columns: PillowTaps.nearest(from: oldWidth, to: width))
    case .pillow(let filter):
      if PillowTaps.columnsFirst(from: (oldWidth, oldHeight), to: (width, height)) {
        return filteringColumns(height, filter).filteringRows(width, filter)
      }
      return filteringRows(width, filter).filteringColumns(height, filter)
    case .torchNearest:
      return picking(
        rows: TorchTaps.nearest(from: oldHeight, to: height).indices.map { Int($0) },
        columns: TorchTaps.nearest(from: oldWidth, to: width).indices.map { Int($0) })
    case .torchBilinear(let alignCorners):
      return filtering(
        rows: .bilinear(from: oldHeight, to: height, alignCorners: alignCorners),
        columns: .bilinear(from: oldWidth, to: width, alignCorners: alignCorners))
    case .torchBicubic:
      return filtering(
        rows: .bicubic(from: oldHeight, to: height), columns: .bicubic(from: oldWidth, to: width))
    case .tensorFlow1Bilinear:
      return filtering(
        rows: .tensorFlow1(from: oldHeight, to: height),
        columns: .tensorFlow1(from: oldWidth, to: width), interpolates: true)
    case .adaptiveAverage: return averaging(height, width)
    }
  }

  private func picking(rows: [Int], columns: [Int]) -> Tensor {
    mapPlanes(rows.count, columns.count) { old, new in
      let width = shape[2]
      var next = 0
      for row in rows {
        for column in columns {
          new[next] = old[row * width + column]
          next += 1
        }
      }
    }
  }

  // MARK: Pillow, mode F

  private func filteringRows(_ newWidth: Int, _ filter: PillowFilter) -> Tensor {
    let (height, width) = (shape[1], shape[2])
    if newWidth == width { return self }
    let taps = PillowTaps(from: width, to: newWidth, filter: filter)
    return withScratch(of: Double.self, width + newWidth) { scratch in
      taps.withPositions { positions in
        taps.weights.withUnsafeBufferPointer { weights in
          mapPlanes(height, newWidth) { old, new in
            var job = ek_line_filter_f64(
              input: old.baseAddress, output: new.baseAddress, lines: height, width: width,
              taps: positions, weights: weights.baseAddress, scratch: scratch)
            CPULevel.current.filters.lines_f64(&job)
          }
        }
      }
    }
  }

  private func filteringColumns(_ newHeight: Int, _ filter: PillowFilter) -> Tensor {
    let (height, width) = (shape[1], shape[2])
    if newHeight == height { return self }
    let taps = PillowTaps(from: height, to: newHeight, filter: filter)
    return taps.withPositions { positions in
      taps.weights.withUnsafeBufferPointer { weights in
        mapPlanes(newHeight, width) { old, new in
          var job = ek_cross_filter_f64(
            input: old.baseAddress, output: new.baseAddress, line: width, taps: positions,
            weights: weights.baseAddress)
          CPULevel.current.filters.across_f64(&job)
        }
      }
    }
  }

  // MARK: PyTorch and TensorFlow

  /// Filters along rows, then along columns; or takes `a + (b − a) · distance`, which rounds otherwise
  /// than a weighted sum.
  private func filtering(rows: TorchTaps, columns: TorchTaps, interpolates: Bool = false) -> Tensor
  {
    filtering(columns, along: true, interpolates).filtering(rows, along: false, interpolates)
  }

  private func filtering(_ taps: TorchTaps, along: Bool, _ interpolates: Bool) -> Tensor {
    let (height, width) = (shape[1], shape[2])
    return withScratch(of: Float.self, along ? width + taps.count : 0) { scratch in
      taps.weights.withUnsafeBufferPointer { weights in
        taps.indices.withUnsafeBufferPointer { positions in
          mapPlanes(along ? height : taps.count, along ? taps.count : width) { old, new in
            var job = ek_fixed_filter(
              input: old.baseAddress, output: new.baseAddress, lines: height, width: width,
              count: taps.count, length: taps.length, positions: positions.baseAddress,
              weights: weights.baseAddress, interpolates: interpolates ? 1 : 0, scratch: scratch)
            let filters = CPULevel.current.filters
            if along { filters.lines_f32(&job) } else { filters.across_f32(&job) }
          }
        }
      }
    }
  }

  /// Memory for `columns` values of every line that is filtered at once.
  private func withScratch<Value, Result>(
    of: Value.Type, _ columns: Int, _ body: (UnsafeMutablePointer<Value>?) -> Result
  ) -> Result {
    withUnsafeTemporaryAllocation(
      byteCount: Int(EK_FILTER_LINES) * columns * MemoryLayout<Value>.stride, alignment: 64
    ) { body($0.baseAddress?.assumingMemoryBound(to: Value.self)) }
  }

  private func averaging(_ newHeight: Int, _ newWidth: Int) -> Tensor {
    let (height, width) = (shape[1], shape[2])
    func window(_ index: Int, _ old: Int, _ new: Int) -> Range<Int> {
      index * old / new..<((index + 1) * old + new - 1) / new
    }
    return mapPlanes(newHeight, newWidth) { old, new in
      for row in 0..<newHeight {
        let rows = window(row, height, newHeight)
        for column in 0..<newWidth {
          let columns = window(column, width, newWidth)
          var sum: Float = 0
          for y in rows {
            for x in columns { sum += old[y * width + x] }
          }
          new[row * newWidth + column] = sum / Float(rows.count) / Float(columns.count)
        }
      }
    }
  }

  /// Makes a tensor of planes of another size, one from each of these.
  @inline(__always)
  private func mapPlanes(
    _ newHeight: Int, _ newWidth: Int,
    _ body: (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void
  ) -> Tensor {
    let (oldSize, newSize) = (shape[1] * shape[2], newHeight * newWidth)
    let planes = [Float](unsafeUninitializedCapacity: shape[0] * newSize) { new, filled in
      values.withUnsafeBufferPointer { old in
        for channel in 0..<shape[0] {
          body(
            UnsafeBufferPointer(rebasing: old[channel * oldSize..<(channel + 1) * oldSize]),
            UnsafeMutableBufferPointer(rebasing: new[channel * newSize..<(channel + 1) * newSize]))
        }
      }
      filled = shape[0] * newSize
    }
    return Tensor(shape: [shape[0], newHeight, newWidth], values: planes)
  }
}
