/// The tensors of a pickled state dict under their full names, in file order.
struct NamedRecords {
  /// Names and tensors.
  private(set) var tensors: [(name: String, record: TensorRecord)] = []
  /// Where in the pickle they were found and what was left out, for people.
  private(set) var notes: [String] = []

  /// Dictionaries that training scripts wrap a state dict in, in order of preference: averaged
  /// weights come before the raw ones that lie beside them.
  static let knownRoots = [
    "params_ema", "g_ema", "state_dict", "net_state_dict", "model_state_dict", "params", "model",
  ]

  private let objects: [PickleObject]
  private let source: ByteSlice
  private var visitsLeft: Int
  private var lettersLeft: Int

  private static let largestDepth = 64
  private static let largestVisits = 1 << 20
  private static let largestNameLength = 4096
  /// A value has at least a byte in the pickle, and a tensor more than its name, unless many share one.
  private static let visitsInByte = 4
  private static let lettersInByte = 16
  private static let leastVisits = 1 << 12
  private static let largestTensorCount = 1 << 17

  /// Walks a pickle's value from the root that `root` selects.
  ///
  /// - Throws: `corrupt`, `tooLarge`, or `noSuchTensor` where a root is asked for that is not there.
  init(
    _ value: PickleValue, objects: [PickleObject], root: CheckpointRoot, source: ByteSlice
  ) throws(CheckpointError) {
    self.objects = objects
    self.source = source
    visitsLeft = min(Self.largestVisits, Self.leastVisits + Self.visitsInByte * source.count)
    lettersLeft = Self.lettersInByte * (Self.leastVisits + source.count)
    let start = try selectRoot(of: value, root)
    try collect(start, name: "", depth: 0)
    stripModulePrefix()
  }

  private mutating func selectRoot(
    of value: PickleValue, _ root: CheckpointRoot
  ) throws(CheckpointError) -> PickleValue {
    let top = children(of: value)
    switch root {
    case .whole: return value
    case .named(let name):
      guard let child = top.first(where: { $0.name == name }) else {
        throw source.failure(
          .noSuchTensor,
          "has no part named \(name); its parts are "
            + top.prefix(20).map(\.name).joined(separator: ", "))
      }
      notes.append("tensors under \(name)")
      return child.value
    case .automatic:
      guard
        let name = Self.knownRoots.first(where: { root in
          top.contains { $0.name == root && holdsTensors($0.value) }
        }), let child = top.first(where: { $0.name == name })
      else { return value }
      let rest = top.map(\.name).filter { $0 != name }
      notes.append(
        "tensors under \(name)"
          + (rest.isEmpty ? "" : " (not read: \(rest.prefix(20).joined(separator: ", ")))"))
      return child.value
    }
  }

  private func holdsTensors(_ value: PickleValue) -> Bool {
    children(of: value).contains {
      if case .tensor = $0.value { true } else { false }
    }
  }

  /// What lies below a value under a name of its own; empty for anything that is no container.
  private func children(of value: PickleValue) -> [(name: String, value: PickleValue)] {
    guard case .object(let index) = value else { return [] }
    switch objects[index] {
    case .tuple(let items), .list(let items):
      return items.enumerated().map { (String($0.offset), $0.element) }
    case .dictionary(let pairs):
      return pairs.compactMap { pair in
        switch pair.key {
        case .text(let key): (key, pair.value)
        case .integer(let key): (String(key), pair.value)
        default: nil
        }
      }
    case .instance(let state): return children(of: state)
    }
  }

  private mutating func collect(
    _ value: PickleValue, name: String, depth: Int
  ) throws(CheckpointError) {
    visitsLeft -= 1
    lettersLeft -= name.utf8.count
    guard visitsLeft >= 0, lettersLeft >= 0, depth <= Self.largestDepth,
      name.utf8.count <= Self.largestNameLength, tensors.count < Self.largestTensorCount
    else { throw source.failure(.tooLarge, "nests its tensors too deeply or too often") }
    if case .tensor(let record) = value {
      tensors.append((name.isEmpty ? CheckpointTensor.soleName : name, record))
      return
    }
    for child in children(of: value) {
      try collect(
        child.value, name: name.isEmpty ? child.name : "\(name).\(child.name)", depth: depth + 1)
    }
  }

  /// `torch.nn.DataParallel` puts `module.` before every name; it is removed where all have it.
  private mutating func stripModulePrefix() {
    let prefix = "module."
    guard !tensors.isEmpty, tensors.allSatisfy({ $0.name.hasPrefix(prefix) }) else { return }
    tensors = tensors.map { (String($0.name.dropFirst(prefix.count)), $0.record) }
    notes.append("prefix \(prefix) removed")
  }
}
