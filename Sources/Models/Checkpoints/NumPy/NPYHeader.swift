/// The header of a `.npy` file: a Python dictionary literal after a magic number and a length.
///
/// Source: numpy/numpy, numpy/lib/format.py, versions 1.0 to 3.0.
struct NPYHeader {
  let elementType: ElementType
  let isBigEndian: Bool
  let isFortranOrder: Bool
  let shape: [Int]
  /// Where the elements start.
  let length: Int

  private static let magic: [UInt8] = [0x93] + [UInt8]("NUMPY".utf8)
  /// A header is one short line; NumPy itself refuses longer ones.
  private static let longestText = 10_000
  /// Bytes that the longest header takes, magic number and length included.
  static let largestLength = magic.count + 6 + longestText

  /// Whether a file starts like one.
  static func recognizes(_ file: ByteSlice) -> Bool { file.has(magic) }

  /// Reads a header.
  ///
  /// - Throws: `truncated`, `corrupt` or `unsupported`.
  init(_ file: ByteSlice, label: String) throws(CheckpointError) {
    let fields = try Fields(file, label: label)
    guard let element = Self.elementTypes[String(fields.type.dropFirst())],
      let order = fields.type.first, "<>|=".contains(order)
    else { throw fields.unread(in: file, label: label) }
    elementType = element
    isBigEndian = order == ">"
    isFortranOrder = fields.isFortranOrder
    shape = fields.shape
    length = fields.length
  }

  /// What a header says, whatever the elements are.
  struct Fields {
    /// NumPy's word for the elements, for example `<f4`.
    let type: String
    let isFortranOrder: Bool
    let shape: [Int]
    /// Where the elements start.
    let length: Int

    /// Reads a header.
    ///
    /// - Throws: `truncated`, `corrupt` or `unsupported`.
    init(_ file: ByteSlice, label: String) throws(CheckpointError) {
      let (text, length) = try NPYHeader.text(of: file, label: label)
      self.length = length
      var literal = PythonLiteral(try text.array)
      let fields = literal.dictionary()
      if case .list? = fields?["descr"] {
        throw file.failure(.unsupported, "\(label) holds records, which are not read")
      }
      guard let fields, case .text(let type)? = fields["descr"],
        case .boolean(let isFortran)? = fields["fortran_order"],
        case .integers(let shape)? = fields["shape"], fields.count == 3
      else { throw file.failure(.corrupt, "\(label) has a damaged header") }
      self.type = type
      isFortranOrder = isFortran
      self.shape = shape
    }

    /// The error for elements of a type that is not read.
    func unread(in file: ByteSlice, label: String) -> CheckpointError {
      file.failure(
        .unsupported,
        type.hasSuffix("O")
          ? "\(label) holds pickled Python objects, which are never unpickled"
          : "\(label) holds elements of type \(type), which is not read")
    }
  }

  private static func text(
    of file: ByteSlice, label: String
  ) throws(CheckpointError) -> (text: ByteSlice, end: Int) {
    var reader = ByteReader(file, label: label)
    guard try reader.bytes(magic.count).has(magic) else {
      throw file.failure(.corrupt, "\(label) is not a NumPy array")
    }
    let version = try reader.integer(UInt8.self)
    guard (1...3).contains(version), try reader.integer(UInt8.self) == 0 else {
      throw file.failure(.unsupported, "\(label) is of NumPy format \(version), not 1 to 3")
    }
    let textLength =
      version == 1 ? Int(try reader.integer(UInt16.self)) : Int(try reader.integer(UInt32.self))
    guard textLength <= longestText else {
      throw file.failure(.tooLarge, "\(label) has a header of \(textLength) bytes")
    }
    return (try reader.bytes(textLength), reader.position)
  }

  private static let elementTypes: [String: ElementType] = [
    "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32,
    "i8": .int64, "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .bool,
  ]

  /// A version 1.0 header, padded with spaces so that the elements start at a multiple of 64.
  static func bytes(type: String, shape: [Int]) -> [UInt8] {
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }"
    let unpadded = magic.count + 4 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    let length = UInt16(text.utf8.count)
    return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + [UInt8](text.utf8)
  }
}

/// As much of Python's literal syntax as NumPy writes into headers.
private struct PythonLiteral {
  enum Value {
    case text(String)
    case boolean(Bool)
    case integers([Int])
    /// What the fields of a record are; not looked into.
    case list
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ text: [UInt8]) { bytes = text }

  /// The whole text as a dictionary; nil where it is anything else.
  mutating func dictionary() -> [String: Value]? {
    guard take("{") else { return nil }
    var fields: [String: Value] = [:]
    while !take("}") {
      guard let key = string(), take(":"), let value = value(),
        fields.updateValue(value, forKey: key) == nil
      else { return nil }
      guard take(",") else {
        guard take("}") else { return nil }
        break
      }
    }
    skipSpace()
    return position == bytes.count ? fields : nil
  }

  private mutating func value() -> Value? {
    if take("True") { return .boolean(true) }
    if take("False") { return .boolean(false) }
    if take("(") { return integers().map { .integers($0) } }
    if take("[") { return skipList() ? .list : nil }
    return string().map { .text($0) }
  }

  /// Goes to the end of a list that has begun; false where it has none.
  private mutating func skipList() -> Bool {
    var depth = 1
    while depth > 0 {
      skipSpace()
      guard position < bytes.count else { return false }
      switch bytes[position] {
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        guard string() != nil else { return false }
        continue
      case UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "]"): depth -= 1
      default: break
      }
      position += 1
    }
    return true
  }

  private mutating func integers() -> [Int]? {
    var integers: [Int] = []
    while !take(")") {
      guard let integer = integer() else { return nil }
      integers.append(integer)
      guard take(",") else { return take(")") ? integers : nil }
    }
    return integers
  }

  private mutating func integer() -> Int? {
    skipSpace()
    let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
    position += digits.count
    // Python 2 marked long integers.
    _ = take("L")
    return Int(String(decoding: digits, as: UTF8.self))
  }

  private mutating func string() -> String? {
    skipSpace()
    guard position < bytes.count, bytes[position] == 0x27 || bytes[position] == 0x22 else {
      return nil
    }
    let quote = bytes[position]
    guard let end = bytes[(position + 1)...].firstIndex(of: quote) else { return nil }
    let text = String(validating: bytes[(position + 1)..<end], as: UTF8.self)
    position = end + 1
    return text
  }

  private mutating func take(_ token: String) -> Bool {
    skipSpace()
    guard bytes[position...].starts(with: token.utf8) else { return false }
    position += token.utf8.count
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) {
      position += 1
    }
  }
}
