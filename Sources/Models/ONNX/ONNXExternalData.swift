import Checkpoints
import Foundation

/// Where a tensor's bytes lie when they are not in the model file.
///
/// Only files in the model's own folder, or below it, are read: a model must not be able to name any
/// file of the machine.
struct ONNXExternalData {
  private let model: String
  private let tensor: String
  private let location: String
  private let offset: Int
  /// Stated by most files; nil means as many as the shape needs.
  private let length: Int?

  /// - Throws: ``ONNXError`` for positions that are no numbers.
  init(_ tensor: Onnx_TensorProto, model: String) throws(ONNXError) {
    let entries = Dictionary(
      tensor.externalData.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    let name = tensor.name
    func number(_ key: String) throws(ONNXError) -> Int? {
      guard let text = entries[key] else { return nil }
      guard let value = Int(text), value >= 0 else {
        let reason = "has the external \(key) '\(text)', which is not a position in a file"
        throw ONNXError(path: model, problem: .tensor(name: name, reason: reason))
      }
      return value
    }
    self.model = model
    self.tensor = tensor.name
    location = entries["location"] ?? ""
    offset = try number("offset") ?? 0
    length = try number("length")
  }

  /// The files in which a graph's stored tensors lie, sorted.
  static func files(of graph: Onnx_GraphProto, model: String) throws(ONNXError) -> [String] {
    let values = graph.node.flatMap { $0.attribute.filter(\.hasT).map(\.t) }
    var files: Set<String> = []
    for tensor in graph.initializer + values where tensor.dataLocation == .external {
      files.insert(try ONNXExternalData(tensor, model: model).resolved().path)
    }
    return files.sorted()
  }

  /// Lends the bytes, of which there must be `count`, for the length of a call.
  func withBytes<Result>(
    count: Int, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(ONNXError) -> Result {
    let file = try resolved()
    do throws(CheckpointError) {
      let store = try ByteStore(path: file.path)
      if length ?? count == count, let part = store.slice.part(at: offset, count: count) {
        return try part.withBytes(body)
      }
      throw store.failure(
        .truncated,
        "\(count) bytes at \(offset) are needed, and it has \(store.count)"
          + (length.map { " and promises \($0)" } ?? ""))
    } catch {
      throw refuse("lies in '\(location)', but \(error.reason)")
    }
  }

  private func resolved() throws(ONNXError) -> URL {
    let folder = URL(fileURLWithPath: model).deletingLastPathComponent().resolvingSymlinksInPath()
    let file = folder.appendingPathComponent(location).standardizedFileURL
      .resolvingSymlinksInPath()
    let isInside = file.pathComponents.starts(with: folder.pathComponents)
    guard !location.isEmpty, !location.hasPrefix("/"), isInside, file != folder else {
      throw refuse("lies in '\(location)', outside the model's folder, and is not read")
    }
    return file
  }

  private func refuse(_ reason: String) -> ONNXError {
    ONNXError(path: model, problem: .tensor(name: tensor, reason: reason))
  }
}
