import Datasets
import Foundation
import Images
import Tensors
import TestSupport

/// A temporary folder that tests plant files in.
struct Tree {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Absolute path of an entry, in the spelling that datasets use.
  func path(_ name: String) -> String { Paths.absolute(folder.path(name)) }

  func write(_ bytes: [UInt8], to name: String) throws { try folder.write(bytes, to: name) }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  /// Plants a gray PNG whose pixels all have one value.
  func plant(_ name: String, value: UInt8 = 7, side: Int = 4, channels: Int = 3) throws {
    try write(ImageEncoder.png(.constant(value, side, side, channels)), to: name)
  }

  func names(in name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(name)).sortedByBytes()
  }
}
