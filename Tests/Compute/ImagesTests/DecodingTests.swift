import Foundation
import Images
import Tensors
import TestSupport
import Testing

@Suite struct DecodingTests {
  @Test(arguments: try Goldens.lines("decoding.txt").filter { !$0[0].hasPrefix("encoded:") })
  func equalsPillow(line: [String]) throws {
    let image = try ImageDecoder.rgb(decoding: Goldens.file(line[0]), named: line[0])
    #expect(image.width == Int(line[1]) && image.height == Int(line[2]) && image.channels == 3)
    #expect(Goldens.checksum(image.samples) == line[3], "\(line[0])")
  }

  @Test(.enabled(if: Fixtures.arePresent))
  func equalsPillowOnFixtures() throws {
    let lines = try Goldens.lines("fixtures.txt")
    #expect(lines.count > 400)
    let found = try Workers(count: 2).map(lines.count) { index, _ in
      let path = Fixtures.path(lines[index][0])
      let image =
        lines[index][0].contains("/masks/")
        ? try ImageDecoder.labelMap(contentsOf: path) : try ImageDecoder.rgb(contentsOf: path)
      return Goldens.checksum(image.samples)
    }
    for (line, checksum) in zip(lines, found) { #expect(checksum == line[1], "\(line[0])") }
  }

  @Test func trustsBytesAndNotNames() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("really-a-png.jpg")
    try Data(Goldens.file("rgb8.png")).write(to: URL(fileURLWithPath: path))
    let expected = try ImageDecoder.rgb(decoding: Goldens.file("rgb8.png"), named: "rgb8.png")
    #expect(try ImageDecoder.rgb(contentsOf: path) == expected)
  }

  @Test func keepsTheTwoBytesOfDeepGrayApart() throws {
    // 0, 3, 6, … in 16 bits: Pillow's mode I;16 limits to 255 where it does not shift.
    let image = try ImageDecoder.rgb(decoding: Goldens.file("grey16-low.png"), named: "low")
    #expect(image[x: 1, y: 0] == 3)
    #expect(image[x: 12, y: 10] == 255)
  }
}
