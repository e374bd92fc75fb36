/// How an input ended that has no score: one word of the failure ledger.
///
/// The words are stored with runs and printed, so that they do not change. Errors that have states of their own, as
/// `ImageError.State`, use those as words.
package struct LedgerState: RawRepresentable, Hashable, Sendable {
  /// The word, for example `truncated`.
  package let rawValue: String

  /// Takes a word, which may be that of another version.
  package init(rawValue: String) { self.rawValue = rawValue }

  /// Anything that has no word of its own.
  package static let notMeasurable = LedgerState(rawValue: "not-measurable")

  /// A method that could not make it.
  package static let failed = LedgerState(rawValue: "failed")

  /// There is no such file.
  package static let missing = LedgerState(rawValue: "missing")

  /// The file cannot be read.
  package static let unreadable = LedgerState(rawValue: "unreadable")

  /// The file changed while it was measured.
  package static let changed = LedgerState(rawValue: "changed")

  /// The file has other bytes than its manifest says.
  package static let wrongChecksum = LedgerState(rawValue: "wrong-checksum")

  /// Its size does not go with the other image, or with what a network takes.
  package static let wrongSize = LedgerState(rawValue: "wrong-size")

  /// It takes more memory than there is.
  package static let tooLarge = LedgerState(rawValue: "too-large")

  /// A network gave a number that is not finite.
  package static let notFinite = LedgerState(rawValue: "not-finite")

  /// No face was found.
  package static let noFace = LedgerState(rawValue: "no-face")

  /// There is no real image.
  package static let noReference = LedgerState(rawValue: "no-reference")

  /// The real image is unusable.
  package static let badReference = LedgerState(rawValue: "bad-reference")

  /// There is no label map.
  package static let noMask = LedgerState(rawValue: "no-mask")

  /// There is no caption.
  package static let noCaption = LedgerState(rawValue: "no-caption")

  /// There is no edit.
  package static let noEdit = LedgerState(rawValue: "no-edit")

  /// A text of nothing but spaces.
  package static let blankText = LedgerState(rawValue: "blank-text")

  /// A caption beyond what a text tower reads.
  package static let captionTooLong = LedgerState(rawValue: "caption-too-long")

  /// A text beyond what a tokenizer takes.
  package static let tooLong = LedgerState(rawValue: "too-long")

  /// The model reads no texts.
  package static let noTextTower = LedgerState(rawValue: "no-text-tower")
}

extension LedgerState: CustomStringConvertible {
  /// The word.
  package var description: String { rawValue }
}
