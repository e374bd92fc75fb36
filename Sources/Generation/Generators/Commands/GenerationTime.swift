import Datasets
import Essentials

/// How long one image took to make.
package struct GenerationTime: Equatable, Sendable {
  /// From request to answer, or as the command says.
  package let seconds: Double
  /// Sampling steps, where the command reports them.
  package let steps: Int?

  /// What is believed of the seconds: up to a lifetime.
  static let possibleSeconds = NumberRange(0.0...1e9)
  /// What is believed of the steps.
  static let possibleSteps = NumberRange(1...1_000_000_000)

  /// Whether both can be; files and commands may say anything.
  var isPossible: Bool {
    Self.possibleSeconds.bounds.contains(seconds)
      && steps.map(Self.possibleSteps.bounds.contains) ?? true
  }

  /// Joins the two.
  package init(seconds: Double, steps: Int? = nil) {
    self.seconds = seconds
    self.steps = steps
  }

  /// The times of a folder's images, by id, from the receipts of an external command.
  ///
  /// A receipt counts only for the very image that it was written for.
  /// - Returns: none for a folder without receipts.
  package static func receipts(of folder: ImageFolder) -> [String: GenerationTime] {
    let path = "\(folder.directory)/\(ReceiptBook.name)"
    guard let bytes = try? RegularFile(path).contents() else { return [:] }
    let times = ReceiptBook.receipts(in: bytes).values.compactMap { receipt in
      folder.paths[receipt.id].flatMap { image in
        (try? DatasetFiles.sha256(of: image)) == receipt.sha256 ? (receipt.id, receipt.time) : nil
      }
    }
    return Dictionary(uniqueKeysWithValues: times)
  }
}
