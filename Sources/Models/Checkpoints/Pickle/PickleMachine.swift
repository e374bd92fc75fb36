/// Reads a pickle as data.
///
/// The instructions are a closed list (`PickleOpcode`); any other ends the reading with an error that says which
/// and where. So are the names that data are made with (`PickleGlobal`). Trainers keep more beside a state dict,
/// such as their callbacks: what another name makes is read as an inert record, and refused where tensors
/// are looked for. Nothing is imported, called or executed. Time and memory are bounded by a budget of steps, which
/// grows with the file: a pickle that copies what it has said once over and over runs out of it.
struct PickleMachine {
  /// Containers that were built; `PickleValue.object` is an index into them.
  var objects: [PickleObject] = []
  /// Every storage that was named, by its key; the first mention counts.
  private(set) var references: [String: StorageReference] = [:]
  /// Elements of storages that lie in the pickle itself, by their key.
  private(set) var embedded: [String: EmbeddedStorage] = [:]
  /// Every name outside the list that was asked for.
  private(set) var foreign: [ForeignName] = []
  var reader: ByteReader
  let allowsScript: Bool
  let allowsModules: Bool
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var budget: Int
  private let allowance: Int

  /// Steps and copied items that one pickle may take; published checkpoints take some ten thousand.
  static let largestBudget = 1 << 21
  /// Every instruction has a byte, and what the writers of checkpoints copy they have written out.
  private static let stepsInByte = 4
  private static let leastBudget = 1 << 12

  /// Prepares to read the pickle that starts at the reader's position.
  init(_ reader: ByteReader, allowsScript: Bool = false, allowsModules: Bool = false) {
    self.reader = reader
    self.allowsScript = allowsScript
    self.allowsModules = allowsModules
    allowance = min(
      Self.largestBudget, Self.leastBudget + Self.stepsInByte * reader.slice.count)
    budget = allowance
  }

  /// Reads up to and including STOP and returns what was on top.
  ///
  /// - Throws: `forbidden` for an instruction outside the list, otherwise `truncated`, `corrupt` or
  ///   `tooLarge`.
  mutating func run() throws(CheckpointError) -> PickleValue {
    while true {
      let start = reader.position
      try spend(1)
      let code = try reader.integer(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: code), allowsModules || !opcode.isOfModules else {
        throw reader.failure(
          .forbidden,
          "uses the pickle instruction \(PickleOpcode.refusedName(code)), "
            + "which is not read,", at: start)
      }
      if opcode == .stop { return try pop() }
      try execute(opcode, at: start)
    }
  }

  private mutating func execute(
    _ opcode: PickleOpcode, at start: Int
  ) throws(CheckpointError) {
    switch opcode {
    case .none, .newTrue, .newFalse, .binaryInteger, .byte, .short, .long, .binaryFloat,
      .binaryUnicode, .shortBinaryUnicode, .binaryString, .shortBinaryString, .binaryBytes,
      .shortBinaryBytes, .longBinaryBytes:
      push(try scalar(opcode))
    case .mark, .emptyTuple, .tuple, .tupleOfOne, .tupleOfTwo, .tupleOfThree, .emptyList, .append,
      .appends, .emptyDictionary, .setItem, .setItems, .emptySet, .addItems:
      try arrange(opcode)
    case .put, .longPut, .memoize, .get, .longGet: try recall(opcode)
    case .global, .stackGlobal: push(try global(opcode, at: start))
    case .binaryPersistentIdentifier:
      let stored = try stored(try pop())
      if case .storage(let reference) = stored, references[reference.key] == nil {
        references[reference.key] = reference
      }
      push(stored)
    case .reduce:
      let arguments = try pop()
      push(try reduced(try pop(), arguments))
    case .newObject:
      let arguments = try pop()
      push(try newObject(try pop(), arguments))
    case .build:
      let state = try pop()
      push(try built(try pop(), state))
    case .protocolVersion: _ = try reader.integer(UInt8.self)
    case .frame: _ = try reader.integer(UInt64.self)
    case .stop: break
    }
  }

  // MARK: Stack

  mutating func spend(_ steps: Int) throws(CheckpointError) {
    budget -= steps
    guard budget >= 0 else {
      throw reader.failure(.tooLarge, "takes more than \(allowance) steps")
    }
  }

  /// Adds a container and returns its name.
  mutating func make(_ object: PickleObject) -> PickleValue {
    objects.append(object)
    return .object(objects.count - 1)
  }

  private mutating func push(_ value: PickleValue) { stack.append(value) }

