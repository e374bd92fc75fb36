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
/// A reduced form has a fraction of every layer's channels, and taps named after what is left.
///
/// Source: Szegedy et al., arXiv 1512.00567; mseitzer/pytorch-fid, `src/pytorch_fid/inception.py`.
///
/// - Deviation: the classifier `fc` (1008 classes) is left out; no metric here reads it.
package struct InceptionV3: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name: String
  /// Per-sample shape of the published input.
  package let inputShape: [Int]
  /// One line for people.
  package let summary: String
  /// Beginnings of names that checkpoints hold beside this network.
  package let ignorableCheckpointPrefixes = ["fc.", "AuxLogits."]
  /// What every number of channels is divided by.
  private let divisor: Int
  /// Whether the blocks of the last grid are left out, which hold most of the parameters.
  private let endsAtSecondGrid: Bool

  /// The published network.
  package init() {
    self.init(
      name: "inception-fid",
      summary: "FID-InceptionV3 (2015-12-05), taps 64, 192, 768, 2048; pytorch-fid weights",
      size: 299, divisor: 1)
  }

  /// A network of the same form.
  ///
  /// - Parameters:
  ///   - name: on the command line.
  ///   - summary: one line for people.
  ///   - size: rows and columns of the input, at least 75.
  ///   - divisor: of every number of channels, a divisor of 4.
  ///   - endsAtSecondGrid: whether the result is the spatial mean behind `Mixed_6e`.
  package init(
    name: String, summary: String, size: Int, divisor: Int, endsAtSecondGrid: Bool = false
  ) {
    self.name = name
    self.summary = summary
    inputShape = [3, size, size]
    self.divisor = divisor
    self.endsAtSecondGrid = endsAtSecondGrid
  }

  private func tap(_ published: Int) -> String { "\(published / divisor)" }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let reduced = stem(scope, input)
    let middle = [32, 64, 64].enumerated().reduce(reduced) { x, block in
      scope.module("Mixed_5" + ["b", "c", "d"][block.offset]) {
        inceptionA($0, x, pooled: block.element)
      }
    }
    var x = scope.module("Mixed_6a") { inceptionB($0, middle) }
    for (letter, width) in [("b", 128), ("c", 160), ("d", 160), ("e", 192)] {
      x = scope.module("Mixed_6\(letter)") { inceptionC($0, x, middle: width) }
    }
    let middleMean = x.spatialMean(tap(768))
    if endsAtSecondGrid { return middleMean }
    x = scope.module("Mixed_7a") { inceptionD($0, x) }
    x = scope.module("Mixed_7b") { inceptionE($0, x, pool: x.averageOfNeighbors()) }
    // The TensorFlow graph takes the maximum in its last block, where the paper takes the mean.
    x = scope.module("Mixed_7c") {
      inceptionE($0, x, pool: x.maxPool(3, stride: 1, padding: 1))
    }
    return x.spatialMean(tap(2048))
  }

  /// From pixels to 192 channels at an eighth of the size.
  private func stem(_ scope: Scope, _ input: Value) -> Value {
    var x = scope.module("Conv2d_1a_3x3") { unit($0, input, to: 32, kernel: 3, stride: 2) }
    x = scope.module("Conv2d_2a_3x3") { unit($0, x, to: 32, kernel: 3) }
    x = scope.module("Conv2d_2b_3x3") { unit($0, x, to: 64, kernel: 3, padding: 1) }
    x = x.maxPool(3, stride: 2).tapped("maxpool1")
    _ = x.spatialMean(tap(64))
    x = scope.module("Conv2d_3b_1x1") { unit($0, x, to: 80, kernel: 1) }
    x = scope.module("Conv2d_4a_3x3") { unit($0, x, to: 192, kernel: 3) }
    x = x.maxPool(3, stride: 2).tapped("maxpool2")
    _ = x.spatialMean(tap(192))
    return x
  }
}

extension Value {
  /// FID's feature vector of a map: `[C, H, W] → [C]`.
  fileprivate func spatialMean(_ tap: String) -> Value {
    globalAveragePool().flattened().tapped(tap)
  }

  /// TensorFlow's "same" average over 3×3, which leaves the padding out of the count.
  fileprivate func averageOfNeighbors() -> Value {
    averagePool(3, stride: 1, padding: 1, countIncludePad: false)
  }
}

/// Inception's blocks; the letters are torchvision's, each branch a published name.
extension InceptionV3 {
  /// Convolution to a share of the published channels, batch norm, ReLU.
  private func unit(
    _ scope: Scope, _ x: Value, to channels: Int, kernel: Extent, stride: Int = 1,
    padding: Extent = 0
  ) -> Value {
    let sum = scope["conv"].convolution(
      x, to: channels / divisor, kernel: kernel, stride: stride, padding: padding, bias: false)
    return scope["bn"].batchNorm(sum, epsilon: 0.001).relu()
  }

