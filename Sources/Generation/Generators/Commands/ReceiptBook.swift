import Datasets
import Foundation

/// What is known of one finished image.
struct Receipt: Codable, Equatable {
  /// Whose image it is.
  let id: String
  /// SHA-256 of everything that was asked: command or system, conditions, seed.
  let request: String
  /// SHA-256 of the image file.
  let sha256: String
  /// The image's size in pixels.
  let width: Int
  let height: Int
  /// How long it took: as the command says, or else from request to answer; of a system its share of its group.
  let seconds: Double
  /// Sampling steps, where the command reports them.
  var steps: Int?

  /// How long it took.
  var time: GenerationTime { GenerationTime(seconds: seconds, steps: steps) }
}

/// The receipts of a folder, one JSON line each, appended as images are finished.
///
/// A line that a crash has cut off counts for nothing: its image is made again.
final class ReceiptBook {
  /// Where a folder of images keeps its book.
  static let name = ".evalkit/receipts.jsonl"

  /// The latest receipt of each id.
  private(set) var receipts: [String: Receipt] = [:]
  /// Whether the book held nothing when it was opened.
  private let wasEmpty: Bool
  private let path: String
  private let descriptor: Int32

  /// Opens or creates a book.
  ///
  /// - Throws: `DatasetError`.
  init(path: String) throws(DatasetError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .unwritable(path: path, reason: FileFault.reason(code: errno))
    }
    let bytes = try DatasetFiles.contents(of: path)
    wasEmpty = bytes.isEmpty
    receipts = Self.receipts(in: bytes)
    // The next receipt must not be swallowed by the rest of a line that was cut off.
    if let last = bytes.last, last != UInt8(ascii: "\n") { try append([]) }
  }

  /// The latest receipt of each id in a book's bytes; lines with a time that cannot be count for nothing.
  static func receipts(in bytes: [UInt8]) -> [String: Receipt] {
    let decoder = JSONDecoder()
    return bytes.split(separator: UInt8(ascii: "\n")).reduce(into: [:]) { receipts, line in
      if let receipt = try? decoder.decode(Receipt.self, from: Data(line)), receipt.time.isPossible
      {
        receipts[receipt.id] = receipt
      }
    }
  }

  deinit { close(descriptor) }

  /// Ids of images in a folder without any receipt; they are somebody else's.
  ///
  /// - Throws: `DatasetError` if the folder cannot be listed.
  func foreignImages(in directory: String) throws(DatasetError) -> [String] {
    guard wasEmpty else { return [] }
    let ids = try ImageFolder(directory: directory).ids
    // Another shard may have begun the book since; it writes a receipt before each image.
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_size == 0 ? ids : []
  }

  /// The receipt of an image that exists, is unchanged, and answers this very request.
  func validReceipt(for id: String, request: String, in directory: String) -> Receipt? {
    guard let receipt = receipts[id], receipt.request == request,
      (try? DatasetFiles.sha256(of: "\(directory)/\(id).png")) == receipt.sha256
    else { return nil }
    return receipt
  }

  /// Adds a receipt with one write, so that shards may share a book.
  ///
  /// - Throws: `DatasetError.unwritable`.
  func add(_ receipt: Receipt) throws(DatasetError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    do {
      try append([UInt8](encoder.encode(receipt)))
    } catch let error as DatasetError {
      throw error
    } catch {
      throw .unwritable(path: path, reason: "\(error)")
    }
    receipts[receipt.id] = receipt
  }

  private func append(_ line: [UInt8]) throws(DatasetError) {
    let bytes = line + [UInt8(ascii: "\n")]
    let written = write(descriptor, bytes, bytes.count)
    guard written == bytes.count else {
      throw .unwritable(
        path: path, reason: written < 0 ? FileFault.reason(code: errno) : "the disk is full")
    }
  }
}
