/// Which of a dataset's images and captions are wanted.
package struct DatasetChoices: Equatable, Sendable {
  /// A published split of CelebA-HQ; only for a folder in CelebAMask-HQ's layout.
  package var split: CelebASplit?
  /// Ids of CelebA-HQ, in place of a split; only for a folder in CelebAMask-HQ's layout.
  package var range: ClosedRange<Int>?
  /// The only ids to use, of any dataset.
  package var supplied: [String]?
  /// Ids known to be bad, left out and counted.
  package var skipped: Set<String> = []
  /// Which of several captions is taken.
  package var caption = CaptionChoice.line(0)
  /// Whether faces that are drawn are described like CelebA-Dialog's, by beard and age.
  package var speaksOfBeardAndAge = false
  /// Whether faces that are drawn come with the texts of an edit that suits them.
  package var hasEdits = false
  /// Captions from elsewhere.
  package var captions: CaptionSource?
  /// In which order pairs are taken, where taking fewer spares work.
  package var selection = SubsetSelection.lowestIDs
  /// Whether pairs without a caption are of no use.
  package var requiresCaption = false
  /// Whether a pair manifest may name files outside its folder without their SHA-256.
  package var allowsOutside = false

  /// The dataset's own defaults.
  package init() {}

  /// Reads a list of ids, one a line; `#` begins a comment.
  ///
  /// - Throws: `DatasetError`.
  package static func ids(in path: String) throws(DatasetError) -> [String] {
    var ids: [String] = []
    for (index, line) in try TextFile.lines(of: path).enumerated() {
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      if let fault = Identifier.fault(in: line) {
        throw .malformedLine(path: path, line: index + 1, reason: "the id '\(line)' \(fault)")
      }
      ids.append(line)
    }
    guard !ids.isEmpty else { throw .noPairs(place: path, reason: "it names no id") }
    return ids
  }
}

extension CelebAMaskHQ {
  /// The dataset in a folder by somebody's choices.
  ///
  /// - Throws: `DatasetError.invalidID` for supplied ids that are no numbers; errors of the mapping.
  init(directory: String, choices: DatasetChoices) throws(DatasetError) {
    self.init(directory: directory)
    if let split = choices.split { ids = try split.ids(in: Paths.absolute(directory)) }
    if let range = choices.range { ids = Array(range) }
    if let supplied = choices.supplied { ids = try Self.numbers(supplied) }
    skippedIDs = Set(choices.skipped.compactMap { Int($0) })
    caption = choices.caption
    captions = choices.captions
    selection = choices.selection
    requiresCaption = choices.requiresCaption
  }

  private static func numbers(_ ids: [String]) throws(DatasetError) -> [Int] {
    var numbers: [Int] = []
    for id in ids {
      guard let number = Int(id), number >= 0 else {
        throw .invalidID(id: id, reason: "is not a number, as CelebA-HQ's ids are")
      }
      numbers.append(number)
    }
    return numbers
  }
}

extension Dataset {
  /// What choices leave of pairs that were read without them.
  ///
  /// - Throws: `DatasetError.noPairs` if nothing is left.
  func chosen(by choices: DatasetChoices) throws(DatasetError) -> Dataset {
    var dataset = self
    if let captions = choices.captions { dataset = try dataset.captioned(by: captions) }
    let ids = dataset.pairs.map(\.id)
    let wanted = Set(choices.supplied ?? ids)
    let match = IDMatch(wanted: wanted, found: ids)
    let kept = dataset.pairs.filter { wanted.contains($0.id) && !choices.skipped.contains($0.id) }
    let findings = [
      .withoutImage(match.missing),
      DatasetFinding.skipped(choices.skipped.intersection(match.paired).sortedByBytes()),
    ]
    return try Dataset(name: name, pairs: kept, findings: dataset.findings + findings)
  }
}
