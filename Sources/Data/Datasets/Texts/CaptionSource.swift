import Foundation
import Tensors

/// Which of an image's several captions is taken.
package enum CaptionChoice: Equatable, Sendable {
  /// The one on a line, counted from 0.
  case line(Int)
  /// One that the id draws for itself: SplitMix64 from `FNV-1a(id) XOR seed`.
  case seeded(UInt64)

  /// The line of an id among `count` captions.
  func index(for id: String, among count: Int) -> Int {
    switch self {
    case .line(let index): return index
    case .seeded(let seed):
      var random = SplitMix64(seed: SeededParameters.fowlerNollVo(id) ^ seed)
      return random.nextIndex(below: max(count, 1))
    }
  }
}

/// Where captions come from.
///
/// | what is there | read as |
/// |---|---|
/// | a folder | Multi-Modal-CelebA-HQ's `celeba-caption`: `<id>.txt` with ten captions, one a line |
/// | `….json` | CelebA-Dialog's: an object from `<id>.jpg` to an object of named texts |
/// | `….jsonl` | `{"id": …, "text": …}` a line |
/// | any other file | `image : caption` a line |
package struct CaptionSource: Equatable, Sendable {
  /// The folder or file.
  package let path: String
  /// Which caption of a folder's files is taken.
  package var choice = CaptionChoice.line(0)
  /// Which text of CelebA-Dialog's objects is taken.
  ///
  /// Collaborative Diffusion reads this one, in lower case (`ldm/data/celebahq.py`).
  package var field = "Beard_and_Age"

  /// Captions at a path.
  package init(path: String) { self.path = path }

  /// The captions of some ids; those without one are left out.
  ///
  /// - Throws: `DatasetError` with file and line.
  package func texts(of ids: [String]) throws(DatasetError) -> [String: String] {
    if isFolder(path) { return try linesOfFolder(ids) }
    if path.lowercased().hasSuffix(".json") {
      return try DialogCaptions(contentsOf: path, field: field).texts(of: ids)
    }
    let wanted = Set(ids)
    return try Captions(contentsOf: path).texts.filter { wanted.contains($0.key) }
  }

  private func linesOfFolder(_ ids: [String]) throws(DatasetError) -> [String: String] {
    var texts: [String: String] = [:]
    for id in ids {
      // A file's name may spell accents apart, which ids never do.
      let spellings = [id, id.decomposedStringWithCanonicalMapping].map { "\(path)/\($0).txt" }
      if let file = spellings.first(where: isFile) {
        texts[id] = try Captions.line(choice, for: id, of: file)
      }
    }
    return texts
  }
}

/// CelebA-Dialog's captions: `{"0.jpg": {"Beard_and_Age": "This man …", …}, …}`.
package struct DialogCaptions: Equatable, Sendable {
  private let lowerCased: [String: String]

  /// Reads the file; a value may be a text or a list of texts, of which the first counts.
  ///
  /// - Parameters:
  ///   - path: the JSON file.
  ///   - field: which text of each image is taken, in lower case.
  /// - Throws: `DatasetError.unreadable`; `.malformedLine` if the file is no object of objects, or if
  ///   no image has the field.
  package init(contentsOf path: String, field: String) throws(DatasetError) {
    let bytes = try TextFile.contents(of: path)
    let root = try? JSONSerialization.jsonObject(with: Data(bytes))
    guard let images = root as? [String: [String: Any]] else {
      throw .malformedLine(
        path: path, line: 1,
        reason: (root is [Any] ? "this is a JSON array; " : "")
          + "expected an object from '<id>.jpg' to an object of texts")
    }
    if let name = RepeatedName.first(in: bytes) {
      throw .malformedLine(
        path: path, line: name.line, reason: "the key '\(name.text)' appears twice")
    }
    var texts: [String: String] = [:]
    var others: Set<String> = []
    for (name, entry) in images {
      let text = entry[field] as? String ?? (entry[field] as? [String])?.first
      if let text {
        texts[(name as NSString).deletingPathExtension] = text.lowercased()
      } else {
        others.formUnion(entry.keys)
      }
    }
    guard !texts.isEmpty || images.isEmpty else {
      throw .malformedLine(
        path: path, line: 1,
        reason: "no image has the text '\(field)'; known are "
          + others.sortedByBytes().summary(showing: 8))
    }
    lowerCased = texts
  }

  /// The captions of some ids.
  package func texts(of ids: [String]) -> [String: String] {
    Dictionary(
      ids.compactMap { id in lowerCased[id].map { (id, $0) } }, uniquingKeysWith: { $1 })
  }
}
