/// One line of a pair manifest, as JSON spells it.
struct PairLine: Codable {
  var id: String
  var image: String?
  var mask: String?
  var text: String?
  var scribble: String?
  var identity: String?
  var group: String?
  var sourceText: String?
  var targetText: String?
  var sha256: [String: String]?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case id, image, mask, text, scribble, identity, group
    case sourceText = "source_text"
    case targetText = "target_text"
    case sha256
  }

  /// A pair as it is written beside a manifest.
  ///
  /// - Parameters:
  ///   - pair: whose paths are absolute.
  ///   - folder: the manifest's folder, which paths are made relative to.
  init(_ pair: Pair, relativeTo folder: String) {
    func relative(_ path: String?) -> String? {
      path.map { Paths.relative($0, to: folder) }
    }
    id = pair.id
    image = relative(pair.imagePath)
    mask = relative(pair.maskPath)
    scribble = relative(pair.scribblePath)
    text = pair.text
    identity = pair.identity
    group = pair.group
    sourceText = pair.sourceText
    targetText = pair.targetText
    let named = pair.checksums.filter { pair.path(of: $0.key) != nil }
    if !named.isEmpty {
      sha256 = Dictionary(uniqueKeysWithValues: named.map { ($0.key.rawValue, $0.value) })
    }
  }

  /// The pair that a manifest in `folder` means by this line.
  func pair(relativeTo folder: String) -> Pair {
    var checksums: [PairFile: String] = [:]
    for (role, digest) in sha256 ?? [:] {
      if let file = PairFile(rawValue: role) { checksums[file] = digest }
    }
    return Pair(
      id: id, imagePath: image.map { Paths.absolute($0, in: folder) },
      maskPath: mask.map { Paths.absolute($0, in: folder) }, text: text,
      scribblePath: scribble.map { Paths.absolute($0, in: folder) }, identity: identity,
      group: group, sourceText: sourceText, targetText: targetText, checksums: checksums)
  }
}

/// Any key of a JSON object, to find those that nobody asked for.
struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

/// The keys of a JSON object, whatever its values are.
struct ObjectKeys: Decodable {
  let names: [String]

  init(from decoder: any Decoder) throws {
    names = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sortedByBytes()
  }
}
