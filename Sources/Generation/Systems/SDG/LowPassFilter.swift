import Kernels
import Tensors

/// ILVR's φ: an image made smaller by a factor and as large as before.
///
/// It is no exact projection, φ(φ(x)) differs from φ(x).
///
/// Source: Choi et al., "ILVR: Conditioning Method for Denoising Diffusion Probabilistic Models", ICCV 2021,
/// arXiv 2108.02938, section 3.2; `jychoi118/ilvr_adm`, `resizer.py` (Shocher's), by default Keys' cubic with
/// a = −½, widened when shrinking, edges mirrored.
package struct LowPassFilter: Sendable {
  private let down: [[Resampling.Tap]]
  private let up: [[Resampling.Tap]]

  /// The filter of square images.
  ///
  /// - Parameters:
  ///   - size: width and height.
  ///   - factor: divides the size.
  /// - Precondition: it does.
  package init(size: Int, factor: Int) {
    precondition(factor > 0 && size % factor == 0, "\(size) is no multiple of \(factor)")
    down = Self.taps(from: size, to: size / factor)
    up = Self.taps(from: size / factor, to: size)
  }

  /// The smaller image, `[C, S/N, S/N]`.
  package func reduced(_ image: Tensor) -> Tensor { image.resampled(by: down) }

  /// φ of an image `[C, S, S]`.
  package func callAsFunction(_ image: Tensor) -> Tensor { reduced(image).resampled(by: up) }

  /// What each new place reads: `cubic(s · d)` of the distances d to old ones, s being the scale and at most 1.
  private static func taps(from inputs: Int, to outputs: Int) -> [[Resampling.Tap]] {
    let scale = Double(outputs) / Double(inputs)
    let stretch = min(scale, 1)
    return (0..<outputs).map { index in
      let center = (Double(index) + 0.5) / scale - 0.5
      let first = Int((center - 2 / stretch).rounded(.down))
      let places = first...Int((center + 2 / stretch).rounded(.up))
      let weights = places.map {
        Resampling.keysCubic(stretch * (center - Double($0)), coefficient: -0.5)
      }
      let sum = weights.reduce(0, +)
      return zip(places, weights).filter { $0.1 != 0 }.map {
        Resampling.Tap(mirrored($0, inputs), weight: Float($1 / sum))
      }
    }
  }

  /// A place behind an edge, which is repeated: …1 0 | 0 1 … n−1 | n−1 n−2….
  private static func mirrored(_ place: Int, _ count: Int) -> Int {
    let period = 2 * count
    let inside = ((place % period) + period) % period
    return min(inside, period - 1 - inside)
  }
}

extension Tensor {
  /// Rows, then columns of `[C, H, H]` as weighted sums of others.
  fileprivate func resampled(by taps: [[Resampling.Tap]]) -> Tensor {
    let (channels, size, count) = (shape[0], shape[1], taps.count)
    var tall = Tensor(shape: [channels, count, size])
    for channel in 0..<channels {
      for (row, list) in taps.enumerated() {
        let target = (channel * count + row) * size
        for tap in list {
          let source = (channel * size + tap.position) * size
          for column in 0..<size {
            tall.values[target + column] += tap.weight * values[source + column]
          }
        }
      }
    }
    var result = Tensor(shape: [channels, count, count])
    for line in 0..<channels * count {
      for (column, list) in taps.enumerated() {
        result.values[line * count + column] = list.reduce(Float(0)) {
          $0 + $1.weight * tall.values[line * size + $1.position]
        }
      }
    }
    return result
  }
}
