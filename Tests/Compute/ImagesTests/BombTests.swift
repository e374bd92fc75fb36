import Images
import Tensors
import TestSupport
import Testing

/// Short files that ask for endless work: each is refused before it has taken it, and sound files that look
/// a little like them are read.
@Suite struct BombTests {
  private func error(decoding bytes: [UInt8]) -> ImageError? {
    do {
      _ = try ImageDecoder.rgb(decoding: bytes, named: "bomb")
      return nil
    } catch { return error }
  }

  @Test func aHundredScansAreRead() throws {
    let image = try ImageDecoder.rgb(
      decoding: TestJPEG.progressive(side: 64, scans: 100), named: "scans")
    #expect(image.width == 64 && image.samples.allSatisfy { $0 == 128 })
  }

  @Test func moreScansAreRefused() {
    for scans in [101, 20_000] {
      let found = error(decoding: TestJPEG.progressive(side: 64, scans: scans))
      #expect(found?.state == .tooLarge, "\(String(describing: found))")
      #expect(found?.reason.contains("101 scans") == true, "\(String(describing: found))")
    }
  }

  /// A scan may say in two bytes that 16,384 blocks stay as they are.
  @Test func scansThatTakeFarFewerBytesThanBlocksAreRefused() {
    #expect(error(decoding: TestJPEG.progressive(side: 1024, scans: 10, runs: true)) == nil)
    let found = error(decoding: TestJPEG.progressive(side: 1024, scans: 90, runs: true))
    #expect(found?.state == .tooLarge, "\(String(describing: found))")
  }

  @Test func imageDataBehindTheLastRowAreBounded() {
    #expect(error(decoding: TestPNG.gray(surplus: 1000)) == nil)
    let found = error(decoding: TestPNG.gray(surplus: 200_000))
    #expect(found?.state == .tooLarge, "\(String(describing: found))")
    #expect(found?.reason.contains("last row") == true, "\(String(describing: found))")
  }
}

/// Headers tell what decoding will give, and at least what it takes.
@Suite struct ImageHeaderTests {
  @Test(arguments: [
    "baseline-420.jpg", "progressive-444.jpg", "cmyk.jpg", "grey.jpg", "rgb8.png", "grey16.png",
    "palette4-interlaced.png",
  ])
  func agreeWithTheImage(name: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(Goldens.file(name), to: name)
    let path = folder.path(name)
    let image = try ImageDecoder.rgb(contentsOf: path)
    let header = try #require(ImageHeader(contentsOf: path))
    #expect(header.width == image.width && header.height == image.height)
    let file = try Goldens.file(name).count
    #expect(header.decodingBytes >= file + image.samples.count)
    #expect(header.decodingBytes <= file + 5 * image.samples.count)
  }

  @Test func sayNothingOfWhatIsNoImage() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("just text".utf8), to: "text.png")
    for path in ["/dev/zero", folder.path("text.png"), folder.path("nowhere.png")] {
      #expect(ImageHeader(contentsOf: path) == nil)
    }
  }
}

/// JPEG files put together by hand, for what no encoder writes.
private enum TestJPEG {
  /// A gray square of 128 in some progressive scans: one of the means, then the rest over and over.
  ///
  /// With `runs` a scan takes two bytes for 16,384 blocks, and not a bit a block.
  static func progressive(side: Int, scans: Int, runs: Bool = false) -> [UInt8] {
    let blocks = (side / 8) * (side / 8)
    let bits = [UInt8](repeating: 0, count: (blocks + 7) / 8)
    // The only code is a single zero bit: no change, the end of a block, or the end of 2¹⁴ blocks.
    let table: (UInt8, UInt8) -> [UInt8] = { kind, symbol in
      segment(0xC4, [kind, 1] + [UInt8](repeating: 0, count: 15) + [symbol])
    }
    let frame: [UInt8] = [
      8, UInt8(side >> 8), UInt8(side & 255), UInt8(side >> 8), UInt8(side & 255), 1, 1, 0x11, 0,
    ]
    let first = segment(0xDA, [1, 1, 0, 0, 0, 0]) + bits
    let other =
      segment(0xDA, [1, 1, 0, 1, 63, 0])
      + (runs ? [UInt8](repeating: 0, count: (blocks + 16_383) / 16_384 * 2) : bits)
    var file: [UInt8] = [0xFF, 0xD8]
    file += segment(0xDB, [0] + [UInt8](repeating: 1, count: 64)) + segment(0xC2, frame)
    file += table(0x00, 0) + table(0x10, runs ? 0xE0 : 0x00) + first
    for _ in 1..<scans { file += other }
    return file + [0xFF, 0xD9]
  }

  private static func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
    let length = content.count + 2
    return [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + content
  }
}

extension TestPNG {
  /// One gray pixel, whose stream goes on with zeros behind it.
  fileprivate static func gray(surplus: Int) -> [UInt8] {
    let pixel: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]
    return signature + chunk("IHDR", pixel) + chunk("IDAT", zlibOfZeros(2 + surplus))
      + chunk("IEND", [])
  }

  /// Zeros as a zlib stream that stores them as they are: RFC 1950 and 1951.
  private static func zlibOfZeros(_ count: Int) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var left = count
    repeat {
      let part = min(left, 65_535)
      left -= part
      let (low, high) = (UInt8(part & 255), UInt8(part >> 8))
      stream += [left == 0 ? 1 : 0, low, high, ~low, ~high] + [UInt8](repeating: 0, count: part)
    } while left > 0
    // Adler-32 of zeros: the low sum stays 1, the high one counts them.
    let high = count % 65_521
    return stream + [UInt8(high >> 8), UInt8(high & 255), 0, 1]
  }
}
