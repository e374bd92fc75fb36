/// How much memory measuring images may take.
///
/// It counts what grows with the images: pixels, planes and activations. Weights and what networks of a
/// fixed input take lie outside.
package struct MemoryLimit: Equatable, Sendable {
  /// The bytes.
  package let bytes: Int

  /// Takes a number of bytes.
  package init(bytes: Int) { self.bytes = bytes }

  /// Reads a size, for example `4GB`; nil takes the machine's share.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  package init(parsing text: String?) throws {
    bytes = try text.map { try ByteSize(parsing: $0).bytes } ?? Self.ofMachine.bytes
    guard bytes >= Self.least else {
      throw HarnessError(
        .usage, "--memory must be at least \(Self.least.inBytes), not '\(text ?? bytes.inBytes)'")
    }
  }

  /// Below this not even small images could be measured.
  private static let least = 1 << 20

  /// What the machine leaves to images; the rest is for weights and for others.
  package static var ofMachine: MemoryLimit {
    MemoryLimit(bytes: max(SystemMemory.forImages, least))
  }
}
