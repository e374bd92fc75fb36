import Tensors

/// safetensors: an 8-byte header length, a JSON header, and the elements without gaps.
///
/// Source: huggingface/safetensors, README "Format" and safetensors/src/tensor.rs.
package enum SafetensorsFile {
  /// The limit of the reference implementation.
  private static let largestHeader = 100_000_000

  /// Whether a file could be one: a plausible length before an opening brace.
  static func recognizes(_ file: ByteSlice) -> Bool {
    guard let length = file.integer(at: 0, as: UInt64.self) else { return false }
    return length <= UInt64(largestHeader) && file.has([UInt8(ascii: "{")], at: 8)
  }

  /// Reads the names; elements stay where they are.
  ///
  /// - Throws: `truncated`, `corrupt`, `tooLarge` or `unsupported`.
  static func read(_ file: ByteSlice) throws(CheckpointError) -> CheckpointContents {
    var reader = ByteReader(file, label: "the safetensors header")
    let length = try reader.integer(UInt64.self)
    guard length <= UInt64(largestHeader) else {
      throw file.failure(.tooLarge, "the safetensors header would have \(length) bytes")
    }
    let json = try reader.bytes(Int(length))
    guard let data = file.part(at: reader.position, count: file.count - reader.position) else {
      throw file.failure(.truncated, "is cut off")
    }
    guard case .object(let members) = try header(json) else {
      throw file.failure(.corrupt, "the safetensors header is not an object")
    }
    var tensors: [CheckpointTensor] = []
    var ranges: [(range: Range<Int>, name: String)] = []
    for member in members where member.name != "__metadata__" {
      let (tensor, range) = try tensor(member, in: data)
      tensors.append(tensor)
      ranges.append((range, member.name))
    }
    try refuseGaps(ranges, in: data)
    return CheckpointContents(
      format: .safetensors, tensors: tensors, notes: notes(members))
  }

  private static func header(_ json: ByteSlice) throws(CheckpointError) -> JSONValue {
    try json.withBytes { (bytes) throws(CheckpointError) in
      do throws(StrictJSON.Problem) { return try StrictJSON.parse(bytes) } catch {
        throw json.failure(
          .corrupt, "the safetensors header \(error.reason) at byte \(error.offset)")
      }
    }
  }

  private static func tensor(
    _ member: JSONValue.Member, in data: ByteSlice
  ) throws(CheckpointError) -> (CheckpointTensor, Range<Int>) {
    guard case .text(let type)? = member.value["dtype"],
      let shape = member.value["shape"]?.integers,
      let offsets = member.value["data_offsets"]?.integers, offsets.count == 2
    else {
      throw data.failure(.corrupt, "the safetensors header describes \(member.name) incompletely")
    }
    guard let element = elementTypes[type] else {
      throw data.failure(
        .unsupported, "tensor \(member.name) has elements of type \(type), which is not read")
    }
    let (size, overflows) = offsets[1].subtractingReportingOverflow(offsets[0])
    guard !overflows, size >= 0, let elements = data.part(at: offsets[0], count: size) else {
      throw data.failure(
        offsets[1] > data.count ? .truncated : .corrupt,
        "tensor \(member.name) lies at bytes \(offsets[0]) to \(offsets[1]) of \(data.count)")
    }
    guard TensorLayout.product(of: shape + [element.byteCount]) == size else {
      throw data.failure(
        .corrupt, "tensor \(member.name) of shape \(shape) and type \(type) has \(size) bytes")
    }
    let tensor = try CheckpointTensor(
      name: member.name, elementType: element, shape: shape, storage: .slice(elements))
    return (tensor, offsets[0]..<offsets[1])
  }

  /// The format demands that tensors cover the data exactly, so that nothing hides between them.
  private static func refuseGaps(
    _ ranges: [(range: Range<Int>, name: String)], in data: ByteSlice
  ) throws(CheckpointError) {
    var end = 0
    let sorted = ranges.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for (range, name) in sorted {
      guard range.lowerBound == end else {
        throw data.failure(
          .corrupt,
          "tensor \(name) starts at byte \(range.lowerBound), where the one before it "
            + "ends at \(end)")
      }
      end = range.upperBound
    }
    guard end == data.count else {
      throw data.failure(.corrupt, "tensors end at byte \(end) of \(data.count)")
    }
  }

  private static func notes(_ members: [JSONValue.Member]) -> [String] {
    guard case .object(let pairs)? = members.first(where: { $0.name == "__metadata__" })?.value
    else { return [] }
    return pairs.compactMap { pair in
      if case .text(let text) = pair.value { "\(pair.name): \(text)" } else { nil }
    }
  }

  private static let elementTypes: [String: ElementType] = [
    "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64, "I8": .int8,
    "I16": .int16, "I32": .int32, "I64": .int64, "U8": .uint8, "U16": .uint16, "U32": .uint32,
    "U64": .uint64, "BOOL": .bool,
  ]

  /// Writes arrays in the given order.
  ///
  /// The header is padded so that elements start at a multiple of 8 bytes, as the reference writer
  /// does.
  ///
  /// - Parameters:
  ///   - arrays: names and contents; names differ and none is `__metadata__`.
  ///   - metadata: texts kept beside them, written in order of their names.
  ///   - path: where to.
  /// - Throws: `unwritable`.
  package static func write(
    _ arrays: [(name: String, array: StoredArray)], metadata: [String: String] = [:],
    to path: String
  ) throws(CheckpointError) {
    let header = headerBytes(arrays, metadata)
    try FileWriter.write(to: path) { (append) throws(CheckpointError) in
      try header.withUnsafeBufferPointer { (header) throws(CheckpointError) in
        try append(UnsafeRawBufferPointer(header))
      }
      for (_, array) in arrays { try array.withBytes(append) }
    }
  }

  /// Writes float32 tensors.
  ///
  /// - Throws: `unwritable`.
  package static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
  ) throws(CheckpointError) {
    try write(
      tensors.map { ($0.name, StoredArray.floats($0.tensor)) }, metadata: metadata, to: path)
  }

  private static func headerBytes(
    _ arrays: [(name: String, array: StoredArray)], _ metadata: [String: String]
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
        .map { "\(StrictJSON.quoted($0.key)):\(StrictJSON.quoted($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, array) in arrays {
      let end = offset + array.byteCount
      let shape = array.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(StrictJSON.quoted(name)):{\"dtype\":\"\(typeName(of: array))\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var json = [UInt8]("{\(members.joined(separator: ","))}".utf8)
    while !json.count.isMultiple(of: 8) { json.append(0x20) }
    var header: [UInt8] = []
    header.put(UInt64(json.count))
    return header + json
  }

  private static func typeName(of array: StoredArray) -> String {
    switch array {
    case .halves: "F16"
    case .floats: "F32"
    case .doubles: "F64"
    case .bytes: "U8"
    }
  }
}
