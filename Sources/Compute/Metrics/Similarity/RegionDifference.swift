import Tensors

/// How much two images differ inside a region of a label map, and how much outside of it.
///
/// An edit should change its region and keep the rest; pixels within a margin of the region count on neither side, since
/// borders of regions move by a pixel or two without meaning.
package struct RegionDifference: Hashable, Sendable {
  /// Where differences count.
  package enum Side: String, CaseIterable, Sendable {
    /// In the region.
    case inside
    /// Farther from the region than the margin.
    case outside
  }

  /// Classes that make the region.
  package var classes: Set<UInt8>
  /// How many pixels around the region count on neither side, along rows, columns and diagonals.
  package var margin: Int

  /// A region.
  package init(classes: Set<UInt8>, margin: Int = 0) {
    self.classes = classes
    self.margin = margin
  }

  /// Mean absolute difference over the pixels of one side and all channels, where samples are `[0, 1]`.
  ///
  /// - Parameters:
  ///   - side: which pixels count.
  ///   - first: an image.
  ///   - second: another one of the same size.
  ///   - labels: one channel of classes; pixels take the nearest of its labels.
  /// - Returns: 0 for equal images, 1 at most; nil where no pixel counts.
  /// - Throws: `ImagePairError.sizeMismatch`, `.empty`.
  package func meanAbsoluteError(
    _ side: Side, _ first: Raster, _ second: Raster, labels: Raster
  ) throws(ImagePairError) -> Double? {
    try ImagePairError.requireEqualDimensions(first, second)
    let counts = pixels(of: side, width: first.width, height: first.height, labels: labels)
    let channels = first.channels
    var (sum, count) = (0, 0)
    for (pixel, isCounted) in counts.enumerated() where isCounted {
      count += 1
      for sample in pixel * channels..<(pixel + 1) * channels {
        sum += abs(Int(first.samples[sample]) - Int(second.samples[sample]))
      }
    }
    return count == 0 ? nil : Double(sum) / Double(count * channels) / 255
  }

  /// Whether each pixel counts, row by row.
  private func pixels(of side: Side, width: Int, height: Int, labels: Raster) -> [Bool] {
    var region = [Bool](repeating: false, count: width * height)
    for row in 0..<height {
      let line = row * labels.height / height * labels.width
      for column in 0..<width {
        let label = labels.samples[line + column * labels.width / width]
        region[row * width + column] = classes.contains(label)
      }
    }
    guard side == .outside else { return region }
    let rows = Self.widened(region, by: margin, lines: height, step: 1, lineStep: width)
    return Self.widened(rows, by: margin, lines: width, step: width, lineStep: 1).map { !$0 }
  }

  /// Marks what is within some steps of a mark along a line, on lines whose elements lie `step` apart.
  private static func widened(
    _ marks: [Bool], by margin: Int, lines: Int, step: Int, lineStep: Int
  ) -> [Bool] {
    var result = marks
    let count = marks.count / max(lines, 1)
    for line in 0..<lines {
      // Steps since the last mark, first on the way there and then on the way back.
      for order in [Array(0..<count), (0..<count).reversed()] {
        var distance = Int.max
        for place in order {
          let index = line * lineStep + place * step
          distance = marks[index] ? 0 : distance == .max ? .max : distance + 1
          if distance <= margin { result[index] = true }
        }
      }
    }
    return result
  }
}
