import Foundation

/// A separable Gaussian filter on one channel, as OpenCV's `GaussianBlur` with mirrored borders
/// (`BORDER_REFLECT_101`).
struct GaussianWindow {
  /// Weights from the center outwards; they sum to 1 where all but the center count twice.
  let weights: [Float]

  /// The window of a standard deviation that reaches `radius` pixels.
  init(sigma: Double, radius: Int) {
    let half = (0...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = half[0] + 2 * half.dropFirst().reduce(0, +)
    weights = half.map { Float($0 / sum) }
  }

  /// The filtered samples, row-major.
  func blurred(_ samples: [Float], width: Int, height: Int) -> [Float] {
    let rows = filtered(samples, count: width, lines: height, step: 1, lineStep: width)
    return filtered(rows, count: height, lines: width, step: width, lineStep: 1)
  }

  /// Filters along lines of `count` samples that lie `step` apart.
  private func filtered(
    _ samples: [Float], count: Int, lines: Int, step: Int, lineStep: Int
  ) -> [Float] {
    let radius = weights.count - 1
    let padded = (-radius..<count + radius).map { Self.mirrored($0, count) }
    var result = [Float](repeating: 0, count: samples.count)
    var line = [Float](repeating: 0, count: padded.count)
    for number in 0..<lines {
      for (place, source) in padded.enumerated() {
        line[place] = samples[number * lineStep + source * step]
      }
      line.withUnsafeBufferPointer { line in
        weights.withUnsafeBufferPointer { weights in
          for place in 0..<count {
            var sum = weights[0] * line[place + radius]
            for offset in 1..<weights.count {
              sum +=
                weights[offset] * (line[place + radius - offset] + line[place + radius + offset])
            }
            result[number * lineStep + place * step] = sum
          }
        }
      }
    }
    return result
  }

  /// The place that a place outside means: the border pixel itself is not repeated.
  private static func mirrored(_ place: Int, _ count: Int) -> Int {
    guard count > 1 else { return 0 }
    let period = 2 * (count - 1)
    let inside = ((place % period) + period) % period
    return inside < count ? inside : period - inside
  }
}
