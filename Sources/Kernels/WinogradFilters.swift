import Tensors

/// A convolution's filters in the domain where Winograd's products happen, `U = G g Gᵀ`.
struct WinogradFilters: Sendable {
  let form: WinogradForm
  let inputChannels: Int
  let outputChannels: Int
  /// Columns of a panel.
  let width: Int
  /// `[panel][frequency][C][width]`, in the order in which they are read; zero-padded.
  let weights: AlignedMemory

  /// Transforms filters `[O, C, r, r]` in Float64 and rounds once.
  init(_ filters: Tensor, form: WinogradForm, width: Int) {
    self.form = form
    self.width = width
    outputChannels = filters.shape[0]
    inputChannels = filters.shape[1]
    let taps = form.taps
    let points = form.inputs
    let panels = (outputChannels + width - 1) / width
    let memory = AlignedMemory(count: panels * points * points * inputChannels * width)
    memory.base.initialize(repeating: 0, count: memory.count)
    let transform = form.filterTransform.flatMap { $0 }
    var half = [Double](repeating: 0, count: points * taps)
    for output in 0..<outputChannels {
      for channel in 0..<inputChannels {
        let first = (output * inputChannels + channel) * taps * taps
        Self.multiply(transform, taps: taps, into: &half) { row, column in
          Double(filters.values[first + row * taps + column])
        }
        let target =
          memory.base + (output / width) * points * points * inputChannels * width
          + channel * width + output % width
        for row in 0..<points {
          for column in 0..<points {
            var sum = 0.0
            for tap in 0..<taps { sum += half[row * taps + tap] * transform[column * taps + tap] }
            target[(row * points + column) * inputChannels * width] = Float(sum)
          }
        }
      }
    }
    weights = memory
  }

  /// `half = transform · filter`, `[points][taps]`.
  @inline(__always)
  private static func multiply(
    _ transform: [Double], taps: Int, into half: inout [Double],
    filter: (_ row: Int, _ column: Int) -> Double
  ) {
    for row in 0..<(half.count / taps) {
      for column in 0..<taps {
        var sum = 0.0
        for tap in 0..<taps { sum += transform[row * taps + tap] * filter(tap, column) }
        half[row * taps + column] = sum
      }
    }
  }

  /// Panels of outputs.
  var panelCount: Int { (outputChannels + width - 1) / width }

  /// Start of one panel's filters at one frequency.
  func panel(_ panel: Int, frequency: Int) -> UnsafeMutablePointer<Float> {
    weights.base + (panel * form.inputs * form.inputs + frequency) * inputChannels * width
  }
}
