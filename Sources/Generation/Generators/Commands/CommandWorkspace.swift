import Datasets
import Essentials
import Foundation
import Images
import Tensors

/// The folder that an external command's images, receipts and logs lie in.
final class CommandWorkspace {
  /// Largest argument file that counts by its content.
  static let maximumProgramFile = 16 << 20

  /// Absolute path of the images' folder.
  let directory: String
  /// The command, and SHA-256 of those of its arguments that are files.
  let programIdentity: String
  private let book: ReceiptBook
  private let seeds: SeedPlan

  /// Opens or makes the folder.
  ///
  /// - Throws: `DatasetError`.
  init(directory: String, arguments: [String], seeds: SeedPlan) throws(DatasetError) {
    self.directory = Paths.absolute(directory)
    self.seeds = seeds
    try DatasetFiles.makeFolder("\(self.directory)/.evalkit/pending")
    book = try ReceiptBook(path: "\(self.directory)/\(ReceiptBook.name)")
    programIdentity = try Self.identity(of: arguments)
  }

  /// Ids of images that were in the folder before any command; they are not ours to replace.
  ///
  /// - Throws: `DatasetError` if the folder cannot be listed.
  func foreignImages() throws(DatasetError) -> [String] { try book.foreignImages(in: directory) }

  /// The path of a finished image.
  func imagePath(of id: String) -> String { "\(directory)/\(id).png" }

  /// The path that the command must write to.
  func pendingPath(of id: String) -> String { "\(directory)/.evalkit/pending/\(id).png" }

  /// The request that the command gets for a pair.
  func request(for pair: Pair) -> CommandRequest {
    CommandRequest(
      for: pair, seed: seeds.portableSeed(for: pair.id), output: pendingPath(of: pair.id))
  }

  /// SHA-256 over command, conditions and seed: equal keys request the same image.
  ///
  /// - Throws: `GenerationFailure` with state `.badCondition` if a condition cannot be read.
  func requestKey(for pair: Pair) throws(GenerationFailure) -> String {
    let conditions: Pair
    do {
      conditions = try pair.withChecksums()
    } catch {
      throw GenerationFailure(state: .badCondition, reason: error.description.withoutFullStop)
    }
    var fields = [programIdentity, pair.id, String(seeds.portableSeed(for: pair.id))]
    fields += conditions.fieldsOfRequest
    return FileDigest.sha256(of: fields.map { "\($0.utf8.count):\($0)\n" }.joined().utf8)
  }

  /// The receipt of an image that exists, is unchanged, and answers this very request.
  func validReceipt(for id: String, request: String) -> Receipt? {
    book.validReceipt(for: id, request: request, in: directory)
  }

  /// Removes what earlier tries have left of an id.
  func clear(_ id: String) {
    // A command may have made a folder in the image's place.
    try? FileManager.default.removeItem(atPath: pendingPath(of: id))
    unlink(imagePath(of: id))
  }

  /// Checks the image that the command wrote, notes its receipt and moves it to its place.
  ///
  /// - Throws: `GenerationFailure` with state `.missingOutput` or `.badOutput`.
  func accept(
    _ id: String, request: String, time: GenerationTime
  ) throws(GenerationFailure) -> Receipt {
    let path = pendingPath(of: id)
    var status = stat()
    guard lstat(path, &status) == 0 else {
      throw GenerationFailure(
        state: .missingOutput, reason: "the command said it was done but wrote no \(path)")
    }
    // A link's target can change after it was checked, and may be anybody's.
    guard status.st_mode & S_IFMT != S_IFLNK else {
      unlink(path)
      throw GenerationFailure(
        state: .badOutput, reason: "the command made \(path) a symbolic link; it must be a file")
    }
    do {
      let bytes = try RegularFile(path).contents()
      let image = try ImageDecoder.rgb(decoding: bytes, named: path)
      let receipt = Receipt(
        id: id, request: request, sha256: FileDigest.sha256(of: bytes), width: image.width,
        height: image.height, seconds: time.seconds, steps: time.steps)
      // Receipt first: an image without one would pass for somebody else's.
      try book.add(receipt)
      guard rename(path, imagePath(of: id)) == 0 else {
        throw DatasetError.unwritable(
          path: imagePath(of: id), reason: FileFault.reason(code: errno))
      }
      return receipt
    } catch {
      try? FileManager.default.removeItem(atPath: path)
      throw GenerationFailure(state: .badOutput, reason: "\(error)".withoutFullStop)
    }
  }

  /// Opens the next free log file.
  ///
  /// - Throws: `DatasetError.unwritable`.
  func openLog() throws(DatasetError) -> (descriptor: Int32, path: String) {
    var number = 1
    while true {
      let path = "\(directory)/.evalkit/command-\(number).log"
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644)
      if descriptor >= 0 { return (descriptor, path) }
      guard errno == EEXIST else {
        throw .unwritable(path: path, reason: FileFault.reason(code: errno))
      }
      number += 1
    }
  }

  /// Large files, such as checkpoints, count by name and size only.
  private static func identity(of arguments: [String]) throws(DatasetError) -> String {
    var parts: [String] = []
    for argument in arguments {
      let attributes = try? FileManager.default.attributesOfItem(atPath: argument)
      let size = (attributes?[.size] as? NSNumber)?.intValue ?? 0
      switch attributes?[.type] as? FileAttributeType {
      case .typeRegular? where size <= maximumProgramFile:
        parts.append("\(argument)@sha256:\(try DatasetFiles.sha256(of: argument))")
      case .typeRegular?: parts.append("\(argument)@bytes:\(size)")
      default: parts.append(argument)
      }
    }
    return "[\(parts.map { "“\($0)”" }.joined(separator: " "))]"
  }
}
