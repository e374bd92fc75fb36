import Metrics
import Tensors
import Testing

struct NearDuplicatesTests {
  /// Real images far from each other, and images made near their own.
  private static func entries(_ count: Int = 30, seed: UInt64 = 40) -> [NearDuplicates.Entry] {
    var random = SplitMix64(seed: seed)
    func features() -> [Float] { (0..<16).map { _ in 2 * random.nextUnit() - 1 } }
    return (0..<count).map { number in
      let (real, noise) = (features(), features())
      return NearDuplicates.Entry(
        made: zip(real, noise).map { $0 + 0.5 * $1 }, madeContent: "made \(number)", real: real,
        realContent: "real \(number)")
    }
  }

  private static func entry(
    _ entry: NearDuplicates.Entry, made: [Float], content: String? = nil
  ) -> NearDuplicates.Entry {
    NearDuplicates.Entry(
      made: made, madeContent: content ?? entry.madeContent, real: entry.real,
      realContent: entry.realContent)
  }

  @Test(arguments: 40..<60 as Range<UInt64>)
  func imagesOfTheirOwnAreLeftAlone(seed: UInt64) throws {
    let found = try #require(try NearDuplicates(Self.entries(seed: seed)))
    #expect(found.repeated.isEmpty && found.copied.isEmpty, "seed \(seed): \(found)")
  }

  @Test func repeatedAndCopiedImagesAreFound() throws {
    var entries = Self.entries()
    entries[3] = Self.entry(entries[3], made: entries[7].made.map { $0 + 0.01 })
    entries[11] = Self.entry(entries[11], made: entries[20].real.map { $0 - 0.01 })
    let found = try #require(try NearDuplicates(entries))
    #expect(found.repeated.map { [$0.image, $0.other] } == [[3, 7], [7, 3]], "\(found)")
    #expect(found.copied.map { [$0.image, $0.other] } == [[11, 20]], "\(found)")
    #expect(found.copied[0].share > 0 && found.copied[0].share < 0.1)
    for count in [1, 3] {
      #expect(try NearDuplicates(entries, workers: Workers(count: count)) == found)
    }
  }

  @Test func equalPixelsAndOwnRealImagesAreNotNear() throws {
    var entries = Self.entries()
    entries[3] = Self.entry(
      entries[3], made: entries[7].made, content: entries[7].madeContent)
    entries[5] = Self.entry(entries[5], made: entries[5].real.map { $0 + 0.001 })
    let found = try #require(try NearDuplicates(entries))
    #expect(found.repeated.isEmpty && found.copied.isEmpty, "\(found)")
  }

  /// Two pairs of nearly the same photo may have nearly the same image.
  @Test func realDuplicatesExcuseTheirImages() throws {
    var entries = Self.entries()
    let twin = entries[7]
    entries[3] = NearDuplicates.Entry(
      made: twin.made.map { $0 + 0.01 }, madeContent: "made 3", real: twin.real.map { $0 + 0.01 },
      realContent: "real 3")
    let found = try #require(try NearDuplicates(entries))
    #expect(found.repeated.isEmpty, "\(found)")
  }

  @Test func tooFewRealImagesTellNothing() throws {
    #expect(try NearDuplicates(Self.entries(NearDuplicates.leastReal - 1)) == nil)
  }

  @Test func neighborsAreThoseOfPlainDistances() throws {
    let rows = try FeatureMatrix.seeded(41, rows: 300, columns: 5)
    let others = try FeatureMatrix.seeded(42, rows: 37, columns: 5)
    let found = try NearestRows.neighbors(of: rows, among: others) { ($0 + $1) % 3 != 0 }
    for row in 0..<rows.rows {
      let distances = (0..<others.rows).filter { (row + $0) % 3 != 0 }
        .map { NearestRows.distance(row, of: rows, $0, of: others) }
      let neighbor = try #require(found[row])
      #expect((row + neighbor.row) % 3 != 0)
      #expect(abs(neighbor.distance - (distances.min() ?? .nan)) < 1e-6, "row \(row)")
    }
  }
}
