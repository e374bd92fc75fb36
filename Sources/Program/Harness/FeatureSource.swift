import Checkpoints
import Datasets
import Essentials
import Foundation
import Images
import Provenance
import Tensors
import Texts

/// Where the rows of a feature file come from.
enum FeatureSource: Sendable {
  /// Images by id, sorted by the ids' bytes.
  case images([FeatureImage], Preprocessing)
  /// Inputs that are prepared already, `[N, …]`, read row by row.
  case prepared(CheckpointTensor)
  /// Samples of several inputs, read row by row.
  case samples(FeatureInputs)
  /// Texts in the order of their file.
  case texts([String], TokenReader)

  /// One image file.
  struct FeatureImage: Equatable, Sendable {
    /// File name without its extension.
    let id: String
    let path: String
  }

  /// Number of rows.
  var count: Int {
    switch self {
    case .images(let images, _): images.count
    case .prepared(let array): array.shape[0]
    case .samples(let inputs): inputs.count
    case .texts(let texts, _): texts.count
    }
  }

  /// What a message calls a row.
  func name(of row: Int) -> String {
    switch self {
    case .images(let images, _): images[row].id
    case .prepared, .samples: "row \(row)"
    case .texts: "line \(row + 1)"
    }
  }

  /// What the network reads for one row, by the names of its inputs.
  ///
  /// - Parameters:
  ///   - row: which row.
  ///   - sole: what the input is called where there is one.
  /// - Returns: a tensor for each input.
  /// - Throws: errors of files and images.
  func sample(_ row: Int, of sole: String) throws -> [String: Tensor] {
    switch self {
    case .images(let images, let preprocessing):
      let path = images[row].path
      let picture = try ImageDecoder.rgb(contentsOf: path)
      return [sole: try preprocessing.apply(picture, named: path)]
    case .prepared(let array): return [sole: try array.row(row)]
    case .samples(let inputs): return try inputs.sample(row)
    case .texts(let texts, let reader): return [sole: try reader.input(of: texts[row])]
    }
  }

  /// Reads texts, one a line; a line break at the file's end starts no further text.
  ///
  /// - Throws: ``HarnessError`` if the file cannot be read, is not UTF-8 or is empty; `TextDataError`.
  static func texts(
    _ path: String, vocabulary: CompactVocabulary? = nil
  ) throws -> FeatureSource {
    let bytes: [UInt8]
    do { bytes = try RegularFile(path).contents() } catch {
      throw HarnessError(.runtime, "\(error)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw HarnessError(.runtime, "\(path) is not UTF-8 text")
    }
    var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
      .map(String.init)
    if lines.last == "" { lines.removeLast() }
    guard !lines.isEmpty else { throw HarnessError(.runtime, "\(path) holds no text") }
    return .texts(lines, try TokenReader(vocabulary: vocabulary))
  }

  /// Lists the images of folders and files.
  ///
  /// - Parameters:
  ///   - paths: folders, whose images are taken, and files.
  ///   - notice: called with files in a folder whose extension is not an image's.
  /// - Returns: the images, sorted by their ids' bytes.
  /// - Throws: ``HarnessError`` if there are none or two share an id; `DatasetError` for folders.
  static func list(_ paths: [String], notice: (String) -> Void) throws -> [FeatureImage] {
    var images: [FeatureImage] = []
    for path in paths {
      guard PathKind(at: path) == .folder else {
        images.append(FeatureImage(id: Identifier(ofFile: path).text, path: path))
        continue
      }
      let folder = try ImageFolder(directory: path)
      if !folder.unread.isEmpty { notice("\(folder.unread)") }
      if folder.paths.isEmpty { throw HarnessError(.runtime, "\(path) holds no images") }
      images += folder.paths.map { FeatureImage(id: $0.key, path: $0.value) }
    }
    images.sort { Identifier.precedes($0.id, $1.id) }
    for (first, second) in zip(images, images.dropFirst()) where first.id == second.id {
      throw HarnessError(
        .usage, "\(first.path) and \(second.path) share the id '\(first.id)'; ids must differ")
    }
    return images
  }

  /// Opens prepared inputs.
  ///
  /// - Parameters:
  ///   - path: a float32 `.npy` file, `[N, C, H, W]`.
  ///   - sample: shape of the network's published input, whose rank and channels must agree; nil
  ///     leaves the judgment to the network.
  /// - Returns: the inputs as a source of rows.
  /// - Throws: `CheckpointError`, or ``HarnessError`` for another type or shape.
  static func prepared(_ path: String, like sample: [Int]?) throws -> FeatureSource {
    let array = try NPYFile.read(path)
    guard array.elementType == .float32 else {
      throw HarnessError(
        .runtime, "\(path) holds \(array.elementType.rawValue), but --input must be float32")
    }
    let shape = array.shape
    guard shape.count == (sample?.count ?? shape.count - 1) + 1, shape.count > 1,
      shape.allSatisfy({ $0 > 0 }), shape[1] == sample?[0] ?? shape[1]
    else {
      let channels = sample.map { "\($0[0])" } ?? "C"
      throw HarnessError(
        .runtime, "\(path) has shape \(shape), but --input must be [N, \(channels), H, W]")
    }
    return .prepared(array)
  }
}
