/// What often comes in place of a file of weights: a page, or something that points to the file.
///
/// Servers answer with a page where a login, a confirmation or a payment is asked for; repositories with large
/// files hand out pointers to whoever does not have the tool.
package struct StrangeFile {
  /// The rest of a sentence that starts with the path.
  package let reason: String

  /// How far into the file is looked.
  private static let length = 512

  /// Recognizes a file by its beginning; nil where it is none of these.
  package init?(_ file: ByteSlice) {
    guard
      let start = file.part(at: 0, count: min(file.count, Self.length)),
      let bytes = try? start.array
    else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
      .drop { $0.isWhitespace || $0 == "\u{FEFF}" }.lowercased()
    if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") || text.hasPrefix("<head") {
      reason =
        "is an HTML page that came in place of the file; download the file itself, in a browser if "
        + "need be"
    } else if text.hasPrefix("<?xml") {
      reason =
        "is an XML document, as servers send in place of a file; download the file itself"
    } else if text.hasPrefix("version https://git-lfs") {
      reason = "is a Git LFS pointer, not the file; fetch the real file with 'git lfs pull'"
    } else if text.hasPrefix("/annex/objects/") {
      reason = "is a git-annex pointer, not the file; fetch the real file with 'git annex get'"
    } else if text.hasPrefix("{\"") {
      reason =
        "is a JSON text, such as an index or a server's answer; name the file of the tensors themselves"
    } else if bytes.starts(with: [0x1F, 0x8B]) {
      reason = "is packed by gzip; unpack it"
    } else {
      return nil
    }
  }
}
