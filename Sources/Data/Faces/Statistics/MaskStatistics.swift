import Tensors

/// How often the classes of label maps occur, how large they are and where they are.
package struct MaskStatistics: Equatable, Sendable {
  /// One class over all maps that have it.
  package struct Part: Equatable, Sendable {
    /// Share of the maps that have the class at all.
    package var presence = 0.0
    /// Mean share of the map's pixels, over maps that have it.
    package var area = 0.0
    /// Mean of its pixels' mean place, as a fraction of the side; x from the left, y from above.
    package var x = 0.0
    /// Mean vertical place, a fraction of the height from above.
    package var y = 0.0
    /// Mean width and height, as a fraction of the side: √12 times the pixels' deviation, which for
    /// a filled rectangle is its side.
    package var width = 0.0
    /// Mean height, a fraction of the side.
    package var height = 0.0
  }

  /// How many maps were counted.
  package private(set) var count = 0
  private var sums = [Part](repeating: Part(), count: 19)

  /// Creates statistics of no maps.
  package init() {}

  /// By class, in CelebAMask-HQ's order.
  package var parts: [Part] {
    sums.map { sum in
      var part = sum
      // `presence` counts maps until it is divided by their number.
      let maps = max(sum.presence, 1)
      part.presence = sum.presence / Double(max(count, 1))
      part.area /= maps
      part.x /= maps
      part.y /= maps
      part.width /= maps
      part.height /= maps
      return part
    }
  }

  /// Share of all pixels that a class has, maps without it included.
  package func frequency(of label: Int) -> Double { parts[label].area * parts[label].presence }

  /// Adds one label map, `[H, W, 1]` with classes 0…18.
  package mutating func add(_ labels: Raster) {
    count += 1
    var moments = [SIMD8<Double>](repeating: SIMD8(repeating: 0), count: 19)
    for row in 0..<labels.height {
      let y = (Double(row) + 0.5) / Double(labels.height)
      for column in 0..<labels.width {
        let x = (Double(column) + 0.5) / Double(labels.width)
        moments[Int(labels.samples[row * labels.width + column])] += SIMD8(
          1, x, y, x * x, y * y, 0, 0, 0)
      }
    }
    for (label, moment) in moments.enumerated() where moment[0] > 0 {
      let (x, y) = (moment[1] / moment[0], moment[2] / moment[0])
      sums[label].presence += 1
      sums[label].area += moment[0] / Double(labels.width * labels.height)
      sums[label].x += x
      sums[label].y += y
      sums[label].width += (12 * max(0, moment[3] / moment[0] - x * x)).squareRoot()
      sums[label].height += (12 * max(0, moment[4] / moment[0] - y * y)).squareRoot()
    }
  }
}

/// Why a table of label-map statistics cannot be read.
package struct MaskTableError: Error, Equatable, CustomStringConvertible {
  /// The line, counted from 1.
  package let line: Int
  /// What is wrong with it.
  package let reason: String

  /// The line, counted from 1, and what is wrong with it.
  package var description: String { "line \(line): \(reason)" }
}

extension MaskStatistics {
  private static let heading = "class\tpresence\tarea\tx\ty\twidth\theight"

  /// A table of the parts, tab-separated: a comment with the number of maps, a heading, 19 lines.
  package var table: String {
    let lines = parts.enumerated().map { label, part in
      let values = [part.presence, part.area, part.x, part.y, part.width, part.height]
      return "\(label)\t" + values.map { Self.digits($0) }.joined(separator: "\t")
    }
    return (["# maps: \(count)", Self.heading] + lines).joined(separator: "\n") + "\n"
  }

  /// Five decimals, as every locale and machine writes them.
  private static func digits(_ value: Double) -> String {
    let scaled = String(Int((value * 100_000).rounded()))
    let padded = String(repeating: "0", count: max(0, 6 - scaled.count)) + scaled
    return padded.dropLast(5) + "." + padded.suffix(5)
  }

  /// Reads what ``table`` writes; the mean values serve as if they were sums.
  ///
  /// - Throws: ``MaskTableError`` with the line that does not fit.
  package init(table: String) throws(MaskTableError) {
    let lines = table.split(separator: "\n", omittingEmptySubsequences: true)
    guard lines.count == 21, lines[0].hasPrefix("# maps: "),
      let count = Int(lines[0].dropFirst(8)), count > 0
    else {
      throw MaskTableError(line: 1, reason: "expected '# maps: N' and 20 more lines")
    }
    guard lines[1] == Self.heading else {
      throw MaskTableError(line: 2, reason: "expected the heading \(Self.heading)")
    }
    self.init()
    self.count = count
    for (label, line) in lines.dropFirst(2).enumerated() {
      let values = line.split(separator: "\t").compactMap { Double($0) }
      guard values.count == 7, Int(values[0]) == label else {
        throw MaskTableError(line: label + 3, reason: "expected class \(label) and six numbers")
      }
      let maps = values[1] * Double(count)
      sums[label] = Part(
        presence: maps, area: values[2] * maps, x: values[3] * maps, y: values[4] * maps,
        width: values[5] * maps, height: values[6] * maps)
    }
  }
}
