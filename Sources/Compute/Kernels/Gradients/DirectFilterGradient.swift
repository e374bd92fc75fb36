import CKernels
import Tensors

/// The gradient of filters as a sum of outer products over pixels: rows of inputs, named by a table of pointers for
/// every tap (zeros for padding), times columns of output gradients.
///
/// - Exactness: within a call every sum is one chain of multiply-adds in the order of the pixels.
struct DirectFilterGradient: Sendable {
  /// Inputs with fewer channels are gathered into rows that hold all taps.
  private static let fewChannels = 12
  /// Floats of inputs and gradients of a block, which stay in a core's own cache.
  private static let blockFloats = 1 << 16

  private let geometry: ConvolutionGeometry
  private let channels: Int
  private let outputs: Int
  private let layout: FilterLayout
  private let level: CPULevel

  /// The gradient of a convolution's filters, or a matrix product's.
  ///
  /// - Parameters:
  ///   - geometry: shape arithmetic.
  ///   - channels: inputs of a group.
  ///   - outputs: outputs of a group.
  ///   - layout: of the weights.
  ///   - level: instruction set.
  init(
    _ geometry: ConvolutionGeometry, channels: Int, outputs: Int, layout: FilterLayout,
    level: CPULevel
  ) {
    self.geometry = geometry
    self.channels = channels
    self.outputs = outputs
    self.layout = layout
    self.level = level
    width = level.gradientKernels.outer_columns
  }

  private let width: Int
  private var taps: Int { geometry.kernel.rows * geometry.kernel.columns }
  private var depth: Int { taps * channels }
  private var gathers: Bool { channels < Self.fewChannels && taps > 1 }
  private var panelsPerGroup: Int { (outputs + width - 1) / width }
  private var panelFloats: Int { depth * width }

  var panelCount: Int { geometry.groups * panelsPerGroup }

  var sumCount: Int { panelCount * panelFloats }

  var weightCount: Int { geometry.groups * depth * outputs }

  func add(
    _ inputs: [FeatureMap], _ gradients: [FeatureMap], panels: Range<Int>,
    to sums: UnsafeMutablePointer<Float>, scratch: GradientScratch
  ) {
    guard let gradient = gradients.first else { return }
    let total = gradients.count * gradient.pixels
    let groups = geometry.groups
    let block = min(
      max(Self.blockFloats / ((channels + outputs) * groups), 64), 512, max(total, 1))
    let table = scratch.pointers(block * taps)
    let patchFloats = gathers ? block * depth : 0
    let patches = scratch.floats(patchFloats + block * width)
    let zeros = scratch.zeros(max(channels, 64))
    for group in panels.lowerBound / panelsPerGroup...(panels.upperBound - 1) / panelsPerGroup {
      let first = max(panels.lowerBound, group * panelsPerGroup)
      let last = min(panels.upperBound, (group + 1) * panelsPerGroup)
      for start in stride(from: 0, to: total, by: block) {
        let count = min(block, total - start)
        fill(
          table, rowStride: block, inputs: inputs, size: gradient.extent, group: group,
          pixels: start..<start + count, zeros: zeros)
        if gathers { gather(table, rowStride: block, count: count, into: patches) }
        for panel in first..<last {
          let columns = patches + patchFloats
          pack(
            gradients, panel: panel, pixels: start..<start + count, into: columns)
          addPanel(
            table, rowStride: block, columns: columns, panel: panel, count: count,
            to: sums + panel * panelFloats)
        }
      }
    }
  }

  private func addPanel(
    _ table: UnsafeMutablePointer<UnsafePointer<Float>?>, rowStride: Int,
    columns: UnsafeMutablePointer<Float>, panel: Int, count: Int,
    to sums: UnsafeMutablePointer<Float>
  ) {
    let kernels = level.gradientKernels
    var job = ek_outer()
    job.column_count = min(width, outputs - panel % panelsPerGroup * width)
    job.depth = count
    job.columns = UnsafePointer(columns)
    job.sum_stride = width
    let rowCount = gathers ? depth : channels
    for tap in 0..<(gathers ? 1 : taps) {
      job.rows = UnsafePointer(table + tap * rowStride)
      for row in stride(from: 0, to: rowCount, by: kernels.outer_rows) {
        job.row_count = min(kernels.outer_rows, rowCount - row)
        job.row_offset = row
        job.sums = sums + (tap * rowCount + row) * width
        kernels.outer(&job)
      }
    }
  }

