import Foundation
import Images
import Tensors
import TestSupport
import Testing

@Suite struct EncodingTests {
  @Test(arguments: [1, 3], [(1, 1), (7, 5), (64, 33)])
  func pngKeepsEverySample(channels: Int, size: (Int, Int)) throws {
    let image = Goldens.picture(size.0, size.1, channels)
    let decoded = try ImageDecoder.rgb(decoding: ImageEncoder.png(image), named: "a")
    let expected = Raster.computed(size.0, size.1, 3) { x, y, c in
      Int(image[x: x, y: y, channel: channels == 1 ? 0 : c])
    }
    #expect(decoded == expected)
  }

  /// The whole file is what Pillow writes: markers, tables, entropy codes.
  @Test(arguments: try Goldens.lines("decoding.txt").filter { $0[0].hasPrefix("encoded:") })
  func jpegEqualsPillow(line: [String]) throws {
    let words = line[0].split(separator: ":")
    let quality = try #require(Int(words[1]))
    let image = Goldens.picture(45, 31, try #require(Int(words[2])))
    #expect(Goldens.checksum(ImageEncoder.jpeg(image, quality: quality)) == line[3], "\(line[0])")
  }
}
