/// What a pair must have to be sampled.
package enum PairRequirement: String, CaseIterable, Equatable, Sendable {
  case image, mask, text, scribble

  /// Whether a pair has it; a blank caption is none.
  package func isMet(by pair: Pair) -> Bool {
    switch self {
    case .image: pair.imagePath != nil
    case .mask: pair.maskPath != nil
    case .text: pair.text.map { !Pair.isBlank($0) } ?? false
    case .scribble: pair.scribblePath != nil
    }
  }
}

extension Dataset {
  /// The pairs that have everything asked for; a finding tells of the others.
  ///
  /// - Throws: `DatasetError.noPairs` if none is left.
  package func requiring(_ wanted: [PairRequirement]) throws(DatasetError) -> Dataset {
    var findings = findings
    var left = pairs
    for requirement in wanted {
      let lacking = left.filter { !requirement.isMet(by: $0) }.map(\.id)
      findings.append(.lacking(requirement, lacking))
      left.removeAll { !requirement.isMet(by: $0) }
      guard !left.isEmpty else {
        throw .noPairs(place: name, reason: "no pair has \(requirement.phrase)")
      }
    }
    return try Dataset(name: name, pairs: left, findings: findings)
  }

  /// The same pairs with captions.
  ///
  /// - Parameter source: where they come from; a pair that it knows nothing of keeps what it has.
  /// - Returns: the dataset with the same findings.
  /// - Throws: `DatasetError`.
  package func captioned(by source: CaptionSource) throws(DatasetError) -> Dataset {
    let texts = try source.texts(of: pairs.map(\.id))
    let captioned = pairs.map { pair in
      var pair = pair
      pair.text = texts[pair.id] ?? pair.text
      return pair
    }
    return try Dataset(name: name, pairs: captioned, findings: findings)
  }
}

extension PairRequirement {
  /// The thing with its article, and where it comes from.
  var phrase: String {
    switch self {
    case .image: "an image"
    case .mask: "a mask"
    case .text: "a caption"
    case .scribble: "a scribble map"
    }
  }
}
