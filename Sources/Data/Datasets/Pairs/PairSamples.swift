extension Pair {
  /// The same condition several times, for methods that make several images of it.
  ///
  /// - Parameter count: how many.
  /// - Returns: pairs named `<id>_s00`, `<id>_s01`, …, in a group of the condition's id.
  package func samples(_ count: Int) -> [Pair] {
    (0..<count).map { number in
      let digits = String(number)
      return Pair(
        id: "\(id)_s\(digits.count < 2 ? "0" : "")\(digits)", imagePath: imagePath,
        maskPath: maskPath, text: text, scribblePath: scribblePath, identity: identity, group: id,
        sourceText: sourceText, targetText: targetText, checksums: checksums)
    }
  }
}

extension Sequence where Element == Pair {
  /// Ids of the pairs whose real image one of their group has already had, in this order.
  package var idsRepeatingImages: Set<String> {
    var seen: Set<[String]> = []
    var repeats: Set<String> = []
    for pair in self {
      guard let group = pair.group, let path = pair.imagePath else { continue }
      if !seen.insert([group, path]).inserted { repeats.insert(pair.id) }
    }
    return repeats
  }
}
