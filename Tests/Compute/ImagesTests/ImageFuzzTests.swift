import Images
import Tensors
import TestSupport
import Testing

/// Damaged images without end: each is decoded or refused, with memory in proportion to its file.
@Suite struct ImageFuzzTests {
  private static func parse(_ bytes: [UInt8]) -> FuzzOutcome {
    _ = try? ImageDecoder.labelMap(decoding: bytes, named: "fuzz")
    do throws(ImageError) {
      let image = try ImageDecoder.rgb(decoding: bytes, named: "fuzz")
      return image.samples.count == 3 * image.width * image.height
        ? .read : .wrong("\(image.samples.count) samples")
    } catch {
      return error.path == "fuzz"
        ? .refused("\(error.state) \(error.reason)") : .wrong("names \(error.path)")
    }
  }

  private func expect(_ target: FuzzTarget, cases: Int) {
    let report = target.run(cases: cases)
    #expect(report.failure == nil, "\(report)")
    #expect(report.refused > 0 && report.sentences > 3, "\(target.name): \(report)")
  }

  /// Deflate packs 1032 : 1, and a pixel of one bit becomes a sample and three bytes of color.
  private static func permittedPNG(_ count: Int) -> Int { 1 << 20 + 1032 * 8 * 4 * count }

  /// A bit may stand for a block of 64 pixels, of which a component may have a sixteenth; a pixel takes
  /// color twice and three coefficients of two bytes, or four of each with inks.
  private static func permittedJPEG(_ count: Int) -> Int { 1 << 20 + 8 * 64 * 16 * 20 * count }

  private static let png = [
    "rgb8.png", "palette4-interlaced.png", "grey16.png", "rgba8-interlaced.png", "grey1.png",
    "palette8-short.png", "greyalpha16.png", "rgb8-1x1.png",
  ]

  @Test func bytesOfPNG() throws {
    expect(
      FuzzTarget(
        "png", corpus: try Self.png.map { try Goldens.file($0) },
        tokens: ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "iCCP"], permitted: Self.permittedPNG,
        parse: Self.parse), cases: 1500)
  }

  /// With checksums that fit, damage reaches headers, palettes and packed rows.
  @Test func chunksOfPNG() throws {
    expect(
      FuzzTarget(
        "png chunks", corpus: try Self.png.map { try Goldens.file($0) }, damage: Self.damagedChunks,
        permitted: Self.permittedPNG, parse: Self.parse), cases: 2000)
  }

  @Test func bytesOfJPEG() throws {
    let files = [
      "baseline-420.jpg", "progressive-420.jpg", "restarts-420.jpg", "cmyk.jpg", "grey.jpg",
      "given-mixed.jpg", "cmyk-progressive.jpg", "given-311.jpg",
    ]
    expect(
      FuzzTarget(
        "jpeg", corpus: try files.map { try Goldens.file($0) }, permitted: Self.permittedJPEG,
        parse: Self.parse), cases: 2000)
  }

  private static func damagedChunks(
    _ mutator: inout Mutator, _ file: [UInt8], _ other: [UInt8]
  ) -> [UInt8] {
    guard var chunks = TestPNG.chunks(of: file), !chunks.isEmpty else {
      return mutator.mutated(file, with: other)
    }
    let index = mutator.random.nextIndex(below: chunks.count)
    let second = mutator.random.nextIndex(below: chunks.count)
    switch mutator.random.nextIndex(below: 8) {
    case 0: chunks.insert(chunks[index], at: second)
    case 1: chunks.remove(at: index)
    case 2: chunks.swapAt(index, second)
    case 3: chunks[index].name = chunks[second].name
    default: chunks[index].data = mutator.mutated(chunks[index].data, with: chunks[second].data)
    }
    return TestPNG.signature + chunks.flatMap { TestPNG.chunk($0.name, $0.data) }
  }
}
