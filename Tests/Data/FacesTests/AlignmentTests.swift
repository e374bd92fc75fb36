import Faces
import Images
import Tensors
import Testing

/// Label maps fit their pictures to the pixel.
@Suite struct AlignmentTests {
  /// Mean difference of brightness across the borders of a label map that is moved by whole pixels.
  static func contrast(_ portrait: Portrait, movedBy dx: Int, _ dy: Int) -> Double {
    let size = portrait.image.width
    let (image, labels) = (portrait.image.samples, portrait.labels.samples)
    func brightness(_ x: Int, _ y: Int) -> Int {
      let first = 3 * (y * size + x)
      return 2 * Int(image[first]) + 5 * Int(image[first + 1]) + Int(image[first + 2])
    }
    var (sum, count) = (0, 0)
    for y in 4..<size - 5 {
      for x in 4..<size - 5 {
        let label = labels[(y - dy) * size + x - dx]
        if label != labels[(y - dy) * size + x + 1 - dx] {
          sum += abs(brightness(x, y) - brightness(x + 1, y))
          count += 1
        }
        if label != labels[(y + 1 - dy) * size + x - dx] {
          sum += abs(brightness(x, y) - brightness(x, y + 1))
          count += 1
        }
      }
    }
    return Double(sum) / Double(max(count, 1))
  }

  /// Summed over faces, no shift of the maps finds stronger edges than none.
  @Test func colorsChangeWhereLabelsDo() {
    let portraits = Workers().map(24) { number, _ in
      Portrait(World.validation.scene(number), size: 128)
    }
    func total(_ dx: Int, _ dy: Int) -> Double {
      portraits.reduce(0) { $0 + Self.contrast($1, movedBy: dx, dy) }
    }
    let straight = total(0, 0)
    for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1), (2, 0), (-2, 0), (0, 2), (0, -2)] {
      let moved = total(dx, dy)
      #expect(straight > moved, "moved by \(dx), \(dy): \(moved) against \(straight)")
    }
  }

  /// Left is the person's own, as on nine of ten maps of CelebAMask-HQ: class 4 lies on the image's
  /// right of class 5, and so on.
  @Test func leftIsThePersonsLeft() {
    for number in 0..<60 {
      let labels = Portrait(World.train.scene(number), size: 64).labels
      for (left, right) in [(4, 5), (6, 7), (8, 9)] {
        let (a, b) = (Self.middle(labels, UInt8(left)), Self.middle(labels, UInt8(right)))
        if let a, let b { #expect(a > b, "person \(number), classes \(left) and \(right)") }
      }
    }
  }

  static func middle(_ labels: Raster, _ label: UInt8) -> Double? {
    let columns = labels.samples.indices.filter { labels.samples[$0] == label }.map {
      $0 % labels.width
    }
    return columns.isEmpty ? nil : Double(columns.reduce(0, +)) / Double(columns.count)
  }

  /// Where the four pixels of a larger picture agree, the smaller one has their class.
  ///
  /// A smaller picture's outlines have four samples a pixel, as the larger one's have, so classes may
  /// differ within a pixel of a border only. Fine lines and noise leave half a gray step on average;
  /// what is thinner than a pixel (lashes, strands) may differ more in places, not on the whole.
  @Test(arguments: [1, 4, 9])
  func sizesShowTheSame(number: Int) {
    let scene = World.train.scene(number)
    let (large, small) = (Portrait(scene, size: 256), Portrait(scene, size: 128))
    var (agreeing, different, sum) = (0, 0, 0)
    for y in 0..<128 {
      for x in 0..<128 {
        let corners = [(0, 0), (1, 0), (0, 1), (1, 1)].map { (2 * y + $0.1) * 256 + 2 * x + $0.0 }
        let labels = Set(corners.map { large.labels.samples[$0] })
        if labels.count == 1 {
          agreeing += 1
          if labels.first != small.labels.samples[y * 128 + x] { different += 1 }
        }
        for channel in 0..<3 {
          let mean = corners.reduce(0) { $0 + Int(large.image.samples[3 * $1 + channel]) } / 4
          sum += abs(mean - Int(small.image.samples[3 * (y * 128 + x) + channel]))
        }
      }
    }
    #expect(
      Double(different) < 0.01 * Double(agreeing), "\(different) of \(agreeing) classes differ")
    #expect(Double(sum) / (128 * 128 * 3) < 5, "mean difference in 8-bit steps")
  }
}
