/// How many bytes cached results may take.
package struct CacheLimit: Equatable, Sendable {
  /// The bytes.
  package let bytes: Int

  /// Takes a number of bytes.
  package init(bytes: Int) { self.bytes = bytes }

  /// Reads a size, for example `2GB`; see ``ByteSize``.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  package init(parsing text: String) throws(HarnessError) {
    bytes = try ByteSize(parsing: text).bytes
  }
}