  private mutating func pop() throws(CheckpointError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
      throw reader.failure(.corrupt, "takes a value from an empty stack")
    }
    return value
  }

  private mutating func popToMark() throws(CheckpointError) -> [PickleValue] {
    guard let mark = marks.popLast() else {
      throw reader.failure(.corrupt, "closes a group that was never opened")
    }
    let items = [PickleValue](stack[mark...])
    stack.removeSubrange(mark...)
    return items
  }

  private mutating func popTuple(of count: Int) throws(CheckpointError) -> PickleValue {
    var items: [PickleValue] = []
    for _ in 0..<count { items.append(try pop()) }
    return make(.tuple(items.reversed()))
  }

  // MARK: Instructions

  private mutating func scalar(_ opcode: PickleOpcode) throws(CheckpointError) -> PickleValue {
    switch opcode {
    case .newTrue: return .boolean(true)
    case .newFalse: return .boolean(false)
    case .binaryInteger: return .integer(Int(try reader.integer(Int32.self)))
    case .byte: return .integer(Int(try reader.integer(UInt8.self)))
    case .short: return .integer(Int(try reader.integer(UInt16.self)))
    case .long: return integer(try reader.bytes(Int(try reader.integer(UInt8.self))).array)
    case .binaryFloat:
      return .real(Double(bitPattern: try reader.integer(UInt64.self).byteSwapped))
    case .binaryUnicode, .binaryString:
      return try text(length: Int(try reader.integer(UInt32.self)))
    case .shortBinaryUnicode, .shortBinaryString:
      return try text(length: Int(try reader.integer(UInt8.self)))
    case .binaryBytes: return bytes(try reader.bytes(Int(try reader.integer(UInt32.self))))
    case .shortBinaryBytes: return bytes(try reader.bytes(Int(try reader.integer(UInt8.self))))
    case .longBinaryBytes:
      let length = try reader.integer(UInt64.self)
      return bytes(try reader.bytes(Int(clamping: length)))
    default: return .none
    }
  }

  /// Python 2 wrote names as byte strings, so anything that is not UTF-8 is no name.
  private mutating func text(length: Int) throws(CheckpointError) -> PickleValue {
    try reader.bytes(length).text.map { .text($0) } ?? .bytes
  }

  private func bytes(_ slice: ByteSlice) -> PickleValue {
    allowsModules ? .data(slice) : .bytes
  }

  /// Keeps a storage that lies in the pickle itself.
  mutating func embed(_ storage: EmbeddedStorage) -> PickleValue {
    let reference = StorageReference(
      key: "embedded \(embedded.count)", elementType: storage.elementType, count: storage.count)
    embedded[reference.key] = storage
    return .storage(reference)
  }

  private func integer(_ bytes: [UInt8]) -> PickleValue {
    guard bytes.count <= 8 else { return .wideInteger(bytes) }
    let sign: UInt64 = bytes.last.map { $0 & 0x80 != 0 } == true ? .max : 0
    let pattern = bytes.reversed().reduce(sign) { $0 << 8 | UInt64($1) }
    return .integer(Int(Int64(bitPattern: pattern)))
  }

  private mutating func arrange(_ opcode: PickleOpcode) throws(CheckpointError) {
    switch opcode {
    case .mark: marks.append(stack.count)
    case .emptyTuple: push(make(.tuple([])))
    case .tuple: push(make(.tuple(try popToMark())))
    case .tupleOfOne: push(try popTuple(of: 1))
    case .tupleOfTwo: push(try popTuple(of: 2))
    case .tupleOfThree: push(try popTuple(of: 3))
    // Of a set, too, only the members matter.
    case .emptyList, .emptySet: push(make(.list([])))
    case .append: try extendList(with: [try pop()])
    case .appends, .addItems: try extendList(with: try popToMark())
    case .emptyDictionary: push(make(.dictionary([])))
    case .setItem:
      let value = try pop()
      try extendDictionary(with: [try pop(), value])
    default: try extendDictionary(with: try popToMark())
    }
  }

  private mutating func extendList(with items: [PickleValue]) throws(CheckpointError) {
    let target = try pop()
    if case .foreign = target { return push(target) }
    guard case .object(let index) = target, case .list(var list) = objects[index] else {
      throw reader.failure(.corrupt, "appends to something that is not a list")
    }
    // Taken out of its place while it grows, so that it is not copied.
    objects[index] = .list([])
    list.append(contentsOf: items)
    objects[index] = .list(list)
    push(target)
  }

  private mutating func extendDictionary(with items: [PickleValue]) throws(CheckpointError) {
    let target = try pop()
    if case .foreign = target { return push(target) }
    guard case .object(let index) = target, case .dictionary(var pairs) = objects[index],
      items.count.isMultiple(of: 2)
    else { throw reader.failure(.corrupt, "sets items of something that is not a dictionary") }
    objects[index] = .dictionary([])
    for pair in stride(from: 0, to: items.count, by: 2) {
      pairs.append((items[pair], items[pair + 1]))
    }
    objects[index] = .dictionary(pairs)
    push(target)
  }

  private mutating func recall(_ opcode: PickleOpcode) throws(CheckpointError) {
    switch opcode {
    case .memoize: memo[memo.count] = try top()
    case .put: memo[Int(try reader.integer(UInt8.self))] = try top()
    case .longPut: memo[Int(try reader.integer(UInt32.self))] = try top()
    default:
      let index =
        opcode == .get
        ? Int(try reader.integer(UInt8.self)) : Int(try reader.integer(UInt32.self))
      guard let value = memo[index] else {
        throw reader.failure(.corrupt, "recalls value \(index), which it never kept,")
      }
      push(value)
    }
  }

  private func top() throws(CheckpointError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else {
      throw reader.failure(.corrupt, "keeps a value of an empty stack")
    }
    return value
  }

  private mutating func global(
    _ opcode: PickleOpcode, at start: Int
  ) throws(CheckpointError) -> PickleValue {
    let module: String
    let name: String
    if opcode == .global {
      module = try reader.line().text ?? "?"
      name = try reader.line().text ?? "?"
    } else {
      guard case .text(let second) = try pop(), case .text(let first) = try pop() else {
        throw reader.failure(.corrupt, "names a global by something that is not text", at: start)
      }
      (module, name) = (first, second)
    }
    if let global = PickleGlobal(
      module: module, name: name, allowsScript: allowsScript, allowsModules: allowsModules)
    {
      return .global(global)
    }
    let shown = "\(module).\(name)".prefix(100).filter { !$0.isNewline }
    foreign.append(ForeignName(name: shown, offset: start))
    return .foreign(foreign.count - 1)
  }
}
