/// A JSON value with its members in file order.
enum JSONValue: Equatable {
  case null
  case boolean(Bool)
  case integer(Int)
  case text(String)
  case array([JSONValue])
  case object([Member])

  /// A name and what it stands for.
  struct Member: Equatable {
    let name: String
    let value: JSONValue
  }

  /// The value of a member; nil where there is none.
  subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The whole array as integers; nil where it is anything else.
  var integers: [Int]? {
    guard case .array(let items) = self else { return nil }
    let integers = items.compactMap { if case .integer(let integer) = $0 { integer } else { nil } }
    return integers.count == items.count ? integers : nil
  }
}

/// JSON as file headers use it: whole numbers only, and no name twice in an object.
///
/// General parsers let the last of two equal names win, which lets two readers see two files.
struct StrictJSON {
  /// What is wrong, and where.
  struct Problem: Error {
    let reason: String
    let offset: Int
  }

  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private static let largestDepth = 16

  /// Reads one value that may be followed by white space only.
  static func parse(_ bytes: UnsafeRawBufferPointer) throws(Problem) -> JSONValue {
    var parser = StrictJSON(bytes: bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.problem("has text after its end") }
    return value
  }

  private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private mutating func value(depth: Int) throws(Problem) -> JSONValue {
    guard depth < Self.largestDepth else { throw problem("nests too deeply") }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .text(try string())
    default:
      if take("null") { return .null }
      if take("true") { return .boolean(true) }
      if take("false") { return .boolean(false) }
      return .integer(try integer())
    }
  }

  private mutating func object(depth: Int) throws(Problem) -> JSONValue {
    position += 1
    var members: [JSONValue.Member] = []
    var names: Set<String> = []
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      let name = try string()
      guard names.insert(name).inserted else { throw problem("has the name \(name) twice") }
      guard take(":") else { throw problem("lacks a colon") }
      members.append(.init(name: name, value: try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw problem("has an object without its end") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(Problem) -> JSONValue {
    position += 1
    var items: [JSONValue] = []
    if take("]") { return .array([]) }
    repeat { items.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw problem("has an array without its end") }
    return .array(items)
  }

  private mutating func integer() throws(Problem) -> Int {
    let start = position
    if peek == UInt8(ascii: "-") { position += 1 }
    while let digit = peek, (0x30...0x39).contains(digit) { position += 1 }
    guard let value = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      throw problem("has a value that is not a 64-bit whole number")
    }
    return value
  }

  private mutating func string() throws(Problem) -> String {
    guard peek == UInt8(ascii: "\"") else { throw problem("lacks a quoted name") }
    position += 1
    var units: [UInt8] = []
    while let byte = peek, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw problem("has a control character in a text") }
      position += 1
      if byte == UInt8(ascii: "\\") {
        units += [UInt8](String(try escaped()).utf8)
      } else {
        units.append(byte)
      }
    }
    guard peek != nil else { throw problem("has a text without its end") }
    position += 1
    guard let text = String(validating: units, as: UTF8.self) else {
      throw problem("has a text that is not UTF-8")
    }
    return text
  }

  private mutating func escaped() throws(Problem) -> Character {
    guard let byte = peek else { throw problem("has a text without its end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return Character(try unicodeScalar())
    default: throw problem("has an unknown escape")
    }
  }

  private mutating func unicodeScalar() throws(Problem) -> Unicode.Scalar {
    let first = try codeUnit()
    if (0xD800..<0xDC00).contains(first), take("\\u", skippingSpace: false) {
      let second = try codeUnit()
      guard (0xDC00..<0xE000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      else { throw problem("has half a character") }
      return scalar
    }
    guard let scalar = Unicode.Scalar(first) else { throw problem("has half a character") }
    return scalar
  }

  private mutating func codeUnit() throws(Problem) -> UInt32 {
    let digits = bytes[position..<min(position + 4, bytes.count)]
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw problem("has a broken escape") }
    position += 4
    return unit
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ token: String, skippingSpace: Bool = true) -> Bool {
    if skippingSpace { skipSpace() }
    guard bytes[position...].starts(with: token.utf8) else { return false }
    position += token.utf8.count
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private func problem(_ reason: String) -> Problem { Problem(reason: reason, offset: position) }

  /// A text as JSON writes it.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
