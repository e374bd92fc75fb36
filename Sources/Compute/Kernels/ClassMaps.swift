import CKernels

/// Label maps with a channel for each class, ones and zeros, that choose rows of tables and pixels of maps.
extension FeatureMap {
  /// `y[p] = table[class of p]`, the mean of all rows where a pixel has no class.
  ///
  /// - Parameters:
  ///   - table: a row for each class, `[K, C]`.
  ///   - map: `K` channels; a pixel's class is the largest of them, the first of equals, and none where that is 0.
  /// - Exactness: rows are copied; the mean's sums in Float64, rounded once.
  package func writeRows(of table: FeatureMap, byClassIn map: FeatureMap) {
    precondition(
      table.channels == channels && table.pixels == map.channels && map.pixels == pixels,
      "table and label map do not fit together")
    var mean: UnsafeMutablePointer<Float>?
    for index in 0..<pixels {
      let output = pixel(at: index)
      if let row = map.classIndex(at: index) {
        output.update(from: table.pixel(at: row), count: channels)
      } else if let mean {
        output.update(from: mean, count: channels)
      } else {
        FeatureMap(
          base: output, rows: 1, columns: 1, channels: channels, pixelStride: channels
        ).writeAdaptiveAverage(of: table)
        mean = output
      }
    }
  }

  /// `dtable += dy` for ``writeRows(of:byClassIn:)``; the map is the table's gradient.
  ///
  /// - Exactness: sums in Float32 in the order of the pixels.
  package func addRowsGradient(
    of gradient: FeatureMap, byClassIn map: FeatureMap, level: CPULevel = .current
  ) {
    let kernels = level.gradientKernels
    for index in 0..<map.pixels {
      let change = gradient.pixel(at: index)
      if let row = map.classIndex(at: index) {
        kernels.add_scaled(change, 1, pixel(at: row), channels)
      } else {
        for row in 0..<pixels {
          kernels.add_scaled(change, 1 / Float(pixels), pixel(at: row), channels)
        }
      }
    }
  }

  /// `y[c] = Σ_p x[p, c] · m[p, k] / (Σ_p m[p, k] + ε)`, class `k` having the `k`-th part of the channels.
  ///
  /// - Parameters:
  ///   - input: `C` channels.
  ///   - map: `K` channels, a divisor of `C`.
  ///   - epsilon: added to a class's pixels, so that one without any has zeros.
  /// - Exactness: in Float64 in the order of the pixels, rounded once.
  package func writeClassMeans(of input: FeatureMap, in map: FeatureMap, epsilon: Float) {
    precondition(
      pixels == 1 && channels == input.channels && input.pixels == map.pixels
        && channels % map.channels == 0, "map and label map do not fit together")
    let width = channels / map.channels
    var sums = [Double](repeating: 0, count: channels)
    map.forEachMember { index, label, share in
      let values = input.pixel(at: index)
      for channel in label * width..<(label + 1) * width {
        sums[channel] += Double(values[channel]) * Double(share)
      }
    }
    let counts = map.classCounts(epsilon: epsilon)
    for channel in 0..<channels { base[channel] = Float(sums[channel] / counts[channel / width]) }
  }

  /// `dx += dy · m / (Σ m + ε)` for ``writeClassMeans(of:in:epsilon:)``; the map is the input's gradient.
  package func addClassMeansGradient(
    of gradient: FeatureMap, in map: FeatureMap, epsilon: Float
  ) {
    let width = channels / map.channels
    let counts = map.classCounts(epsilon: epsilon)
    map.forEachMember { index, label, share in
      let (target, factor) = (pixel(at: index), Float(Double(share) / counts[label]))
      for channel in label * width..<(label + 1) * width {
        target[channel] += gradient.base[channel] * factor
      }
    }
  }

  /// The class of one pixel of a label map.
  private func classIndex(at index: Int) -> Int? {
    let values = pixel(at: index)
    var largest = 0
    for channel in 1..<channels where values[channel] > values[largest] { largest = channel }
    return values[largest] == 0 ? nil : largest
  }

  /// Pixels of each class of a label map, plus `ε`.
  private func classCounts(epsilon: Float) -> [Double] {
    var counts = [Double](repeating: 0, count: channels)
    forEachMember { _, label, share in counts[label] += Double(share) }
    return counts.map { $0 + Double(epsilon) }
  }

  /// Calls `body` with each pixel of a label map, a class and the share that the pixel has of it, unless that is 0.
  @inline(__always)
  private func forEachMember(_ body: (_ pixel: Int, _ label: Int, _ share: Float) -> Void) {
    for index in 0..<pixels {
      let values = pixel(at: index)
      for label in 0..<channels where values[label] != 0 { body(index, label, values[label]) }
    }
  }
}
