import Foundation
import Images
import Tensors
import TestSupport
import Testing

/// A working directory with folders of small images that belong together.
///
/// `reference/` and `generated/` hold the same ids; a generated image is its reference with noise.
final class Faces {
  /// The least side at which MS-SSIM is defined.
  static let side = 176
  private let folder: TemporaryFolder

  /// Draws pairs with the ids `00`, `01` and so on.
  init(_ count: Int, side: Int = Faces.side, masks: Bool = false) throws {
    folder = try TemporaryFolder()
    for name in ["reference", "generated"] + (masks ? ["masks"] : []) { try make(name) }
    for index in 0..<count {
      let id = Self.id(index)
      let face = Self.face(seed: UInt64(index), side: side)
      try write(ImageEncoder.png(face), to: "reference/\(id).png")
      try write(
        ImageEncoder.png(Self.noisy(face, seed: UInt64(1000 + index))), to: "generated/\(id).png")
      if masks { try write(Self.mask(side: side), to: "masks/\(id).png") }
    }
  }

  /// The working directory.
  var path: String { folder.url.path }

  /// Path of something inside.
  func path(_ name: String) -> String { folder.path(name) }

  /// The id of a pair.
  static func id(_ index: Int) -> String { index < 10 ? "0\(index)" : "\(index)" }

  /// Makes a folder.
  func make(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path(name), withIntermediateDirectories: true)
  }

  /// Writes a file.
  func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
  }

  /// A file's bytes.
  func bytes(of name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// Removes a file or folder.
  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

  /// Runs the program here.
  func run(
    _ arguments: String..., environment: [String: String] = [:], outputPath: String? = nil
  ) throws -> Outcome {
    try Program.run(arguments, in: path, environment: environment, outputPath: outputPath)
  }

  /// Scores `generated/` against `reference/`, quietly.
  func score(_ metrics: String, _ further: String...) throws -> Outcome {
    try Program.run(Self.scoring(metrics) + ["--quiet"] + further, in: path)
  }

  /// The command line of ``score(_:_:)``.
  static func scoring(_ metrics: String, weights: String = SyntheticWeights.empty) -> [String] {
    [
      "score", "--reference", "reference", "--generated", "generated", "--metrics", metrics,
      "--weights", weights,
    ]
  }

  // MARK: Images

  /// A smooth picture with some texture, its own for each seed.
  static func face(seed: UInt64, side: Int) -> Raster {
    var random = SplitMix64(seed: seed)
    let waves = (0..<6).map { _ in Double(random.nextUnit()) }
    var samples: [UInt8] = []
    samples.reserveCapacity(side * side * 3)
    for row in 0..<side {
      for column in 0..<side {
        let (x, y) = (Double(column) / Double(side), Double(row) / Double(side))
        for channel in 0..<3 {
          let phase = 6.28 * (waves[channel] + x * (1 + 3 * waves[3]) + y * (1 + 5 * waves[4]))
          samples.append(UInt8(128 + 90 * sin(phase) + 30 * cos(40 * (x - waves[5]) * y)))
        }
      }
    }
    return Raster(width: side, height: side, channels: 3, samples: samples)
  }

  /// The same picture with noise.
  static func noisy(_ image: Raster, seed: UInt64) -> Raster {
    var random = SplitMix64(seed: seed)
    var noisy = image
    noisy.samples = image.samples.map { sample in
      UInt8(clamping: Int(sample) + random.nextIndex(below: 41) - 20)
    }
    return noisy
  }

  /// A label map with three classes.
  static func mask(side: Int) -> [UInt8] {
    let labels = (0..<side * side).map { UInt8([0, 1, 13][$0 % side * 3 / side]) }
    return ImageEncoder.labelMapPNG(
      Raster(width: side, height: side, channels: 1, samples: labels))
  }

  /// A PNG whose header announces a picture that no memory holds.
  static func hugePNG() throws -> [UInt8] {
    var bytes = ImageEncoder.png(Raster(width: 1, height: 1, channels: 3, samples: [1, 2, 3]))
    // Signature (8), length (4), "IHDR" (4), width (4), height (4); then the header's checksum.
    bytes.replaceSubrange(16..<24, with: [0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0])
    let checksum = crc32(bytes[12..<29])
    bytes.replaceSubrange(29..<33, with: (0..<4).map { UInt8(checksum >> (24 - 8 * $0) & 255) })
    return bytes
  }

  private static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { checksum, byte in
      (0..<8).reduce(checksum ^ UInt32(byte)) { value, _ in
        value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
      }
    }
  }
}
