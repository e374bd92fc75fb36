/// What the allowed names do with their arguments.
///
/// What is made by, of or into something foreign is that inert record.
extension PickleMachine {
  /// REDUCE: arranges the arguments of an allowed name as data.
  mutating func reduced(
    _ callee: PickleValue, _ arguments: PickleValue
  ) throws(CheckpointError) -> PickleValue {
    if case .foreign = callee { return callee }
    guard case .global(let global) = callee else {
      throw reader.failure(.forbidden, "calls something that is not a known name")
    }
    let arguments = try items(of: arguments, "arguments")
    if let foreign = arguments.first(where: \.isForeign) { return foreign }
    switch global {
    case .orderedDictionary: return try orderedDictionary(arguments)
    case .size:
      let extents = try items(of: arguments.first ?? .none, "a size")
      // The list that they come from may change and then takes its own copy.
      try spend(extents.count)
      return make(.tuple(extents))
    // Where a tensor once lived does not matter here.
    case .device: return .none
    case .rebuildTensor, .rebuildTensorWithHooks, .rebuildTensorWithType:
      return .tensor(try tensor(global, arguments))
    case .rebuildParameter:
      guard let data = arguments.first, case .tensor = data else {
        throw reader.failure(.corrupt, "makes a parameter of something that is not a tensor")
      }
      return data
    case .scriptList: return arguments.first ?? .none
    case .persistentModule: return try persistentModule(arguments)
    case .easyDictionary: return try orderedDictionary(arguments)
    case .embeddedStorage:
      guard case .data(let file)? = arguments.first else {
        throw reader.failure(.corrupt, "makes a storage of something that is not bytes")
      }
      return embed(try TorchLegacy.storage(in: file))
    case .set:
      let members = try items(of: arguments.first ?? .none, "a set")
      try spend(members.count)
      return make(.list(members))
    case .numPyNumber: return .none
    case .numPyType: return make(.instance(state: .none))
    case .storage, .untypedStorage, .elementType, .scriptClass, .moduleClass:
      throw reader.failure(.forbidden, "calls a type that only names elements or attributes")
    }
  }

  /// NEWOBJ: an empty object of an allowed class.
  mutating func newObject(
    _ callee: PickleValue, _ arguments: PickleValue
  ) throws(CheckpointError) -> PickleValue {
    switch callee {
    case .foreign: callee
    case .global(.scriptClass), .global(.moduleClass): make(.instance(state: .none))
    case .global(.orderedDictionary), .global(.rebuildParameter), .global(.size),
      .global(.easyDictionary):
      try reduced(callee, arguments)
    default:
      throw reader.failure(.forbidden, "creates an object of a class that is not data")
    }
  }

  /// BUILD: attributes of an object; those of a dictionary (`_metadata`) carry no tensors.
  mutating func built(
    _ target: PickleValue, _ state: PickleValue
  ) throws(CheckpointError) -> PickleValue {
    if let foreign = [target, state].first(where: \.isForeign) { return foreign }
    if case .tensor = target { return target }
    guard case .object(let index) = target else {
      throw reader.failure(.forbidden, "sets attributes of something that has none")
    }
    switch objects[index] {
    case .dictionary: break
    case .instance: objects[index] = .instance(state: state)
    case .tuple, .list:
      throw reader.failure(.forbidden, "sets attributes of something that has none")
    }
    return target
  }

  /// A persistent identifier: `("storage", type, key, location, count[, view])`.
  ///
  /// Source: pytorch/pytorch, torch/serialization.py, `persistent_load`.
  func stored(_ identifier: PickleValue) throws(CheckpointError) -> PickleValue {
    let fields = try items(of: identifier, "a storage")
    if fields.count > 1, case .text("storage") = fields[0], fields[1].isForeign {
      return fields[1]
    }
    guard fields.count >= 5, case .text("storage") = fields[0], case .global(let type) = fields[1],
      case .text(let key) = fields[2], case .integer(let count) = fields[4], count >= 0
    else {
      if case .text("module")? = fields.first {
        throw reader.failure(.forbidden, "holds a whole module instead of its state dict")
      }
      throw reader.failure(.corrupt, "names a storage in an unknown way")
    }
    var reference: StorageReference
    switch type {
    case .storage(let element):
      reference = StorageReference(key: key, elementType: element, count: count)
    case .untypedStorage:
      reference = StorageReference(key: key, elementType: nil, count: count)
    default: throw reader.failure(.corrupt, "names a storage of an unknown type")
    }
    if fields.count > 5, case .object = fields[5] {
      try view(of: &reference, try items(of: fields[5], "a storage view"))
    }
    return .storage(reference)
  }

