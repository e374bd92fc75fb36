/// The files of a ZIP archive, for readers outside this room.
package struct ZippedFiles: Sendable {
  private let archive: ZipArchive

  /// Reads an archive's directory; no entry is unpacked.
  ///
  /// - Throws: `CheckpointError`: `missing`, `unreadable`, `truncated`, `corrupt`, `unsupported` or
  ///   `tooLarge`.
  package init(_ path: String) throws(CheckpointError) {
    archive = try ZipArchive(ByteStore(path: path).slice)
  }

  /// Names of all files in the directory's order; folders are left out.
  package var names: [String] {
    archive.entries.map(\.name).filter { !$0.hasSuffix("/") }
  }

  /// The unpacked bytes of a file, whose checksum has been compared; nil where there is none.
  ///
  /// - Throws: `CheckpointError` of kind `corrupt` where sizes or checksum disagree.
  package func bytes(of name: String) throws(CheckpointError) -> [UInt8]? {
    try archive[name]?.contents().array
  }
}
