/// A box that may hold a face, in pixels of the image; Float32 as in the reference.
struct CandidateBox: Equatable, Sendable {
  var x1: Float
  var y1: Float
  var x2: Float
  var y2: Float
  /// Probability of a face.
  var score: Float

  var width: Float { x2 - x1 }
  var height: Float { y2 - y1 }

  /// The square of the longer side around the same center.
  var squared: CandidateBox {
    let side = max(width, height)
    var box = self
    box.x1 = x1 + width * 0.5 - side * 0.5
    box.y1 = y1 + height * 0.5 - side * 0.5
    box.x2 = box.x1 + side
    box.y2 = box.y1 + side
    return box
  }

  /// Corners moved by parts of the size, which counts both border pixels where it is `inclusive`.
  func moved(by correction: [Float], inclusive: Bool) -> CandidateBox {
    let extra: Float = inclusive ? 1 : 0
    let (width, height) = (width + extra, height + extra)
    return CandidateBox(
      x1: x1 + correction[0] * width, y1: y1 + correction[1] * height,
      x2: x2 + correction[2] * width, y2: y2 + correction[3] * height, score: score)
  }

  /// Rows and columns of an image that the box covers, its corners cut to integers from one on; nil where
  /// it lies outside.
  func pixels(width: Int, height: Int) -> (rows: Range<Int>, columns: Range<Int>)? {
    guard let columns = Self.range(x1, x2, limit: width),
      let rows = Self.range(y1, y2, limit: height)
    else { return nil }
    return (rows, columns)
  }

  private static func range(_ low: Float, _ high: Float, limit: Int) -> Range<Int>? {
    guard let first = Int(exactly: low.rounded(.towardZero)),
      let last = Int(exactly: high.rounded(.towardZero))
    else { return nil }
    let start = max(first, 1) - 1
    let end = min(last, limit)
    return start < end ? start..<end : nil
  }
}

/// How much two boxes overlap.
enum OverlapMeasure {
  /// Their intersection over their union.
  case union
  /// Their intersection over the smaller one, border pixels counted.
  case smaller

  func overlap(_ one: CandidateBox, _ other: CandidateBox) -> Float {
    let extra: Float = self == .smaller ? 1 : 0
    let width = max(min(one.x2, other.x2) - max(one.x1, other.x1) + extra, 0)
    let height = max(min(one.y2, other.y2) - max(one.y1, other.y1) + extra, 0)
    let intersection = width * height
    let area = (one.width + extra) * (one.height + extra)
    let otherArea = (other.width + extra) * (other.height + extra)
    switch self {
    case .union: return intersection / (area + otherArea - intersection)
    case .smaller: return intersection / min(area, otherArea)
    }
  }
}

extension [CandidateBox] {
  /// Indices of the boxes that no likelier box overlaps by more than a threshold, likeliest first.
  ///
  /// Source: pytorch/vision, `ops/boxes.py` (`nms`); timesler/facenet-pytorch, `nms_numpy`.
  func withoutOverlaps(above threshold: Float, by measure: OverlapMeasure) -> [Int] {
    // The standard library's sort is stable, so that equal scores keep their order.
    var rest = indices.sorted { self[$0].score > self[$1].score }[...]
    var kept: [Int] = []
    while let best = rest.popFirst() {
      kept.append(best)
      rest = rest.filter { measure.overlap(self[best], self[$0]) <= threshold }[...]
    }
    return kept
  }
}
