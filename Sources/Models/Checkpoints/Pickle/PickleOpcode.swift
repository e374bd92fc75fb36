/// The pickle instructions that describe data.
///
/// Source: Python's `pickletools`.
enum PickleOpcode: UInt8 {
  case mark = 0x28  // (
  case emptyTuple = 0x29  // )
  case stop = 0x2E  // .
  case binaryFloat = 0x47  // G
  case binaryInteger = 0x4A  // J
  case byte = 0x4B  // K
  case short = 0x4D  // M
  case none = 0x4E  // N
  case binaryPersistentIdentifier = 0x51  // Q
  case reduce = 0x52  // R
  case binaryString = 0x54  // T
  case shortBinaryString = 0x55  // U
  case binaryUnicode = 0x58  // X
  case emptyList = 0x5D  // ]
  case append = 0x61  // a
  case build = 0x62  // b
  case global = 0x63  // c
  case appends = 0x65  // e
  case get = 0x68  // h
  case longGet = 0x6A  // j
  case put = 0x71  // q
  case longPut = 0x72  // r
  case setItem = 0x73  // s
  case tuple = 0x74  // t
  case setItems = 0x75  // u
  case emptyDictionary = 0x7D  // }
  case protocolVersion = 0x80
  case newObject = 0x81
  case tupleOfOne = 0x85
  case tupleOfTwo = 0x86
  case tupleOfThree = 0x87
  case newTrue = 0x88
  case newFalse = 0x89
  case long = 0x8A
  case binaryBytes = 0x42  // B
  case shortBinaryBytes = 0x43  // C
  case shortBinaryUnicode = 0x8C
  case stackGlobal = 0x93
  case memoize = 0x94
  case frame = 0x95
  case longBinaryBytes = 0x8E
  case emptySet = 0x8F
  case addItems = 0x90

  /// Whether only pickles of whole modules are read with it.
  var isOfModules: Bool { [.longBinaryBytes, .emptySet, .addItems].contains(self) }

  /// Python's name of an instruction that is not read, for error messages.
  static func refusedName(_ code: UInt8) -> String {
    let names: [UInt8: String] = [
      0x30: "POP", 0x31: "POP_MARK", 0x32: "DUP", 0x46: "FLOAT", 0x49: "INT", 0x4C: "LONG",
      0x50: "PERSID", 0x53: "STRING", 0x56: "UNICODE", 0x64: "DICT", 0x67: "GET", 0x69: "INST",
      0x6C: "LIST", 0x6F: "OBJ", 0x70: "PUT", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4",
      0x8B: "LONG4", 0x8D: "BINUNICODE8", 0x8E: "BINBYTES8", 0x8F: "EMPTY_SET",
      0x90: "ADDITEMS", 0x91: "FROZENSET", 0x92: "NEWOBJ_EX", 0x96: "BYTEARRAY8",
      0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
    ]
    let number = "0x" + String(code, radix: 16)
    return names[code].map { "\($0) (\(number))" } ?? number
  }
}
