/// PyTorch's ZIP files: `<folder>/data.pkl` describes tensors whose elements lie in
/// `<folder>/data/<key>`; TorchScript archives keep theirs in the same way.
///
/// Source: pytorch/pytorch, torch/serialization.py and caffe2/serialize/inline_container.cc.
enum TorchArchive {
  /// A pickle of this size would describe millions of tensors.
  private static let largestPickle = 1 << 26

  /// The entry `data.pkl` of an archive; nil where it is no PyTorch file.
  static func pickle(in archive: ZipArchive) -> ZipEntry? {
    archive.entries.first { entry in
      let parts = entry.name.split(separator: "/", omittingEmptySubsequences: false)
      return parts.count <= 2 && parts.last == "data.pkl"
    }
  }

  /// Reads the names; elements stay where they are.
  ///
  /// - Throws: what the pickle machine and the layout checks throw.
  static func read(
    _ archive: ZipArchive, pickle entry: ZipEntry, root: CheckpointRoot
  ) throws(CheckpointError) -> CheckpointContents {
    let folder = String(entry.name.dropLast("data.pkl".count))
    guard entry.size <= largestPickle else {
      throw entry.stored.failure(.tooLarge, "entry \(entry.name) has \(entry.size) bytes")
    }
    // Only TorchScript archives hold constants beside the data.
    let isScript = archive[folder + "constants.pkl"] != nil
    let pickle = try entry.contents().loaded()
    var machine = PickleMachine(
      ByteReader(pickle, label: entry.name), allowsScript: isScript)
    let value = try machine.run()
    let records = try NamedRecords(value, of: machine, root: root, source: pickle)
    let order = try archive[folder + "byteorder"]?.contents().text
    var tensors: [CheckpointTensor] = []
    for (name, record) in records.tensors {
      let storage = try Self.storage(
        of: record, named: name, in: archive["\(folder)data/\(record.storage.key)"], pickle)
      tensors.append(
        try record.tensor(named: name, storage: storage, isBigEndian: order == "big"))
    }
    return CheckpointContents(
      format: isScript ? .torchScript : .torchArchive, tensors: tensors, notes: records.notes,
      part: records.part)
  }

  private static func storage(
    of record: TensorRecord, named name: String, in entry: ZipEntry?, _ pickle: ByteSlice
  ) throws(CheckpointError) -> TensorStorage {
    let reference = record.storage
    guard let entry else {
      throw pickle.failure(
        .corrupt, "the archive lacks data/\(reference.key), the elements of tensor \(name)")
    }
    let width = reference.elementType?.byteCount ?? 1
    guard entry.size / width == reference.count, entry.size.isMultiple(of: width) else {
      throw pickle.failure(
        .corrupt,
        "entry \(entry.name) has \(entry.size) bytes, but tensor \(name) expects "
          + "\(reference.count) elements of \(width) bytes")
    }
    return .entry(entry, from: 0)
  }
}

extension TensorRecord {
  /// The tensor that a record describes, checked against its storage.
  ///
  /// - Throws: `corrupt`.
  func tensor(
    named name: String, storage: TensorStorage, isBigEndian: Bool
  ) throws(CheckpointError) -> CheckpointTensor {
    try CheckpointTensor(
      name: name, elementType: elementType, shape: shape, strides: strides, offset: offset,
      storage: storage, isBigEndian: isBigEndian)
  }
}
