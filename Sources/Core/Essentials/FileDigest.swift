import CCrypto

/// SHA-256 of files and bytes, as 64 lower-case hexadecimal digits, and MD5 for files that nothing else is published of.
package enum FileDigest {
  /// Digest of a file of any size, read once, piece by piece.
  ///
  /// - Throws: ``FileError``.
  package static func sha256(ofFile path: String) throws(FileError) -> String {
    var hash = SHA256()
    try RegularFile(path).forEachPiece { hash.update($0) }
    return hash.finalize()
  }

  /// Digest of bytes in memory.
  package static func sha256(of bytes: some Sequence<UInt8>) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finalize()
  }

  /// MD5 of a file, as 32 digits; it tells apart files, not forgeries.
  ///
  /// - Returns: nil where the system forbids the algorithm.
  /// - Throws: ``FileError``.
  package static func md5(ofFile path: String) throws(FileError) -> String? {
    guard let context = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestInit_ex(context, EVP_md5(), nil) == 1 else { return nil }
    try RegularFile(path).forEachPiece { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { digest in
      EVP_DigestFinal_ex(context, digest.baseAddress, nil)
      return digest.hexadecimal
    }
  }

  /// Whether a text has a digest's form.
  package static func isDigest(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}

extension Sequence<UInt8> {
  /// Two lower-case hexadecimal digits a byte.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