  /// A 1×7 unit.
  private func row(_ scope: Scope, _ x: Value, to channels: Int) -> Value {
    unit(scope, x, to: channels, kernel: .init(1, 7), padding: .init(rows: 0, columns: 3))
  }

  /// A 7×1 unit.
  private func column(_ scope: Scope, _ x: Value, to channels: Int) -> Value {
    unit(scope, x, to: channels, kernel: .init(7, 1), padding: .init(rows: 3, columns: 0))
  }

  /// 35×35 grid: 1×1, 5×5, two 3×3 and a pool, `→ 224 + pooled` channels.
  private func inceptionA(_ scope: Scope, _ x: Value, pooled: Int) -> Value {
    let five = unit(scope["branch5x5_1"], x, to: 48, kernel: 1)
    let first = unit(scope["branch3x3dbl_1"], x, to: 64, kernel: 1)
    let second = unit(scope["branch3x3dbl_2"], first, to: 96, kernel: 3, padding: 1)
    return .concatenated([
      unit(scope["branch1x1"], x, to: 64, kernel: 1),
      unit(scope["branch5x5_2"], five, to: 64, kernel: 5, padding: 2),
      unit(scope["branch3x3dbl_3"], second, to: 96, kernel: 3, padding: 1),
      unit(scope["branch_pool"], x.averageOfNeighbors(), to: pooled, kernel: 1),
    ])
  }

  /// Reduction from 35×35 to 17×17.
  private func inceptionB(_ scope: Scope, _ x: Value) -> Value {
    let first = unit(scope["branch3x3dbl_1"], x, to: 64, kernel: 1)
    let second = unit(scope["branch3x3dbl_2"], first, to: 96, kernel: 3, padding: 1)
    return .concatenated([
      unit(scope["branch3x3"], x, to: 384, kernel: 3, stride: 2),
      unit(scope["branch3x3dbl_3"], second, to: 96, kernel: 3, stride: 2),
      x.maxPool(3, stride: 2),
    ])
  }

  /// 17×17 grid: 7×7 filters taken apart into rows and columns.
  private func inceptionC(_ scope: Scope, _ x: Value, middle: Int) -> Value {
    var single = unit(scope["branch7x7_1"], x, to: middle, kernel: 1)
    single = row(scope["branch7x7_2"], single, to: middle)
    var double = unit(scope["branch7x7dbl_1"], x, to: middle, kernel: 1)
    double = column(scope["branch7x7dbl_2"], double, to: middle)
    double = row(scope["branch7x7dbl_3"], double, to: middle)
    double = column(scope["branch7x7dbl_4"], double, to: middle)
    return .concatenated([
      unit(scope["branch1x1"], x, to: 192, kernel: 1),
      column(scope["branch7x7_3"], single, to: 192),
      row(scope["branch7x7dbl_5"], double, to: 192),
      unit(scope["branch_pool"], x.averageOfNeighbors(), to: 192, kernel: 1),
    ])
  }

  /// Reduction from 17×17 to 8×8.
  private func inceptionD(_ scope: Scope, _ x: Value) -> Value {
    let three = unit(scope["branch3x3_1"], x, to: 192, kernel: 1)
    var seven = unit(scope["branch7x7x3_1"], x, to: 192, kernel: 1)
    seven = row(scope["branch7x7x3_2"], seven, to: 192)
    seven = column(scope["branch7x7x3_3"], seven, to: 192)
    return .concatenated([
      unit(scope["branch3x3_2"], three, to: 320, kernel: 3, stride: 2),
      unit(scope["branch7x7x3_4"], seven, to: 192, kernel: 3, stride: 2),
      x.maxPool(3, stride: 2),
    ])
  }

  /// 8×8 grid: 3×3 filters spread into a row and a column side by side.
  private func inceptionE(_ scope: Scope, _ x: Value, pool: Value) -> Value {
    let single = unit(scope["branch3x3_1"], x, to: 384, kernel: 1)
    let squeezed = unit(scope["branch3x3dbl_1"], x, to: 448, kernel: 1)
    let double = unit(scope["branch3x3dbl_2"], squeezed, to: 384, kernel: 3, padding: 1)
    return .concatenated([
      unit(scope["branch1x1"], x, to: 320, kernel: 1),
      shortRow(scope["branch3x3_2a"], single), shortColumn(scope["branch3x3_2b"], single),
      shortRow(scope["branch3x3dbl_3a"], double), shortColumn(scope["branch3x3dbl_3b"], double),
      unit(scope["branch_pool"], pool, to: 192, kernel: 1),
    ])
  }

  /// A 1×3 unit to 384 channels.
  private func shortRow(_ scope: Scope, _ x: Value) -> Value {
    unit(scope, x, to: 384, kernel: .init(1, 3), padding: .init(rows: 0, columns: 1))
  }

  /// A 3×1 unit to 384 channels.
  private func shortColumn(_ scope: Scope, _ x: Value) -> Value {
    unit(scope, x, to: 384, kernel: .init(3, 1), padding: .init(rows: 1, columns: 0))
  }
}