  private func view(
    of reference: inout StorageReference, _ fields: [PickleValue]
  ) throws(CheckpointError) {
    guard fields.count == 3, case .integer(let offset) = fields[1],
      case .integer(let count) = fields[2], offset >= 0, count >= 0,
      offset <= reference.count, count <= reference.count - offset
    else { throw reader.failure(.corrupt, "views a storage outside its bounds") }
    reference.offset = offset
    reference.viewCount = count
  }

  /// A module as `{"type": "class", "version": 6, "module_src": …, "class_name": …, "state": …}`; its source is not read.
  private mutating func persistentModule(
    _ arguments: [PickleValue]
  ) throws(CheckpointError) -> PickleValue {
    guard let record = arguments.first, case .object(let index) = record,
      case .dictionary(let pairs) = objects[index]
    else { throw reader.failure(.corrupt, "records a module in an unknown way") }
    func value(_ key: String) -> PickleValue? {
      pairs.last { if case .text(key) = $0.key { true } else { false } }?.value
    }
    guard case .integer(6)? = value("version"), case .text("class")? = value("type"),
      let state = value("state")
    else { throw reader.failure(.unsupported, "records a module in a version other than 6") }
    return make(.instance(state: state))
  }

  private mutating func orderedDictionary(
    _ arguments: [PickleValue]
  ) throws(CheckpointError) -> PickleValue {
    guard let source = arguments.first else { return make(.dictionary([])) }
    var pairs: [(key: PickleValue, value: PickleValue)] = []
    for pair in try items(of: source, "an ordered dictionary") {
      try spend(1)
      let pair = try items(of: pair, "an ordered dictionary's pair")
      guard pair.count == 2 else {
        throw reader.failure(.corrupt, "makes a dictionary of something that is not a pair")
      }
      pairs.append((pair[0], pair[1]))
    }
    return make(.dictionary(pairs))
  }

  /// `(storage, offset, shape, strides, …)`; version 3 has the element type as seventh argument.
  ///
  /// Source: pytorch/pytorch, torch/_utils.py, `_rebuild_tensor*`.
  private func tensor(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(CheckpointError) -> TensorRecord {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0],
      case .integer(let offset) = arguments[1]
    else { throw reader.failure(.corrupt, "describes a tensor in an unknown way") }
    var type = storage.elementType
    if global == .rebuildTensorWithType {
      guard arguments.count >= 7, case .global(.elementType(let element)) = arguments[6] else {
        throw reader.failure(.corrupt, "describes a tensor without its element type")
      }
      type = element
    }
    guard let type else {
      throw reader.failure(.corrupt, "describes a tensor of an untyped storage")
    }
    return TensorRecord(
      storage: storage, elementType: type, offset: offset,
      shape: try integers(arguments[2], "a shape"), strides: try integers(arguments[3], "strides"))
  }

  private func integers(
    _ value: PickleValue, _ what: String
  ) throws(CheckpointError) -> [Int] {
    var integers: [Int] = []
    let items = try items(of: value, what)
    guard items.count <= TensorLayout.largestRank else {
      throw reader.failure(.corrupt, "has \(what) of \(items.count) axes")
    }
    for item in items {
      guard case .integer(let integer) = item else {
        throw reader.failure(.corrupt, "has \(what) that is not a list of integers")
      }
      integers.append(integer)
    }
    return integers
  }

  private func items(
    of value: PickleValue, _ what: String
  ) throws(CheckpointError) -> [PickleValue] {
    if case .object(let index) = value {
      switch objects[index] {
      case .tuple(let items), .list(let items): return items
      case .dictionary, .instance: break
      }
    }
    throw reader.failure(.corrupt, "has \(what) in an unknown form")
  }

  /// Why what a foreign name makes is not read in place of a tensor.
  ///
  /// - Parameters:
  ///   - index: the name's place in `foreign`.
  ///   - key: where it stands; empty for all of the file.
  /// - Returns: an error that tells the name, the key and the place in the pickle.
  func refusal(of index: Int, under key: String) -> CheckpointError {
    let place = key.isEmpty ? "" : " under \(key.prefix(100))"
    return reader.failure(
      .forbidden,
      "asks for \(foreign[index].name)\(place), which is not among the names that a checkpoint may use,",
      at: foreign[index].offset)
  }
}

extension PickleValue {
  /// Whether this is an inert record of what a foreign name would make.
  fileprivate var isForeign: Bool { if case .foreign = self { true } else { false } }
}
