import CKernels
import Tensors

/// In which form a layer keeps its filters for Winograd's products.
package enum WinogradStorage: Sendable {
  /// Transformed, `[panel][frequency][C][width]`.
  case transformed
  /// As they are, `[panel][tap][C][width]`.
  case plain
}

/// A convolution's filters for Winograd's products, which happen on `U = G g Gᵀ`.
///
/// `U` takes up to four times the room of the filters `g`. So only small layers keep it; of large ones
/// the filters are kept, and some channels of a panel at a time are transformed into the core's own
/// cache each time a block of tiles needs them, 1 to 4 % of the products' work. The bits are the same.
struct WinogradFilters: Sendable {
  let form: WinogradForm
  let inputChannels: Int
  let outputChannels: Int
  /// Columns of a panel.
  let width: Int
  /// Channels that are transformed at once.
  let chunk: Int

  let storage: WinogradStorage
  private let memory: AlignedMemory
  private let transform: @convention(c) (UnsafePointer<ek_winograd_filter>?) -> Void

  /// `U` of more floats than this, 2 MB, is not kept.
  private static let keptFloats = 1 << 19
  /// Floats of `U` that are transformed at once: little beyond what a core's own cache holds.
  private static let chunkFloats = 300_000

  /// Packs filters `[O, C, r, s]`; outputs that a panel lacks are zeros.
  init(_ filters: Tensor, form: WinogradForm, level: CPULevel, storage: WinogradStorage? = nil) {
    self.form = form
    width = level.kernels.tile_columns
    outputChannels = filters.shape[0]
    inputChannels = filters.shape[1]
    let panels = (outputChannels + width - 1) / width
    let floats = panels * form.products * inputChannels * width
    self.storage = storage ?? (floats > Self.keptFloats ? .plain : .transformed)
    transform = form.kernels(of: level).filter
    let geometry = ConvolutionGeometry(kernel: form.taps)
    let plain = Phase.all(of: geometry)[0].packed(filters, geometry: geometry, width: width).weights
    guard case .transformed = self.storage else {
      chunk = min(max(Self.chunkFloats / (form.products * width) / 16 * 16, 16), inputChannels)
      memory = plain
      return
    }
    chunk = inputChannels
    memory = AlignedMemory(count: floats)
    for panel in 0..<panels {
      Self.transform(
        plain, of: form, panel: panel, channels: 0..<inputChannels, of: inputChannels, width: width,
        into: memory.base + panel * form.products * inputChannels * width, by: transform)
    }
  }

  /// Panels of outputs.
  var panelCount: Int { (outputChannels + width - 1) / width }

  /// Floats that ``weights(panel:channels:scratch:)`` may write.
  var scratchFloats: Int {
    switch storage {
    case .transformed: 0
    case .plain: form.products * chunk * width
    }
  }

  /// One panel's transformed filters of some channels: the first frequency's, and how far apart
  /// frequencies are.
  func weights(
    panel: Int, channels: Range<Int>, scratch: UnsafeMutablePointer<Float>
  ) -> (first: UnsafePointer<Float>, stride: Int) {
    switch storage {
    case .transformed:
      let first = memory.base + panel * form.products * inputChannels * width
      return (UnsafePointer(first + channels.lowerBound * width), inputChannels * width)
    case .plain:
      Self.transform(
        memory, of: form, panel: panel, channels: channels, of: inputChannels, width: width,
        into: scratch, by: transform)
      return (UnsafePointer(scratch), channels.count * width)
    }
  }

  private static func transform(
    _ plain: AlignedMemory, of form: WinogradForm, panel: Int, channels: Range<Int>,
    of inputChannels: Int, width: Int, into frequencies: UnsafeMutablePointer<Float>,
    by transform: @convention(c) (UnsafePointer<ek_winograd_filter>?) -> Void
  ) {
    let taps = form.taps.rows * form.taps.columns
    var job = ek_winograd_filter()
    job.channel_count = channels.count
    job.taps = UnsafePointer(
      plain.base + (panel * taps * inputChannels + channels.lowerBound) * width)
    job.tap_stride = inputChannels * width
    job.frequencies = frequencies
    job.frequency_stride = channels.count * width
    transform(&job)
  }
}
