import Foundation
import Images
import Tensors
import TestSupport
import Testing

@Suite struct PillowResizeTests {
  @Test(arguments: try Goldens.lines("pillow.txt"))
  func equalsPillow(line: [String]) throws {
    let numbers = line.prefix(5).compactMap { Int($0) }
    let filter = try #require(PillowFilter(rawValue: line[5]))
    let resized = Goldens.picture(numbers[0], numbers[1], numbers[2])
      .resized(width: numbers[3], height: numbers[4], filter: filter)
    #expect(resized.width == numbers[3] && resized.height == numbers[4])
    #expect(Goldens.checksum(resized.samples) == line[6], "\(line)")
  }

  /// One row of the table of checksums that Pillow 13.0 gave for two pictures of 256×256: the sum
  /// of all samples, the first pixel, the middle pixel.
  struct Row: Sendable, CustomStringConvertible {
    let picture: Character
    let filter: PillowFilter
    let size: Int
    let sum: Int
    let first: [UInt8]
    let middle: [UInt8]
    var description: String { "\(picture) \(filter) \(size)" }

    init(
      _ picture: Character, _ filter: PillowFilter, _ size: Int, _ sum: Int, _ first: [UInt8],
      _ middle: [UInt8]
    ) {
      (self.picture, self.filter, self.size) = (picture, filter, size)
      (self.sum, self.first, self.middle) = (sum, first, middle)
    }
  }

  @Test(arguments: table)
  func equalsPublishedChecksums(row: Row) {
    let picture = row.picture == "A" ? Pictures.a : Pictures.s
    let resized = picture.resized(width: row.size, height: row.size, filter: row.filter)
    #expect(resized.samples.reduce(0) { $0 + Int($1) } == row.sum)
    #expect(Array(resized.samples.prefix(3)) == row.first)
    let middle = (row.size / 2 * row.size + row.size / 2) * 3
    #expect(Array(resized.samples[middle..<middle + 3]) == row.middle)
  }

  @Test func thePicturesAreThePublishedOnes() {
    #expect(Pictures.a.samples.reduce(0) { $0 + Int($1) } == 25_067_520)
    #expect(Pictures.s.samples.reduce(0) { $0 + Int($1) } == 25_070_479)
  }

  @Test(arguments: PillowFilter.allCases)
  func keepsAnImageOfTheSameSize(filter: PillowFilter) {
    let image = Goldens.picture(23, 14)
    #expect(image.resized(width: 23, height: 14, filter: filter) == image)
  }

  @Test(arguments: PillowFilter.allCases, [0, 1, 128, 255])
  func keepsAFlatImageFlat(filter: PillowFilter, level: Int) {
    let flat = Raster.computed(37, 21, 3) { _, _, _ in level }
    let resized = flat.resized(width: 16, height: 50, filter: filter)
    #expect(resized.samples.allSatisfy { Int($0) == level })
  }

  @Test(arguments: [
    (256, 128, [1, 3, 5, 7]), (256, 16, [8, 24, 40]), (256, 32, [4, 12, 20]),
    (128, 256, [0, 0, 1, 1, 2]),
  ])
  func nearestTakesThePixelUnderTheCenter(old: Int, new: Int, columns: [UInt8]) {
    let ramp = Raster.computed(old, 1, 1) { x, _, _ in x }
    let resized = ramp.resized(width: new, height: 1, filter: .nearest)
    #expect(Array(resized.samples.prefix(columns.count)) == columns)
  }

  static let table: [Row] = [
    Row("A", .nearest, 128, 6_242_304, [2, 0, 6], [2, 0, 6]),
    Row("A", .nearest, 299, 34_196_592, [0, 0, 0], [254, 0, 250]),
    Row("A", .nearest, 224, 19_186_944, [0, 0, 0], [0, 0, 0]),
    Row("A", .nearest, 112, 4_798_592, [2, 0, 6], [2, 0, 6]),
    Row("A", .bilinear, 128, 6_315_259, [2, 78, 4], [30, 89, 32]),
    Row("A", .bilinear, 299, 34_196_778, [0, 0, 0], [192, 65, 190]),
    Row("A", .bilinear, 224, 19_213_699, [0, 35, 2], [23, 45, 23]),
    Row("A", .bilinear, 112, 4_803_281, [2, 82, 6], [26, 91, 28]),
    Row("A", .bicubic, 128, 6_311_528, [2, 71, 4], [11, 78, 11]),
    Row("A", .bicubic, 299, 34_196_331, [0, 0, 0], [200, 56, 199]),
    Row("A", .bicubic, 224, 19_213_469, [0, 24, 0], [10, 29, 10]),
    Row("A", .bicubic, 112, 4_793_030, [2, 78, 4], [9, 84, 9]),
    Row("A", .lanczos, 128, 6_223_889, [2, 69, 4], [3, 74, 3]),
    Row("A", .lanczos, 299, 34_195_718, [0, 0, 0], [207, 49, 207]),
    Row("A", .lanczos, 224, 19_213_210, [0, 23, 0], [6, 27, 6]),
    Row("A", .lanczos, 112, 4_793_082, [2, 76, 4], [2, 81, 2]),
    Row("A", .box, 128, 6_316_032, [2, 65, 4], [2, 65, 4]),
    Row("A", .box, 299, 34_196_424, [0, 0, 0], [0, 0, 0]),
    Row("A", .box, 224, 19_213_312, [0, 0, 0], [0, 0, 0]),
    Row("A", .box, 112, 4_825_008, [2, 65, 4], [2, 65, 4]),
    Row("S", .bilinear, 128, 6_271_437, [148, 155, 161], [142, 146, 151]),
    Row("S", .bilinear, 299, 34_200_508, [128, 128, 128], [113, 109, 104]),
    Row("S", .bilinear, 224, 19_206_365, [133, 134, 136], [130, 131, 132]),
    Row("S", .bilinear, 112, 4_799_157, [152, 160, 167], [145, 150, 156]),
    Row("S", .bicubic, 128, 6_267_493, [144, 148, 154], [142, 147, 152]),
    Row("S", .bicubic, 299, 34_200_566, [127, 126, 126], [113, 107, 103]),
    Row("S", .bicubic, 224, 19_194_309, [130, 131, 131], [129, 129, 130]),
    Row("S", .bicubic, 112, 4_799_292, [148, 154, 161], [146, 152, 158]),
    Row("S", .lanczos, 128, 6_265_987, [143, 148, 152], [142, 147, 152]),
    Row("S", .lanczos, 299, 34_200_347, [127, 126, 126], [113, 107, 103]),
    Row("S", .lanczos, 224, 19_195_061, [130, 130, 131], [130, 130, 131]),
    Row("S", .lanczos, 112, 4_799_088, [147, 152, 159], [146, 152, 159]),
  ]
}
