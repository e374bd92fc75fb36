import Images
import Tensors

/// White strokes on black, as ControlNet's scribble model is fed.
///
/// The strokes' width and edges follow the last steps of `lllyasviel/ControlNet-v1-1-nightly`,
/// `gradio_scribble.py`: a Gaussian of σ = 3 and a threshold of 4.
package enum ScribbleMap {
  /// OpenCV takes 8 bits out to 3 σ and floats to 4 σ.
  private static let byteWindow = GaussianWindow(sigma: 3, radius: 9)
  private static let floatWindow = GaussianWindow(sigma: 3, radius: 12)
  private static let strokeThreshold: Float = 4
  private static let ridgeThreshold: Float = 127

  /// Strokes along the borders between classes of a label map.
  ///
  /// A stand-in where no edge detector ran: a border pixel is one whose right or lower neighbor has
  /// another class.
  ///
  /// - Parameter labels: one channel.
  /// - Returns: one channel of 0 and 255, the same size.
  package static func strokes(alongBordersOf labels: Raster) -> Raster {
    let (width, height) = (labels.width, labels.height)
    var lines = [Float](repeating: 0, count: width * height)
    for row in 0..<height {
      for column in 0..<width {
        let place = row * width + column
        let label = labels.samples[place]
        let isBorder =
          (column + 1 < width && labels.samples[place + 1] != label)
          || (row + 1 < height && labels.samples[place + width] != label)
        if isBorder { lines[place] = 255 }
      }
    }
    return thickened(lines, width: width, height: height)
  }

  /// Strokes along the ridges of a soft edge map, such as PiDiNet's last side output times 255.
  ///
  /// `nms(map, 127, 3.0)` of `annotator/util.py`: after a Gaussian of σ = 3 a pixel stays if it exceeds
  /// 127 and is no smaller than both of its neighbors in at least one of four directions.
  ///
  /// - Deviation: OpenCV blurs 8 bits in fixed point; here floats are rounded, which can move single
  ///   pixels at a stroke's rim.
  /// - Parameter edges: one channel, or several of which the first counts.
  /// - Returns: one channel of 0 and 255, the same size.
  package static func strokes(alongRidgesOf edges: Raster) -> Raster {
    let (width, height) = (edges.width, edges.height)
    let first = stride(from: 0, to: edges.samples.count, by: edges.channels).map {
      Float(edges.samples[$0])
    }
    let smooth = floatWindow.blurred(first, width: width, height: height)
    var lines = [Float](repeating: 0, count: smooth.count)
    for row in 0..<height {
      for column in 0..<width where smooth[row * width + column] > ridgeThreshold {
        let value = smooth[row * width + column]
        func neighbor(_ x: Int, _ y: Int) -> Float {
          let (x, y) = (column + x, row + y)
          return x < 0 || y < 0 || x >= width || y >= height ? -.infinity : smooth[y * width + x]
        }
        let isRidge = [(1, 0), (0, 1), (1, 1), (1, -1)].contains { x, y in
          value >= neighbor(x, y) && value >= neighbor(-x, -y)
        }
        if isRidge { lines[row * width + column] = 255 }
      }
    }
    return thickened(lines, width: width, height: height)
  }

  private static func thickened(_ lines: [Float], width: Int, height: Int) -> Raster {
    let smooth = byteWindow.blurred(lines, width: width, height: height)
    return Raster(
      width: width, height: height, channels: 1,
      samples: smooth.map { $0.rounded() > strokeThreshold ? 255 : 0 })
  }
}

/// Where scribble maps come from.
package enum ScribbleSource: Equatable, Sendable {
  /// Drawn along the borders of the pair's own label map.
  case labels
  /// Drawn along the ridges of soft edge maps in a folder, matched by id.
  case softEdges(directory: String)
  /// Taken from a folder as they are, matched by id.
  case folder(directory: String)

  /// The valid forms, for messages.
  package static let forms = ["labels", "soft-edges:DIR", "folder:DIR"]

  /// Parses one of ``forms``; nil if it is none.
  package init?(parsing text: String) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    switch (parts.first, parts.count) {
    case ("labels", 1): self = .labels
    case ("soft-edges", 2): self = .softEdges(directory: parts[1])
    case ("folder", 2): self = .folder(directory: parts[1])
    default: return nil
    }
  }
}
