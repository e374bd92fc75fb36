import Generators
import Graphs
import Images
import Metrics
import Models
import Terms

/// What is known of an image before it is decoded.
struct ImageExtent: Sendable {
  /// Size at which it is measured.
  let width: Int
  let height: Int
  /// Bytes that decoding it takes, its pixels among them.
  let decodingBytes: Int

  /// Bytes of its pixels, which stay as long as its pair is measured.
  var keptBytes: Int { 3 * width * height }
}

/// The memory that measuring images takes, known from the headers of their files.
struct ImageCosts: Sendable {
  let evaluators: [any MetricEvaluator]
  let resolution: EvaluationResolution
  /// Bytes that a worker may take at any time; far below them rough figures do.
  let share: Int

  /// Bytes that bringing an image to a network takes for each of its pixels: planes of floats at full size, and the
  /// same again with one axis filtered.
  static let inputBytesInPixel = 24

  /// The most memory that is taken at once.
  struct Need: Sendable {
    /// What is done then.
    let step: String
    let bytes: Int
  }

  /// What opening a source would give.
  ///
  /// - Parameters:
  ///   - source: the image.
  ///   - other: an image of the pair, whose size this one has if it is made and not read.
  /// - Returns: nil where only decoding tells.
  func extent(of source: ImageSource, like other: ImageExtent? = nil) -> ImageExtent? {
    guard let origin = source.origin else { return nil }
    let header = origin.files.first.flatMap { ImageHeader(contentsOf: $0) }
    let side = resolution.side
    let own =
      origin.isFile ? header.map { ($0.width, $0.height) } : other.map { ($0.width, $0.height) }
    guard let (width, height) = side.map({ ($0, $0) }) ?? own else { return nil }
    return ImageExtent(
      width: width, height: height, decodingBytes: (header?.decodingBytes ?? 0))
  }

  /// What an image takes beside the real one, which is kept too.
  func need(of image: ImageExtent, beside real: ImageExtent? = nil) -> Need {
    var largest = (step: "decoding", bytes: image.decodingBytes)
    for evaluator in evaluators {
      let own = evaluator.bytes(width: image.width, height: image.height, share: share)
      let both =
        evaluator.holdsBothImages && real?.width == image.width && real?.height == image.height
      let bytes = both ? 2 * own : own
      if bytes > largest.bytes {
        largest = ("measuring \(evaluator.metrics.map(\.name).joined(separator: ", ")) of", bytes)
      }
    }
    return Need(
      step: largest.step, bytes: image.keptBytes + (real?.keptBytes ?? 0) + largest.bytes)
  }
}

extension PerceptualDistance {
  /// More than any trunk takes for a pixel, activations and input together.
  private static let largestBytesInPixel = 2048

  /// Bytes of an image's activations and input.
  ///
  /// They are the memory plan's. Small images are not worth compiling a network for that may not run,
  /// because what is asked for is remembered.
  func bytes(width: Int, height: Int, share: Int) -> Int {
    let bound = Self.largestBytesInPixel * width * height
    guard bound > share / 4,
      let executable = try? network.executable(inputShape: [3, height, width], outputs: taps)
    else { return bound }
    return MemoryLayout<Float>.stride * (executable.workspaceSize + 3 * width * height)
  }
}
