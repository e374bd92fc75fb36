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
        rows: TorchTaps.nearest(from: oldHeight, to: height).indices,
        columns: TorchTaps.nearest(from: oldWidth, to: width).indices)
    case .torchBilinear(let alignCorners):
      return weighting(
        rows: .bilinear(from: oldHeight, to: height, alignCorners: alignCorners),
        columns: .bilinear(from: oldWidth, to: width, alignCorners: alignCorners))
    case .torchBicubic:
      return weighting(
        rows: .bicubic(from: oldHeight, to: height), columns: .bicubic(from: oldWidth, to: width))
    case .tensorFlow1Bilinear:
      return interpolating(
        rows: .tensorFlow1(from: oldHeight, to: height),
        columns: .tensorFlow1(from: oldWidth, to: width))
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
    return mapPlanes(height, newWidth) { old, new in
      taps.weights.withUnsafeBufferPointer { weights in
        for row in 0..<height {
          for column in 0..<newWidth {
            let first = row * width + taps.starts[column]
            let weightRow = column * taps.rowLength
            var sum = 0.0
            for tap in 0..<taps.counts[column] {
              sum += Double(old[first + tap]) * weights[weightRow + tap]
            }
            new[row * newWidth + column] = Float(sum)
          }
        }
      }
    }
  }

  private func filteringColumns(_ newHeight: Int, _ filter: PillowFilter) -> Tensor {
    let (height, width) = (shape[1], shape[2])
    if newHeight == height { return self }
    let taps = PillowTaps(from: height, to: newHeight, filter: filter)
    var rowSums = [Double](repeating: 0, count: width)
    return mapPlanes(newHeight, width) { old, new in
      rowSums.withUnsafeMutableBufferPointer { sums in
        for row in 0..<newHeight {
          sums.update(repeating: 0)
          for tap in 0..<taps.counts[row] {
            let weight = taps.weights[row * taps.rowLength + tap]
            let first = (taps.starts[row] + tap) * width
            for column in 0..<width { sums[column] += Double(old[first + column]) * weight }
          }
          for column in 0..<width { new[row * width + column] = Float(sums[column]) }
        }
      }
    }
  }

  // MARK: PyTorch and TensorFlow

  /// Weighted sums along rows, of which weighted sums are taken along columns.
  private func weighting(rows: TorchTaps, columns: TorchTaps) -> Tensor {
    twoPass(rows, columns) { pixels, weights in
      var sum = pixels[0] * weights[0]
      for tap in 1..<pixels.count { sum += pixels[tap] * weights[tap] }
      return sum
    }
  }

  /// `a + (b − a) · distance`, which rounds otherwise than a weighted sum.
  private func interpolating(rows: TorchTaps, columns: TorchTaps) -> Tensor {
    twoPass(rows, columns) { pixels, weights in
      pixels[0] + (pixels[1] - pixels[0]) * weights[1]
    }
  }

  @inline(__always)
  private func twoPass(
    _ rows: TorchTaps, _ columns: TorchTaps,
    _ combine: (UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>) -> Float
  ) -> Tensor {
    let (height, width) = (shape[1], shape[2])
    let (newHeight, newWidth) = (rows.count, columns.count)
    var narrowed = [Float](repeating: 0, count: height * newWidth)
    return mapPlanes(newHeight, newWidth) { old, new in
      narrowed.withUnsafeMutableBufferPointer { narrowed in
        Self.combine(
          columns, outer: height, outerStride: width, tapStride: 1, from: old, to: narrowed,
          outStride: (newWidth, 1), combine)
        Self.combine(
          rows, outer: newWidth, outerStride: 1, tapStride: newWidth, from: .init(narrowed),
          to: new, outStride: (1, newWidth), combine)
      }
    }
  }

  /// One pass: `outer` independent lines, each resampled along its taps.
  @inline(__always)
  private static func combine(
    _ taps: TorchTaps, outer: Int, outerStride: Int, tapStride: Int,
    from old: UnsafeBufferPointer<Float>, to new: UnsafeMutableBufferPointer<Float>,
    outStride: (outer: Int, tap: Int),
    _ combine: (UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>) -> Float
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: taps.length) { pixels in
      taps.weights.withUnsafeBufferPointer { weights in
        taps.indices.withUnsafeBufferPointer { indices in
          for position in 0..<taps.count {
            let first = position * taps.length
            let ownWeights = UnsafeBufferPointer(rebasing: weights[first..<first + taps.length])
            for line in 0..<outer {
              for tap in 0..<taps.length {
                pixels[tap] = old[line * outerStride + indices[first + tap] * tapStride]
              }
              new[line * outStride.outer + position * outStride.tap] =
                combine(.init(pixels), ownWeights)
            }
          }
        }
      }
    }
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
