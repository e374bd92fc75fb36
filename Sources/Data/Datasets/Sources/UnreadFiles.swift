import Foundation

/// What lies in a folder or archive but is not read as an image; the description tells people.
package struct UnreadFiles: Equatable, Sendable, CustomStringConvertible {
  /// The folder or archive as its user spelled it.
  package let place: String
  /// Files that are no PNG or JPEG by their extension, seen from the place, sorted by bytes.
  package let files: [String]
  /// Images in sub-folders that are not looked into, seen from the place, sorted by bytes.
  package let nested: [String]
  /// The file that would be the image of an id if it were read.
  private let neighbors: [String: String]

  /// At most so many files of sub-folders are looked at: enough to tell that there are some.
  static let nestedLimit = 10_000

  init(place: String, files: [String], nested: [String] = []) {
    self.place = place
    self.files = files.sortedByBytes()
    self.nested = nested.sortedByBytes()
    neighbors = Dictionary(
      (self.files + self.nested).map { (Identifier(ofFile: $0).text, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Whether every file was read.
  package var isEmpty: Bool { files.isEmpty && nested.isEmpty }

  /// The same without files and sub-folders that serve another purpose.
  func leavingOut(_ names: Set<String>) -> UnreadFiles {
    UnreadFiles(
      place: place, files: files.filter { !names.contains($0) },
      nested: nested.filter { !names.contains(String($0.prefix { $0 != "/" })) })
  }

  /// Ends a sentence that says that an image is missing; empty where no file would be it.
  package func hint(for id: String) -> String {
    guard let file = neighbors[id] else { return "" }
    return ImageFolder.isImage(file)
      ? "; \(file) lies in a sub-folder, which is not looked into"
      : "; \(file) lies there, but only PNG and JPEG are read"
  }

  /// How many files of each kind were not read, with the first few names; empty where all were.
  package var description: String {
    var clauses: [String] = []
    if !files.isEmpty {
      let kinds = Dictionary(grouping: files) { ($0 as NSString).pathExtension.lowercased() }
        .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        .map { kind, names in
          "\(names.count) \(kind.isEmpty ? "without extension" : ".\(kind)") (\(names.summary()))"
        }
      clauses.append(
        "\(files.count == 1 ? "1 file" : "\(files.count) files") of \(place) not read, only PNG "
          + "and JPEG are: \(kinds.joined(separator: ", "))")
    }
    if !nested.isEmpty {
      let isAll = nested.count < Self.nestedLimit
      let count = isAll ? "\(nested.count)" : "at least \(nested.count)"
      clauses.append(
        "\(count) image\(nested.count == 1 ? "" : "s") in sub-folders of \(place) not read: "
          + nested.summary())
    }
    return clauses.joined(separator: "; ")
  }
}
