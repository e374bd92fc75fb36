import CKernels

extension CPULevel {
  /// The kernels on maps of this level.
  ///
  /// - Precondition: the processor can run it.
  var mapKernels: ek_map_kernels { ek_map_kernels_for(kernels.level).pointee }
}

extension FeatureMap {
  /// Whether no floats lie between the pixels.
  package var isContiguous: Bool { pixelStride == channels }

  /// The view as one pixel that holds all values of a contiguous map.
  var asOnePixel: FeatureMap {
    precondition(isContiguous, "pixels lie apart")
    return FeatureMap(
      base: base, rows: 1, columns: 1, channels: pixels * channels, pixelStride: pixels * channels)
  }

  /// A second operand's step: 0 repeats its only pixel for all of the map's.
  func step(repeatedOver map: FeatureMap) -> Int {
    precondition(
      channels == map.channels && (pixels == map.pixels || pixels == 1), "shapes differ")
    return pixels == 1 ? 0 : pixelStride
  }
}

extension FeatureMap {
  /// Some of the pixels, counted row by row, with all channels; memory is shared.
  package func pixels(_ range: Range<Int>) -> FeatureMap {
    window(from: range.lowerBound, pixels: range.count, channel: 0, channels: channels)
  }

  /// Multiply-adds that take about as long as bringing the map's values to a core and back.
  package var memoryOperations: Int { pixels * channels * 16 }
}
