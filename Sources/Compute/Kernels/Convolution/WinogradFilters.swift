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
/// cache each time a block of tiles needs them, 2 to 5 % of a network's time. The bits are the same.
/// The filters may also be those of another convolution, of whose gradient this one is.
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
  private let adjoint: AdjointFilters?
  private let transform: @convention(c) (UnsafePointer<ek_winograd_filter>?) -> Void

  /// `U` of more floats than this is not kept: 2 MB where images come one after the other, 8 MB where batches pass
  /// forwards and backwards with the same weights.
  private static let keptFloats = (packed: 1 << 19, updatable: 1 << 21)
  /// Floats of `U` that are transformed at once: little beyond what a core's own cache holds.
  private static let chunkFloats = 300_000

  /// Packs filters `[O, C, r, s]`; outputs that a panel lacks are zeros.
  init(_ filters: Tensor, form: WinogradForm, level: CPULevel, storage: WinogradStorage? = nil) {
    let (outputs, inputs) = (filters.shape[0], filters.shape[1])
    let geometry = ConvolutionGeometry(kernel: form.taps)
    let width = level.kernels.tile_columns
    let plain = Phase.all(of: geometry)[0].packed(filters, geometry: geometry, width: width).weights
    let storage =
      storage
      ?? Self.storage(
        form: form, inputs: inputs, outputs: outputs, level: level, kept: Self.keptFloats.packed)
    switch storage {
    case .plain:
      self.init(
        form: form, inputs: inputs, outputs: outputs, level: level, storage: .plain, memory: plain)
    case .transformed:
      self.init(
        form: form, inputs: inputs, outputs: outputs, level: level, storage: .transformed)
      for panel in 0..<panelCount {
        transform(plain.base + panel * plainPanelFloats, panel: panel)
      }
    }
  }

  /// Room for filters, which ``fill(panel:with:)`` fills.
  init(
    form: WinogradForm, inputs: Int, outputs: Int, level: CPULevel, storage: WinogradStorage? = nil
  ) {
    let width = level.kernels.tile_columns
    let panels = (outputs + width - 1) / width
    let storage =
      storage
      ?? Self.storage(
        form: form, inputs: inputs, outputs: outputs, level: level, kept: Self.keptFloats.updatable)
    let taps = storage == .plain ? form.taps.rows * form.taps.columns : form.products
    self.init(
      form: form, inputs: inputs, outputs: outputs, level: level, storage: storage,
      memory: .zeros(panels * taps * inputs * width))
  }

  /// Filters that another convolution has packed.
  init(
    _ adjoint: AdjointFilters, form: WinogradForm, inputs: Int, outputs: Int, level: CPULevel
  ) {
    self.init(
      form: form, inputs: inputs, outputs: outputs, level: level, storage: .plain,
      memory: AlignedMemory(count: 0), adjoint: adjoint)
  }

  /// What is kept of a layer's filters.
  private static func storage(
    form: WinogradForm, inputs: Int, outputs: Int, level: CPULevel, kept: Int
  ) -> WinogradStorage {
    let width = level.kernels.tile_columns
    let floats = (outputs + width - 1) / width * form.products * inputs * width
    return floats > kept ? .plain : .transformed
  }

  private init(
    form: WinogradForm, inputs: Int, outputs: Int, level: CPULevel, storage: WinogradStorage,
    memory: AlignedMemory, adjoint: AdjointFilters? = nil
  ) {
    self.adjoint = adjoint
    self.form = form
    self.storage = storage
    self.memory = memory
    inputChannels = inputs
    outputChannels = outputs
    width = level.kernels.tile_columns
    transform = form.kernels(of: level).filter
    let fitting = Self.chunkFloats / (form.products * width) / 16 * 16
    chunk = storage == .transformed ? inputs : min(max(fitting, 16), inputs)
  }

  /// Panels of outputs.
  var panelCount: Int { (outputChannels + width - 1) / width }

  /// Filters as they are, `[panel][tap][C][width]`; nil where they are kept transformed.
  var plain: AlignedMemory? { storage == .plain ? memory : nil }

  private var taps: Int { form.taps.rows * form.taps.columns }

  /// Floats of a panel's transformed filters.
  private var panelFloats: Int { form.products * inputChannels * width }

  /// Floats of a panel's filters as they are.
  private var plainPanelFloats: Int { taps * inputChannels * width }

  /// Floats that ``weights(panel:channels:scratch:)`` may write.
  var scratchFloats: Int {
    switch storage {
    case .transformed: 0
    case .plain: (form.products + (adjoint == nil ? 0 : taps)) * chunk * width
    }
  }

  /// One panel's transformed filters of some channels: the first frequency's, and how far apart
  /// frequencies are.
  func weights(
    panel: Int, channels: Range<Int>, scratch: UnsafeMutablePointer<Float>
  ) -> (first: UnsafePointer<Float>, stride: Int) {
    switch storage {
    case .transformed:
      let first = memory.base + panel * panelFloats
      return (UnsafePointer(first + channels.lowerBound * width), inputChannels * width)
    case .plain:
      if let adjoint {
        let plain = scratch + form.products * chunk * width
        adjoint.write(panel: panel, outputs: channels, to: plain)
        transform(plain, tapStride: channels.count, channels: channels.count, into: scratch)
      } else {
        transform(
          memory.base + panel * plainPanelFloats + channels.lowerBound * width,
          tapStride: inputChannels, channels: channels.count, into: scratch)
      }
      return (UnsafePointer(scratch), channels.count * width)
    }
  }

  /// Fills one panel with filters; different panels may be filled at once.
  ///
  /// - Parameters:
  ///   - panel: which.
  ///   - pack: writes the filters, `[tap][C][width]`, over zeros or what it wrote last; columns of outputs that the
  ///     panel lacks stay zeros.
  func fill(panel: Int, with pack: (UnsafeMutablePointer<Float>) -> Void) {
    switch storage {
    case .plain: pack(memory.base + panel * plainPanelFloats)
    case .transformed:
      withUnsafeTemporaryAllocation(of: Float.self, capacity: plainPanelFloats) { plain in
        plain.initialize(repeating: 0)
        guard let base = plain.baseAddress else { return }
        pack(base)
        transform(base, panel: panel)
      }
    }
  }

  /// Transforms one panel of plain filters, `[tap][C][width]`, to be kept.
  private func transform(_ plain: UnsafePointer<Float>, panel: Int) {
    transform(
      plain, tapStride: inputChannels, channels: inputChannels,
      into: memory.base + panel * panelFloats)
  }

  private func transform(
    _ plain: UnsafePointer<Float>, tapStride: Int, channels: Int,
    into frequencies: UnsafeMutablePointer<Float>
  ) {
    var job = ek_winograd_filter()
    job.channel_count = channels
    job.taps = plain
    job.tap_stride = tapStride * width
    job.frequencies = frequencies
    job.frequency_stride = channels * width
    transform(&job)
  }
}