  /// Names the inputs that every tap reads for a run of output pixels.
  private func fill(
    _ table: UnsafeMutablePointer<UnsafePointer<Float>?>, rowStride: Int, inputs: [FeatureMap],
    size: Extent, group: Int, pixels: Range<Int>, zeros: UnsafePointer<Float>
  ) {
    let perImage = size.rows * size.columns
    let offset = group * channels
    var index = 0
    while index < pixels.count {
      let (image, pixel) = (pixels.lowerBound + index).quotientAndRemainder(dividingBy: perImage)
      let (row, column) = pixel.quotientAndRemainder(dividingBy: size.columns)
      let length = min(size.columns - column, pixels.count - index)
      let input = inputs[image]
      let step = geometry.stride * input.pixelStride
      for r in 0..<geometry.kernel.rows {
        let inputRow = row * geometry.stride - geometry.padding.rows + r * geometry.dilation
        for s in 0..<geometry.kernel.columns {
          let target = table + (r * geometry.kernel.columns + s) * (gathers ? 1 : rowStride)
          let tableStep = gathers ? taps : 1
          guard inputRow >= 0, inputRow < input.rows else {
            for k in 0..<length { target[(index + k) * tableStep] = zeros }
            continue
          }
          var inputColumn =
            column * geometry.stride - geometry.padding.columns + s * geometry.dilation
          var source = input.base + (inputRow * input.columns + inputColumn) * input.pixelStride
          source += offset
          for k in 0..<length {
            let isInside = inputColumn >= 0 && inputColumn < input.columns
            target[(index + k) * tableStep] = isInside ? UnsafePointer(source) : zeros
            inputColumn += geometry.stride
            source += step
          }
        }
      }
      index += length
    }
  }

  /// Copies the channels of all taps of a pixel into one row; the table then names these rows.
  private func gather(
    _ table: UnsafeMutablePointer<UnsafePointer<Float>?>, rowStride: Int, count: Int,
    into patches: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<count {
      let row = patches + index * depth
      for tap in 0..<taps {
        guard let source = table[index * taps + tap] else { continue }
        for channel in 0..<channels { row[tap * channels + channel] = source[channel] }
      }
      // The entries of this row have been read, and those of later ones lie behind it.
      table[index] = UnsafePointer(row)
    }
  }

  /// One panel's columns of a run of output gradients, close together.
  private func pack(
    _ gradients: [FeatureMap], panel: Int, pixels: Range<Int>,
    into target: UnsafeMutablePointer<Float>
  ) {
    let (group, index) = panel.quotientAndRemainder(dividingBy: panelsPerGroup)
    let count = min(width, outputs - index * width)
    let perImage = gradients[0].pixels
    var row = target
    var (image, pixel) = pixels.lowerBound.quotientAndRemainder(dividingBy: perImage)
    let first = group * outputs + index * width
    var source = gradients[image].pixel(at: pixel) + first
    for _ in pixels {
      row.update(from: source, count: count)
      if count < width { (row + count).update(repeating: 0, count: width - count) }
      row += width
      pixel += 1
      source += gradients[image].pixelStride
      if pixel == perImage, image + 1 < gradients.count {
        pixel = 0
        image += 1
        source = gradients[image].base + first
      }
    }
  }

  func reduce(
    _ sums: UnsafePointer<Float>, count: Int, panel: Int, into gradient: UnsafeMutablePointer<Float>
  ) {
    let (group, index) = panel.quotientAndRemainder(dividingBy: panelsPerGroup)
    let columns = min(width, outputs - index * width)
    let target =
      gradient + group * outputs * depth + index * width * layout.outputStride
    let stride = layout.outputStride
    let (taps, channels, sumCount) = (taps, channels, sumCount)
    let start = sums + panel * panelFloats
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { total in
      guard let total = total.baseAddress else { return }
      for channel in 0..<channels {
        for tap in 0..<taps {
          let row = start + (tap * channels + channel) * width
          for column in 0..<columns { total[column] = row[column] }
          for part in 1..<max(count, 1) {
            let other = row + part * sumCount
            for column in 0..<columns { total[column] += other[column] }
          }
          let weight = target + channel * layout.channelStride + tap
          for column in 0..<columns { weight[column * stride] += total[column] }
        }
      }
    }
  }
}
