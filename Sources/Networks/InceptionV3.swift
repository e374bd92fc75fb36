import Graphs
import Kernels

/// FID's Inception v3, the TensorFlow graph `inception-2015-12-05` under pytorch-fid's names.
///
/// Input `[3, H, W]`, RGB in −1…1, published at 299×299; 75×75 is the least. Output `[2048]`.
///
/// Taps: FID's feature vectors `64`, `192`, `768`, `2048` (`[D]`, spatial means as pytorch-fid takes
/// them); the maps behind them `maxpool1`, `maxpool2`, `Mixed_6e`, `Mixed_7c`; and every other stem
/// convolution and Mixed block under its own name.
///
/// Source: Szegedy et al., arXiv 1512.00567; mseitzer/pytorch-fid, `src/pytorch_fid/inception.py`.
///
/// - Deviation: the classifier `fc` (1008 classes) is left out; no metric here reads it.
package struct InceptionV3: PublishedNetwork {
  package let name = "inception-fid"
  package let inputShape = [3, 299, 299]
  package let summary = "FID-InceptionV3 (2015-12-05), taps 64, 192, 768, 2048; pytorch-fid weights"
  package let ignorableCheckpointPrefixes = ["fc.", "AuxLogits."]

  package init() {}

  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let reduced = stem(scope, input)
    let middle = [32, 64, 64].enumerated().reduce(reduced) { x, block in
      scope.module("Mixed_5" + ["b", "c", "d"][block.offset]) {
        $0.inceptionA(x, pooled: block.element)
      }
    }
    var x = scope.module("Mixed_6a") { $0.inceptionB(middle) }
    for (letter, width) in [("b", 128), ("c", 160), ("d", 160), ("e", 192)] {
      x = scope.module("Mixed_6\(letter)") { $0.inceptionC(x, middle: width) }
    }
    _ = x.spatialMean("768")
    x = scope.module("Mixed_7a") { $0.inceptionD(x) }
    x = scope.module("Mixed_7b") { $0.inceptionE(x, pool: x.averageOfNeighbours()) }
    // The TensorFlow graph takes the maximum in its last block, where the paper takes the mean.
    x = scope.module("Mixed_7c") { $0.inceptionE(x, pool: x.maxPool(3, stride: 1, padding: 1)) }
    return x.spatialMean("2048")
  }

  /// From pixels to 192 channels at an eighth of the size.
  private func stem(_ scope: Scope, _ input: Value) -> Value {
    var x = scope.module("Conv2d_1a_3x3") { $0.unit(input, to: 32, kernel: 3, stride: 2) }
    x = scope.module("Conv2d_2a_3x3") { $0.unit(x, to: 32, kernel: 3) }
    x = scope.module("Conv2d_2b_3x3") { $0.unit(x, to: 64, kernel: 3, padding: 1) }
    x = x.maxPool(3, stride: 2).tapped("maxpool1")
    _ = x.spatialMean("64")
    x = scope.module("Conv2d_3b_1x1") { $0.unit(x, to: 80, kernel: 1) }
    x = scope.module("Conv2d_4a_3x3") { $0.unit(x, to: 192, kernel: 3) }
    x = x.maxPool(3, stride: 2).tapped("maxpool2")
    _ = x.spatialMean("192")
    return x
  }
}

extension Value {
  /// FID's feature vector of a map: `[C, H, W] → [C]`.
  fileprivate func spatialMean(_ tap: String) -> Value {
    globalAveragePool().flattened().tapped(tap)
  }

  /// TensorFlow's "same" average over 3×3, which leaves the padding out of the count.
  fileprivate func averageOfNeighbours() -> Value {
    averagePool(3, stride: 1, padding: 1, countIncludePad: false)
  }
}

/// Inception's blocks; the letters are torchvision's, each branch a published name.
extension Scope {
  /// Convolution, batch norm, ReLU.
  fileprivate func unit(
    _ x: Value, to channels: Int, kernel: Extent, stride: Int = 1, padding: Extent = 0
  ) -> Value {
    let sum = self["conv"].convolution(
      x, to: channels, kernel: kernel, stride: stride, padding: padding, bias: false)
    return self["bn"].batchNorm(sum, epsilon: 0.001).relu()
  }

  /// A 1×7 unit.
  private func row(_ x: Value, to channels: Int) -> Value {
    unit(x, to: channels, kernel: .init(1, 7), padding: .init(rows: 0, columns: 3))
  }

