import Images
import Tensors

/// What a controlled diffusion model sees in one step, as DDGI reads it.
///
/// Source: Kim et al., "Diffusion-driven GAN Inversion for Multi-Modal Face Image Generation", CVPR 2024, section 3.1.
package struct DiffusionFeatures: Sendable {
  /// A level of the way up.
  package struct Level: Sendable {
    /// `[C, h, w]`.
    package let features: Tensor
    /// How much each pixel looks at each token, one entry a layer, `[N, heads · h·w, 1]`.
    package let attention: [Tensor]

    /// A level.
    package init(features: Tensor, attention: [Tensor]) {
      self.features = features
      self.attention = attention
    }
  }

  /// The middle with what the hint adds, `[C, s, s]`.
  package let middle: Tensor
  /// The levels, the coarsest first.
  package let levels: [Level]

  /// What a step sees.
  package init(middle: Tensor, levels: [Level]) {
    self.middle = middle
    self.levels = levels
  }

  /// How attention weighs features.
  package enum Attention: String, CaseIterable, Sendable {
    /// By the largest look at a word, over layers and heads.
    case maps
    /// Not at all: the paper's ablation (b).
    case none
  }

  /// What the modulation network reads.
  ///
  ///     local: Fⁿ ⊙ Aⁿ of all levels;  global: Ā ⊙ F̄
  ///
  /// `Fⁿ` is a level's features at one size, `Aⁿ` its largest look at a word, `F̄` the mean over channels and levels, `Ā` the
  /// mean over words and levels of looks. Each map of attention is divided by its largest value.
  ///
  /// - Deviation: the paper names both "the output of the cross-attention layers" and maps; maps are taken, since outputs
  ///   have signs and would flip features.
  ///
  /// - Parameters:
  ///   - size: rows and columns of what is read.
  ///   - words: tokens that stand for words, without the marks of beginning and end.
  ///   - attention: how features are weighed.
  /// - Returns: `local [ΣC, size, size]` and `global [1, size, size]`.
  package func modulationInputs(
    size: Int, words: Range<Int>, attention: Attention
  ) -> [String: Tensor] {
    var local: [Float] = []
    var mean = [Float](repeating: 0, count: size * size)
    var looks = [Float](repeating: 0, count: size * size)
    for level in levels {
      let features = level.features.resampled(to: size)
      let channels = features.shape[0]
      let (largest, average) = level.looks(at: words)
      let map = attention == .none ? nil : largest.resampled(to: size).scaledToOne
      for channel in 0..<channels {
        let plane = features.values[channel * size * size..<(channel + 1) * size * size]
        for (pixel, value) in plane.enumerated() {
          mean[pixel] += value / Float(channels * levels.count)
          local.append(map.map { $0.values[pixel] * value } ?? value)
        }
      }
      for (pixel, look) in average.resampled(to: size).values.enumerated() {
        looks[pixel] += look / Float(levels.count)
      }
    }
    let shape = [1, size, size]
    let weight = Tensor(shape: shape, values: looks).scaledToOne
    let global = attention == .none ? mean : zip(mean, weight.values).map { $0 * $1 }
    return [
      "local": Tensor(shape: [local.count / (size * size), size, size], values: local),
      "global": Tensor(shape: shape, values: global),
    ]
  }

  /// How much each pixel looks at each word, over all levels: the mean over levels of the largest over layers and heads.
  ///
  /// - Parameters:
  ///   - size: rows and columns.
  ///   - words: tokens.
  /// - Returns: `[words, size, size]`.
  package func looks(size: Int, at words: Range<Int>) -> Tensor {
    var sum = Tensor(shape: [words.count, size, size])
    for level in levels {
      let own = level.largestLooks(at: words).resampled(to: size)
      for place in sum.values.indices {
        sum.values[place] += own.values[place] / Float(levels.count)
      }
    }
    return sum
  }
}

extension DiffusionFeatures.Level {
  /// The largest look over layers and heads, by word: `[words, h, w]`.
  fileprivate func largestLooks(at words: Range<Int>) -> Tensor {
    let pixels = features.shape[1] * features.shape[2]
    var largest = Tensor(shape: [words.count] + features.shape[1...])
    for layer in attention {
      let columns = layer.shape[1]
      for (place, word) in words.enumerated() {
        let row = layer.values[word * columns..<(word + 1) * columns]
        for (column, look) in row.enumerated() {
          let index = place * pixels + column % pixels
          largest.values[index] = max(largest.values[index], look)
        }
      }
    }
    return largest
  }

  /// The largest and the mean over words of the largest looks, `[1, h, w]` each.
  fileprivate func looks(at words: Range<Int>) -> (largest: Tensor, mean: Tensor) {
    let each = largestLooks(at: words)
    let shape = [1] + features.shape[1...]
    var (largest, mean) = (Tensor(shape: shape), Tensor(shape: shape))
    for (index, look) in each.values.enumerated() {
      let pixel = index % mean.count
      largest.values[pixel] = max(largest.values[pixel], look)
      mean.values[pixel] += look / Float(max(words.count, 1))
    }
    return (largest, mean)
  }
}

extension Tensor {
  /// Divided by its largest value, if that is positive.
  fileprivate var scaledToOne: Tensor {
    guard let largest = values.max(), largest > 0 else { return self }
    return Tensor(shape: shape, values: values.map { $0 / largest })
  }

  /// Planes `[C, h, w]` at another size: means of blocks where it is smaller, bilinear with half-pixel centers where it is
  /// larger.
  fileprivate func resampled(to size: Int) -> Tensor {
    if shape[1...] == [size, size] { return self }
    return resized(
      width: size, height: size,
      filter: shape[1] > size ? .adaptiveAverage : .torchBilinear(alignCorners: false))
  }
}
