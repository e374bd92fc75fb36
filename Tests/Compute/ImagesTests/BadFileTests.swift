import Foundation
import Images
import Tensors
import TestSupport
import Testing

/// Whatever the bytes, decoding ends in an image or in one clear error.
@Suite struct BadFileTests {
  static let files = [
    "baseline-420.jpg", "progressive-420.jpg", "restarts-420.jpg", "cmyk.jpg", "grey.jpg",
    "rgb8.png", "palette4-interlaced.png", "grey16.png", "rgba8-interlaced.png", "grey1.png",
  ]

  private func error(decoding bytes: [UInt8]) -> ImageError? {
    do throws(ImageError) {
      _ = try ImageDecoder.rgb(decoding: bytes, named: "bad")
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: files)
  func aFileCutAnywhereIsTruncated(name: String) throws {
    let bytes = try Goldens.file(name)
    for count in 1..<bytes.count {
      let found = error(decoding: Array(bytes.prefix(count)))
      #expect(found?.state == .truncated, "\(name) cut after \(count) bytes: \(found as Any)")
    }
  }

  @Test(arguments: files)
  func flippedBitsNeverCrash(name: String) throws {
    let bytes = try Goldens.file(name)
    let whole = try ImageDecoder.rgb(decoding: bytes, named: name)
    var random = SplitMix64(seed: 11)
    var failures = 0
    for _ in 0..<400 {
      var damaged = bytes
      for _ in 0...random.nextIndex(below: 4) {
        damaged[random.nextIndex(below: bytes.count)] ^= 1 << UInt8(random.nextIndex(below: 8))
      }
      if let found = error(decoding: damaged) {
        failures += 1
        #expect(found.path == "bad" && !found.reason.isEmpty)
      }
      _ = try? ImageDecoder.labelMap(decoding: damaged, named: "bad")
    }
    #expect(failures > 0, "seed 11 hit nothing in \(name), \(whole.width)×\(whole.height)")
  }

  @Test(arguments: files)
  func randomBytesAfterTheSignatureNeverCrash(name: String) throws {
    let start = try Goldens.file(name).prefix(40)
    var random = SplitMix64(seed: 12)
    for _ in 0..<200 {
      let rest = (0..<random.nextIndex(below: 300)).map { _ in
        UInt8(truncatingIfNeeded: random.next())
      }
      #expect(error(decoding: start + rest) != nil, "seed 12, \(name)")
    }
  }

  @Test(arguments: [(Int(Int32.max), Int(Int32.max)), (65_501, 1), (1, 65_501), (20_000, 20_000)])
  func announcedSizesAreCheckedFirst(width: Int, height: Int) throws {
    let png = TestPNG.header(width: width, height: height)
    let found = try #require(error(decoding: png))
    #expect(found.state == .tooLarge)
    #expect(found.reason.contains("\(width)×\(height)"))
    // Also when more of the file is there, and when it is to be a label map.
    #expect(error(decoding: png + TestPNG.chunk("IDAT", [1, 2, 3]))?.state == .tooLarge)
    #expect(throws: ImageError.self) { try ImageDecoder.labelMap(decoding: png, named: "bad") }
  }

  @Test func theLargestSizesAreNotTooLarge() throws {
    // 65,500 × 2,732 is the last that fits in the limit on pixels.
    for (width, height) in [(65_500, 2_732), (2_732, 65_500)] {
      let found = try #require(error(decoding: TestPNG.header(width: width, height: height)))
      #expect(found.state == .truncated)
    }
    #expect(error(decoding: TestPNG.header(width: 65_500, height: 2_733))?.state == .tooLarge)
  }

  @Test func aJPEGMayAnnounceTooMuchToo() throws {
    var jpeg = try Goldens.file("baseline-420.jpg")
    let frame = try #require(jpeg.firstRange(of: [0xFF, 0xC0] as [UInt8])).lowerBound
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    #expect(error(decoding: jpeg)?.state == .tooLarge)
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0, 0, 0, 16])
    #expect(error(decoding: jpeg)?.state == .corrupt)
  }

  @Test func damagedChecksumsAreCorrupt() throws {
    var png = try Goldens.file("rgb8.png")
    let data = try #require(png.firstRange(of: Array("IDAT".utf8))).upperBound
    png[data + 10] ^= 1
    #expect(error(decoding: png)?.state == .corrupt)
  }

  @Test func damagedEntropyCodesAreCorrupt() throws {
    // A marker in the middle of the scan, which libjpeg only warns of.
    var jpeg = try Goldens.file("baseline-444.jpg")
    jpeg.replaceSubrange(jpeg.count - 200..<jpeg.count - 198, with: [0xFF, 0xD3])
    #expect(error(decoding: jpeg)?.state == .corrupt)
  }

  @Test(arguments: [
    ("GIF89a and more", "GIF"), ("RIFF1234WEBPVP8 ", "WebP"), ("BM12345678", "BMP"),
    ("II*\0rest", "TIFF"), ("P6 3 3 255", "PNM"),
  ])
  func otherFormatsAreNamed(start: String, format: String) throws {
    let found = try #require(error(decoding: Array(start.utf8)))
    #expect(found.state == .unsupported && found.reason.contains(format))
  }

  @Test func whatIsNoImageIsSaid() {
    #expect(error(decoding: [])?.state == .empty)
    #expect(error(decoding: Array("just text\n".utf8))?.state == .notAnImage)
    #expect(error(decoding: Array("<html></html>".utf8))?.state == .notAnImage)
    let pointer = error(decoding: Array("version https://git-lfs.github.com/spec/v1\n".utf8))
    #expect(pointer?.state == .notAnImage && pointer?.reason.contains("git lfs pull") == true)
  }

  @Test func filesThatCannotBeReadAreTold() throws {
    let folder = try TemporaryFolder()
    let empty = folder.path("empty.png")
    try Data().write(to: URL(fileURLWithPath: empty))
    let pipe = folder.path("pipe.png")
    #expect(mkfifo(pipe, 0o600) == 0)
    let expected: [(String, ImageError.State)] = [
      (folder.path("nowhere.png"), .missing), (empty + "/inside.png", .missing),
      (folder.url.path, .unreadable), (empty, .empty), (pipe, .unreadable),
      ("/dev/zero", .unreadable),
    ]
    for (path, state) in expected {
      #expect {
        try ImageDecoder.rgb(contentsOf: path)
      } throws: { error in
        let found = error as? ImageError
        return found?.state == state && found?.path == path && "\(error)".hasPrefix(path + ": ")
      }
      #expect {
        try ImageDecoder.labelMap(contentsOf: path)
      } throws: { error in
        (error as? ImageError)?.state == state
      }
    }
  }

  @Test func statesAreWrittenAsInTheLedger() {
    #expect(
      ImageError.State.allCases.map(\.rawValue) == [
        "missing", "unreadable", "empty", "truncated", "corrupt", "not-an-image", "unsupported",
        "too-large", "wrong-size", "unknown-colour", "unknown-class",
        "contradictory-palette", "unwritable",
      ])
  }
}