  /// A 7×1 unit.
  private func column(_ x: Value, to channels: Int) -> Value {
    unit(x, to: channels, kernel: .init(7, 1), padding: .init(rows: 3, columns: 0))
  }

  /// 35×35 grid: 1×1, 5×5, two 3×3 and a pool, `→ 224 + pooled` channels.
  fileprivate func inceptionA(_ x: Value, pooled: Int) -> Value {
    let five = self["branch5x5_1"].unit(x, to: 48, kernel: 1)
    let first = self["branch3x3dbl_1"].unit(x, to: 64, kernel: 1)
    let second = self["branch3x3dbl_2"].unit(first, to: 96, kernel: 3, padding: 1)
    return .concatenated([
      self["branch1x1"].unit(x, to: 64, kernel: 1),
      self["branch5x5_2"].unit(five, to: 64, kernel: 5, padding: 2),
      self["branch3x3dbl_3"].unit(second, to: 96, kernel: 3, padding: 1),
      self["branch_pool"].unit(x.averageOfNeighbours(), to: pooled, kernel: 1),
    ])
  }

  /// Reduction from 35×35 to 17×17.
  fileprivate func inceptionB(_ x: Value) -> Value {
    let first = self["branch3x3dbl_1"].unit(x, to: 64, kernel: 1)
    let second = self["branch3x3dbl_2"].unit(first, to: 96, kernel: 3, padding: 1)
    return .concatenated([
      self["branch3x3"].unit(x, to: 384, kernel: 3, stride: 2),
      self["branch3x3dbl_3"].unit(second, to: 96, kernel: 3, stride: 2),
      x.maxPool(3, stride: 2),
    ])
  }

  /// 17×17 grid: 7×7 filters taken apart into rows and columns.
  fileprivate func inceptionC(_ x: Value, middle: Int) -> Value {
    var single = self["branch7x7_1"].unit(x, to: middle, kernel: 1)
    single = self["branch7x7_2"].row(single, to: middle)
    var double = self["branch7x7dbl_1"].unit(x, to: middle, kernel: 1)
    double = self["branch7x7dbl_2"].column(double, to: middle)
    double = self["branch7x7dbl_3"].row(double, to: middle)
    double = self["branch7x7dbl_4"].column(double, to: middle)
    return .concatenated([
      self["branch1x1"].unit(x, to: 192, kernel: 1),
      self["branch7x7_3"].column(single, to: 192),
      self["branch7x7dbl_5"].row(double, to: 192),
      self["branch_pool"].unit(x.averageOfNeighbours(), to: 192, kernel: 1),
    ])
  }

  /// Reduction from 17×17 to 8×8.
  fileprivate func inceptionD(_ x: Value) -> Value {
    let three = self["branch3x3_1"].unit(x, to: 192, kernel: 1)
    var seven = self["branch7x7x3_1"].unit(x, to: 192, kernel: 1)
    seven = self["branch7x7x3_2"].row(seven, to: 192)
    seven = self["branch7x7x3_3"].column(seven, to: 192)
    return .concatenated([
      self["branch3x3_2"].unit(three, to: 320, kernel: 3, stride: 2),
      self["branch7x7x3_4"].unit(seven, to: 192, kernel: 3, stride: 2),
      x.maxPool(3, stride: 2),
    ])
  }

  /// 8×8 grid: 3×3 filters spread into a row and a column side by side.
  fileprivate func inceptionE(_ x: Value, pool: Value) -> Value {
    let single = self["branch3x3_1"].unit(x, to: 384, kernel: 1)
    let squeezed = self["branch3x3dbl_1"].unit(x, to: 448, kernel: 1)
    let double = self["branch3x3dbl_2"].unit(squeezed, to: 384, kernel: 3, padding: 1)
    return .concatenated([
      self["branch1x1"].unit(x, to: 320, kernel: 1),
      self["branch3x3_2a"].shortRow(single), self["branch3x3_2b"].shortColumn(single),
      self["branch3x3dbl_3a"].shortRow(double), self["branch3x3dbl_3b"].shortColumn(double),
      self["branch_pool"].unit(pool, to: 192, kernel: 1),
    ])
  }

  /// A 1×3 unit to 384 channels.
  private func shortRow(_ x: Value) -> Value {
    unit(x, to: 384, kernel: .init(1, 3), padding: .init(rows: 0, columns: 1))
  }

  /// A 3×1 unit to 384 channels.
  private func shortColumn(_ x: Value) -> Value {
    unit(x, to: 384, kernel: .init(3, 1), padding: .init(rows: 1, columns: 0))
  }
}
