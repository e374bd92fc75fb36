import Foundation

/// Captions by id.
package struct Captions: Equatable, Sendable {
  /// The text of each id.
  package let texts: [String: String]

  /// Reads `captions.jsonl` (`{"id": …, "text": …}` a line) or, by any other extension, lines of
  /// `image : caption`, where `image` may carry an image's extension.
  ///
  /// - Throws: `DatasetError` with file and line.
  package init(contentsOf path: String) throws(DatasetError) {
    var table = Table(path: path)
    if path.hasSuffix(".jsonl") {
      try JSONLines.forEach(of: Line.self, in: path, keys: ["id", "text"]) {
        line, number throws(DatasetError) in
        try table.add(line.id, line.text, number)
      }
    } else {
      for (number, id, text) in try Self.colonLines(in: path) { try table.add(id, text, number) }
    }
    texts = table.texts
  }

  /// One line of a file with a caption a line, as Multi-Modal-CelebA-HQ has ten for each image.
  ///
  /// - Parameters:
  ///   - choice: which of them.
  ///   - id: whose captions they are.
  ///   - path: the file.
  /// - Returns: the caption without surrounding spaces.
  /// - Throws: `DatasetError.unreadable`; `.malformedLine` if the file has no such line.
  static func line(
    _ choice: CaptionChoice, for id: String, of path: String
  ) throws(DatasetError) -> String {
    let lines = try TextFile.lines(of: path)
    let index = choice.index(for: id, among: lines.count { !$0.isEmpty })
    guard lines.indices.contains(index), !lines[index].isEmpty else {
      throw .malformedLine(
        path: path, line: index + 1,
        reason: "caption \(index) was asked for, but the file has \(lines.count { !$0.isEmpty })")
    }
    return lines[index]
  }

  private struct Line: Decodable {
    let id: String
    let text: String
  }

  private struct Table {
    let path: String
    var texts: [String: String] = [:]
    private var lineOfID: [String: Int] = [:]

    init(path: String) { self.path = path }

    mutating func add(_ id: String, _ text: String, _ number: Int) throws(DatasetError) {
      if let first = lineOfID.updateValue(number, forKey: id) {
        throw .duplicateID(path: path, line: number, id: id, firstLine: first)
      }
      texts[id] = text
    }
  }

  private static func colonLines(
    in path: String
  ) throws(DatasetError) -> [(number: Int, id: String, text: String)] {
    if TextFile.openingBracket(of: try TextFile.contents(of: path)) != nil {
      throw .malformedLine(
        path: path, line: 1,
        reason: "this is JSON; captions by id are lines of {\"id\": …, \"text\": …} in a file "
          + "that ends in .jsonl")
    }
    var found: [(number: Int, id: String, text: String)] = []
    for (index, line) in try TextFile.lines(of: path).enumerated() where !line.isEmpty {
      let parts = line.split(separator: ":", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw .malformedLine(path: path, line: index + 1, reason: "expected 'image : caption'")
      }
      let isImage = ImageFolder.isImage(parts[0])
      let id = isImage ? (parts[0] as NSString).deletingPathExtension : parts[0]
      found.append((index + 1, id, parts[1]))
    }
    return found
  }
}
