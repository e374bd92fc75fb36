/// PyTorch's files before 1.6: five pickles (magic number, protocol, system, object, storage keys),
/// then each storage as an 8-byte element count and its elements.
///
/// Source: pytorch/pytorch, torch/serialization.py, `_legacy_load`.
enum TorchLegacy {
  /// The number 0x1950A86A20F9469CFC6C as the pickle instruction LONG1, after the protocol.
  private static let magic: [UInt8] = [
    0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]
  private static let protocolVersion = 1001

  /// Where the magic number may start: after the protocol, or after the frame of protocol 4.
  private static let magicOffsets = [2, 11]

  /// Whether a file starts like one.
  static func recognizes(_ file: ByteSlice) -> Bool { magicEnd(of: file) != nil }

  private static func magicEnd(of file: ByteSlice) -> Int? {
    guard file.has([0x80]) else { return nil }
    return magicOffsets.first { file.has(magic, at: $0) }.map { $0 + magic.count }
  }

  /// Reads the names; elements stay where they are.
  ///
  /// - Throws: what the pickle machine and the layout checks throw.
  static func read(
    _ file: ByteSlice, root: CheckpointRoot
  ) throws(CheckpointError) -> CheckpointContents {
    var reader = ByteReader(file, label: "the pickle", position: magicEnd(of: file) ?? 0)
    guard case .integer(protocolVersion) = try next(&reader).value else {
      throw file.failure(.unsupported, "the file's protocol is not \(protocolVersion)")
    }
    let system = try next(&reader)
    let isBigEndian = system.isBigEndian
    let object = try next(&reader)
    let keys = try next(&reader).texts
    let records = try NamedRecords(
      object.value, of: object.machine, root: root, source: file)
    let storages = try locate(keys, references: object.machine.references, isBigEndian, &reader)
    var tensors: [CheckpointTensor] = []
    for (name, record) in records.tensors {
      let reference = record.storage
      let width = reference.elementType?.byteCount ?? 1
      guard let storage = storages[reference.key], storage.count / width >= reference.count,
        let part = storage.part(
          at: reference.offset * width,
          count: (reference.viewCount ?? reference.count) * width)
      else { throw file.failure(.corrupt, "the elements of tensor \(name) are not in the file") }
      tensors.append(
        try record.tensor(named: name, storage: .slice(part), isBigEndian: isBigEndian))
    }
    return CheckpointContents(
      format: .torchLegacy, tensors: tensors, notes: records.notes,
      part: records.part)
  }

  /// A storage that was written by itself, as a pickle of PyTorch's objects embeds it.
  ///
  /// Source: pytorch/pytorch, torch/storage.py, `_load_from_bytes`.
  ///
  /// - Throws: `corrupt` for anything else, `unsupported` for another protocol.
  static func storage(in file: ByteSlice) throws(CheckpointError) -> EmbeddedStorage {
    guard let start = magicEnd(of: file) else {
      throw file.failure(.corrupt, "embeds a storage that does not begin as a PyTorch file")
    }
    var reader = ByteReader(file, label: "an embedded storage", position: start)
    guard case .integer(protocolVersion) = try next(&reader).value else {
      throw file.failure(.unsupported, "an embedded storage's protocol is not \(protocolVersion)")
    }
    let isBigEndian = try next(&reader).isBigEndian
    let object = try next(&reader)
    let keys = try next(&reader).texts
    if case .foreign(let index) = object.value {
      throw object.machine.refusal(of: index, under: "")
    }
    guard case .storage(let reference) = object.value, let type = reference.elementType else {
      throw reader.failure(.corrupt, "is not a storage")
    }
    let elements = try locate(keys, references: object.machine.references, isBigEndian, &reader)
    let width = type.byteCount
    guard
      let slice = elements[reference.key]?.part(
        at: reference.offset * width, count: (reference.viewCount ?? reference.count) * width)
    else { throw reader.failure(.corrupt, "lacks its elements") }
    return EmbeddedStorage(elementType: type, elements: slice, isBigEndian: isBigEndian)
  }

  private static func next(_ reader: inout ByteReader) throws(CheckpointError) -> Pickled {
    var machine = PickleMachine(reader)
    let value = try machine.run()
    reader = machine.reader
    return Pickled(value: value, machine: machine)
  }

  /// Finds each storage's bytes; their number follows from the references of the object.
  private static func locate(
    _ keys: [String], references: [String: StorageReference], _ isBigEndian: Bool,
    _ reader: inout ByteReader
  ) throws(CheckpointError) -> [String: ByteSlice] {
    var storages: [String: ByteSlice] = [:]
    for key in keys {
      guard let reference = references[key] else {
        throw reader.failure(.corrupt, "lists storage \(key), which no tensor uses,")
      }
      let stored = try reader.integer(Int64.self)
      let count = isBigEndian ? stored.byteSwapped : stored
      guard count == reference.count else {
        throw reader.failure(
          .corrupt, "announces \(count) instead of \(reference.count) elements of storage \(key)")
      }
      let width = reference.elementType?.byteCount ?? 1
      let (bytes, overflows) = reference.count.multipliedReportingOverflow(by: width)
      guard !overflows else {
        throw reader.failure(.corrupt, "has an impossible count of elements")
      }
      storages[key] = try reader.bytes(bytes)
    }
    return storages
  }
}

/// One of the pickles of a legacy file.
private struct Pickled {
  let value: PickleValue
  let machine: PickleMachine

  /// `little_endian` of the system dictionary, negated.
  var isBigEndian: Bool {
    guard case .object(let index) = value, case .dictionary(let pairs) = machine.objects[index]
    else {
      return false
    }
    return pairs.contains {
      if case .text("little_endian") = $0.key, case .boolean(false) = $0.value {
        true
      } else {
        false
      }
    }
  }

  /// The texts of a list.
  var texts: [String] {
    guard case .object(let index) = value, case .list(let items) = machine.objects[index] else {
      return []
    }
    return items.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }
}
