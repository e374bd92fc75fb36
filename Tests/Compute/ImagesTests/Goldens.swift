import Tensors
import TestSupport

/// What `Tools/make_image_goldens.py` wrote, and the pictures that both sides compute.
enum Goldens {
  private static let folder = GoldenFolder()

  /// The words of every line of a text file.
  static func lines(_ name: String) throws -> [[String]] {
    try folder.text(name)
      .split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  /// The list in a JSON file.
  static func cases<Case: Decodable>(_ name: String) throws -> [Case] {
    try folder.decoded(name)
  }

  /// A small image file of the given kind, for example `rgb8.png`.
  static func file(_ name: String) throws -> [UInt8] {
    try folder.bytes("files/\(name)")
  }

  /// The sum of `(byte + 1) · 0x100000001B3^index` modulo 2⁶⁴, in sixteen hexadecimal digits.
  static func checksum(_ bytes: [UInt8]) -> String {
    var sum: UInt64 = 0
    var power: UInt64 = 1
    for byte in bytes {
      sum &+= (UInt64(byte) + 1) &* power
      power &*= 0x100_0000_01B3
    }
    let digits = String(sum, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// A noisy picture by integer arithmetic.
  static func picture(_ width: Int, _ height: Int, _ channels: Int = 3) -> Raster {
    Raster.computed(width, height, channels) { x, y, c in
      (x * x * 7 + y * 13 + x * y * 5 + c * 101 + (x * 31 ^ y * 17)) & 255
    }
  }

  /// The same over a smooth wave.
  static func gentle(_ width: Int, _ height: Int) -> Raster {
    let noise = picture(width, height)
    return Raster.computed(width, height, 3) { x, y, c in
      abs((x * (c + 2) + y * 3) % 400 - 200) * 127 / 200
        + Int(noise[x: x, y: y, channel: c]) / 2
    }
  }
}
