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

  /// Transforms filters `[O, C, r, s]` in Float64 and rounds once.
  init(_ filters: Tensor, form: WinogradForm, width: Int) {
    self.form = form
    self.width = width
    outputChannels = filters.shape[0]
    inputChannels = filters.shape[1]
    let panels = (outputChannels + width - 1) / width
    let step = inputChannels * width
    let memory = AlignedMemory(count: panels * form.products * step)
    memory.base.initialize(repeating: 0, count: memory.count)
    let taps = form.taps
    let rows = form.rows.filterTransform.flatMap { $0 }
    let columns = form.columns.filterTransform.flatMap { $0 }
    var half = [Double](repeating: 0, count: form.inputs.rows * taps.columns)
    for output in 0..<outputChannels {
      for channel in 0..<inputChannels {
        let filter = (output * inputChannels + channel) * taps.rows * taps.columns
        for row in 0..<form.inputs.rows {
          for column in 0..<taps.columns {
            var sum = 0.0
            for tap in 0..<taps.rows {
              sum +=
                rows[row * taps.rows + tap]
                * Double(filters.values[filter + tap * taps.columns + column])
            }
            half[row * taps.columns + column] = sum
          }
        }
        let target =
          memory.base + output / width * form.products * step + channel * width + output % width
        for row in 0..<form.inputs.rows {
          for column in 0..<form.inputs.columns {
            var sum = 0.0
            for tap in 0..<taps.columns {
              sum += half[row * taps.columns + tap] * columns[column * taps.columns + tap]
            }
            target[(row * form.inputs.columns + column) * step] = Float(sum)
          }
        }
      }
    }
    weights = memory
  }

  /// Panels of outputs.
  var panelCount: Int { (outputChannels + width - 1) / width }

  /// Start of one panel's filters at one frequency.
  func panel(_ panel: Int, frequency: Int) -> UnsafeMutablePointer<Float> {
    weights.base + (panel * form.products + frequency) * inputChannels * width
  }
}
