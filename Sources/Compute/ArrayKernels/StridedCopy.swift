import Kernels
import Tensors

extension FeatureMap {
  /// Fills the map, in the order of its memory, with what a view reads of another's `[H, W, C]`.
  ///
  /// - Precondition: the view has as many values as the map and stays inside the input.
  /// - Exactness: no arithmetic happens.
  package func writeRearranged(_ input: FeatureMap, _ view: StridedView) {
    precondition(view.count == pixels * channels, "\(view.shape) does not fill the map")
    let view = view.collapsed
    guard isContiguous && input.isContiguous else {
      return writeRearrangedApart(input, view)
    }
    var target = base
    let (count, stride) = (view.innermostCount, view.innermostStride)
    view.forEachRun { first in
      let source = input.base + first
      switch stride {
      case 1: target.update(from: source, count: count)
      case 0: target.update(repeating: source[0], count: count)
      default: for index in 0..<count { target[index] = source[index * stride] }
      }
      target += count
    }
  }

  /// Where pixels lie apart on either side.
  private func writeRearrangedApart(_ input: FeatureMap, _ view: StridedView) {
    var position = 0
    let (count, stride) = (view.innermostCount, view.innermostStride)
    view.forEachRun { first in
      for index in 0..<count {
        self[position] = input[first + index * stride]
        position += 1
      }
    }
  }

  /// A value by its number among those of `[H, W, C]`.
  private subscript(_ element: Int) -> Float {
    get { base[element / channels * pixelStride + element % channels] }
    nonmutating set { base[element / channels * pixelStride + element % channels] = newValue }
  }

  /// Copies maps of equal channels one behind the other.
  package func writeAppended(_ inputs: [FeatureMap]) {
    var first = 0
    for input in inputs {
      window(from: first, pixels: input.pixels, channel: 0, channels: channels)
        .writeCopy(of: input)
      first += input.pixels
    }
    precondition(first == pixels, "\(first) pixels do not fill \(pixels)")
  }

  /// Copies stored values, which lie in the order `[H, W, C]`.
  package func writeStored(_ values: Tensor) {
    precondition(values.count == pixels * channels, "\(values.shape) does not fill the map")
    values.values.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      for pixel in 0..<pixels {
        (base + pixel * pixelStride).update(from: start + pixel * channels, count: channels)
      }
    }
  }
}
