import Essentials
import Faces
import Tensors
import Testing

/// The same seed gives the same bytes, on every machine and in every order.
@Suite struct DeterminismTests {
  /// SHA-256 of a portrait's image, labels and scribble.
  static func digest(_ portrait: Portrait) -> String {
    FileDigest.sha256(
      of: portrait.image.samples + portrait.labels.samples + portrait.scribble.samples)
  }

  /// Recorded when the drawing was last changed on purpose; `SyntheticFaces.version` changes with them.
  static let recorded: [(seed: UInt64, size: Int, digest: String)] = [
    (
      1, 64, "c047ef415611a58918ece59a932040d18223df6b15d9c52c50ae8d7cf5986b43"
    ),
    (
      2, 128, "67cefe94531f8fab2356b5907cb1ab6ce8cc11ddb09b3ed24d6ed4e52f9b452a"
    ),
    (
      7, 96, "df18f51fd150ad7e64f4787dd065df23758b915906b124fe9581c39abf59f443"
    ),
    (
      12, 100, "bfff7927e8205edc82b65c0e5c58968f03f520ceaf15d9cf380036bff88370a0"
    ),
    (
      31, 256, "074ef07416f5558abaddd3d07f5d543132b4cb164e16f1ac66e5163fdf275080"
    ),
    (
      64, 512, "660bedfd055bb6c32497bd950f49b6e07e6c10f3f3bffd9a88254fcd5fbc870a"
    ),
  ]

  @Test(arguments: recorded.indices)
  func drawsTheRecordedBytes(index: Int) {
    let golden = Self.recorded[index]
    let portrait = Portrait(Scene(seed: golden.seed), size: golden.size)
    #expect(
      Self.digest(portrait) == golden.digest, "seed \(golden.seed) at \(golden.size) pixels")
  }

  @Test func drawsTheSameForAnyNumberOfWorkers() {
    func digests(_ workers: Int) -> [String] {
      Workers(count: workers).map(12) { number, _ in
        Self.digest(Portrait(World.train.scene(number), size: 96))
      }
    }
    #expect(digests(1) == digests(5))
  }

  @Test func differsFromSeedToSeed() {
    let digests = Set((0..<8).map { Self.digest(Portrait(World.test.scene($0), size: 64)) })
    #expect(digests.count == 8)
  }
}
