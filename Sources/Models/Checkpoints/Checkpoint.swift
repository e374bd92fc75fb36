import Essentials

/// Which part of a nested file is the state dict.
package enum CheckpointRoot: Hashable, Sendable {
  /// A well-known wrapper such as `state_dict` or `params_ema`, if there is one, averaged weights before raw
  /// ones; else everything.
  case automatic
  /// Everything, with names that start at the outermost dictionary.
  case whole
  /// The part of this name in the outermost dictionary; in a file without nesting, the tensors whose names
  /// begin with it.
  case named(String)
}

/// What a format's reader hands over.
struct CheckpointContents {
  let format: Checkpoint.Format
  var tensors: [CheckpointTensor]
  var unread: [UnreadTensor] = []
  var notes: [String] = []
  var part: CheckpointPart?
}

/// Something that a file holds under a name and that cannot be read as a tensor.
package struct UnreadTensor: Equatable, Sendable {
  /// Full name.
  package let name: String
  /// What the error says to those who ask for it.
  package let error: CheckpointError
}

/// A file of named tensors, opened but not converted.
///
/// The format is recognized by content, never by name. Opening checks every size and offset; elements are
/// read and widened when they are asked for. Nothing in a file is ever executed.
package final class Checkpoint: Sendable, CustomStringConvertible {
  /// The containers that are read.
  package enum Format: String, Sendable {
    case torchArchive = "PyTorch archive"
    case torchScript = "TorchScript archive"
    case torchLegacy = "PyTorch legacy pickle"
    case pickledModules = "pickle of PyTorch modules"
    case safetensors = "safetensors"
    case numpyArray = "NumPy array"
    case numpyArchive = "NumPy archive"
  }

  /// Where the file lies.
  package let path: String
  /// The container that was recognized.
  package let format: Format
  /// All tensors in file order.
  package let tensors: [CheckpointTensor]
  /// What was done to find the names: the wrapper that was opened, the prefix that was removed.
  package let notes: [String]
  /// What is there and cannot be read; it matters to those who ask for it.
  package let unread: [UnreadTensor]
  /// Which of several sets of tensors in the file these are; nil where there is one set.
  package let part: CheckpointPart?
  private let indices: [String: Int]

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: any of the formats.
  ///   - root: which part of a nested PyTorch file to read.
  /// - Returns: the names, shapes and types, ready to be converted.
  /// - Throws: `CheckpointError`, whose description is one sentence with the path.
  package static func open(
    path: String, root: CheckpointRoot = .automatic
  ) throws(CheckpointError) -> Checkpoint {
    let file = try ByteStore(path: path).slice
    return try Checkpoint(file, contents: try contents(of: file, root: root))
  }

  /// Reads a file that is in memory already, such as a resource.
  ///
  /// - Parameters:
  ///   - bytes: the file's contents, which are copied.
  ///   - name: stands for the path in messages.
  ///   - root: which part of a nested PyTorch file to read.
  /// - Returns: as `open`.
  /// - Throws: as `open`.
  package static func decode(
    _ bytes: [UInt8], named name: String, root: CheckpointRoot = .automatic
  ) throws(CheckpointError) -> Checkpoint {
    let file = try ByteStore(path: name, count: bytes.count) { memory in
      memory.copyBytes(from: bytes)
    }.slice
    return try Checkpoint(file, contents: try contents(of: file, root: root))
  }

  /// The same file with other tensors, whose names differ from each other.
  init(
    _ other: Checkpoint, tensors: [CheckpointTensor], note: String, part: CheckpointPart? = nil
  ) {
    path = other.path
    format = other.format
    self.tensors = tensors
    unread = other.unread
    self.part = part ?? other.part
    notes = other.notes + [note]
    indices = Dictionary(
      tensors.enumerated().map { ($0.element.name, $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  private init(_ file: ByteSlice, contents: CheckpointContents) throws(CheckpointError) {
    path = file.store.path
    format = contents.format
    let (tensors, prefixes) = contents.tensors.withoutWrapperPrefixes
    self.tensors = tensors
    unread = contents.unread
    part = contents.part
    notes = contents.notes + prefixes.map { "prefix \($0) removed" }
    var indices: [String: Int] = [:]
    for (index, tensor) in tensors.enumerated() {
      guard indices.updateValue(index, forKey: tensor.name) == nil else {
        throw file.failure(.corrupt, "two tensors have the name \(tensor.name)")
      }
    }
    self.indices = indices
  }

  private static func contents(
    of file: ByteSlice, root: CheckpointRoot
  ) throws(CheckpointError) -> CheckpointContents {
    guard file.count > 0 else { throw file.failure(.truncated, "is empty") }
    if file.has(ZipArchive.signature) || file.has(ZipArchive.emptySignature) {
      let archive = try ZipArchive(file)
      if let pickle = TorchArchive.pickle(in: archive) {
        return try TorchArchive.read(archive, pickle: pickle, root: root)
      }
      return try NPZFile.contents(of: archive, file).selecting(root, of: file)
    }
    if TorchLegacy.recognizes(file) { return try TorchLegacy.read(file, root: root) }
    if PickledModules.recognizes(file) { return try PickledModules.read(file, root: root) }
    if NPYHeader.recognizes(file) {
      let tensor = try NPYFile.tensor(in: file, named: CheckpointTensor.soleName)
      return CheckpointContents(format: .numpyArray, tensors: [tensor])
    }
    if SafetensorsFile.recognizes(file) {
      return try SafetensorsFile.read(file).selecting(root, of: file)
    }
    throw unknownFormat(file)
  }

  private static func unknownFormat(_ file: ByteSlice) -> CheckpointError {
    if let stranger = StrangeFile(file) { return file.failure(.unsupported, stranger.reason) }
    if file.has([UInt8]("ustar".utf8), at: 257) {
      return file.failure(
        .unsupported,
        "is a tar file as PyTorch wrote before version 0.1.10, which is not read; "
          + "save it again with a newer PyTorch")
    }
    if file.has([0x80]) {
      return file.failure(
        .unsupported, "is a bare pickle, not a file that torch.save wrote, and is not read")
    }
    return file.failure(
      .unknownFormat, "is neither a PyTorch, safetensors nor NumPy file, or its start is damaged")
  }

  /// All names in file order.
  package var names: [String] { tensors.map(\.name) }

  /// The tensor of a name; nil where there is none.
  package subscript(name: String) -> CheckpointTensor? { indices[name].map { tensors[$0] } }

  /// The tensor of a name.
  ///
  /// - Throws: `noSuchTensor`, with the nearest names that exist.
  package func tensor(named name: String) throws(CheckpointError) -> CheckpointTensor {
    if let tensor = self[name] { return tensor }
    if let unread = unread.first(where: { $0.name == name }) { throw unread.error }
    throw CheckpointError(
      path: path, kind: .noSuchTensor, reason: "has no tensor named \(name); \(hint(for: name))")
  }

  /// What is there in place of a name that is not.
  private func hint(for name: String) -> String {
    let present = names + unread.map(\.name)
    let nearest = Spelling.suggestions(for: name, among: present)
    if !nearest.isEmpty { return "the nearest names are \(nearest.joined(separator: ", "))" }
    if present.isEmpty { return "it holds none" }
    let rest = present.count - Self.mostListed
    return "there are \(present.prefix(Self.mostListed).joined(separator: ", "))"
      + (rest > 0 ? " and \(rest) more" : "")
  }

  /// Names that a message lists.
  private static let mostListed = 12

  /// Format, number of tensors and values, and how the names were found.
  package var description: String {
    let values = tensors.reduce(0) { $0 + $1.count }
    return (["\(format.rawValue), \(tensors.count) tensors, \(values) values"] + notes)
      .joined(separator: ", ")
  }
}
