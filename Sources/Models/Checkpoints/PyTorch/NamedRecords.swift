/// The tensors of a pickled state dict under their full names, in file order.
struct NamedRecords {
  /// Names and tensors.
  private(set) var tensors: [(name: String, record: TensorRecord)] = []
  /// Where in the pickle they were found and what was left out, for people.
  private(set) var notes: [String] = []
  /// Which of several sets of tensors they are; nil where there is one.
  private(set) var part: CheckpointPart?

  /// Dictionaries that training scripts wrap a state dict in, in order of preference.
  private static let rawRoots = [
    "state_dict", "net_state_dict", "model_state_dict", "params", "model",
  ]
  /// Those of averaged weights, which come before the raw ones that lie beside them.
  private static let averagedRoots = [
    "params_ema", "g_ema", "state_dict_ema", "ema_state_dict", "model_ema", "ema_model", "ema",
  ]

  private let machine: PickleMachine
  private let source: ByteSlice
  /// Which containers hold tensors directly; many names may stand for one container.
  private var holders: [Int: Bool] = [:]
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
  /// Names that a note lists.
  private static let mostListed = 20

  /// Walks a pickle's value from the root that `root` selects.
  ///
  /// - Throws: `corrupt`, `tooLarge`, `forbidden` for something foreign under that root, or `noSuchTensor` where
  ///   a root is asked for that is not there.
  init(
    _ value: PickleValue, of machine: PickleMachine, root: CheckpointRoot, source: ByteSlice
  ) throws(CheckpointError) {
    self.machine = machine
    self.source = source
    visitsLeft = min(Self.largestVisits, Self.leastVisits + Self.visitsInByte * source.count)
    lettersLeft = Self.lettersInByte * (Self.leastVisits + source.count)
    let start = try selectRoot(of: value, root)
    try collect(start, name: "", depth: 0)
    var seen: Set<String> = []
    let foreign = machine.foreign.map(\.name).filter { seen.insert($0).inserted }
    if !foreign.isEmpty {
      notes.append("left unread: \(foreign.prefix(Self.mostListed).joined(separator: ", "))")
    }
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
            + top.prefix(Self.mostListed).map(\.name).joined(separator: ", "))
      }
      notes.append("tensors under \(name)")
      var others: [String] = []
      for other in top where other.name != name && holdsTensors(other.value) {
        others.append(other.name)
      }
      part = CheckpointPart(name: name, others: others)
      return child.value
    case .automatic:
      let sets = sets(among: top)
      let averaged = sets.map(\.name).filter(CheckpointPart.isAveraged)
      let name =
        Self.averagedRoots.first(where: averaged.contains)
        ?? (averaged.count == 1 ? averaged[0] : nil)
        ?? Self.rawRoots.first { root in sets.contains { $0.name == root } }
      guard let name, let child = sets.first(where: { $0.name == name }) else { return value }
      let rest = top.map(\.name).filter { $0 != name }
      notes.append(
        "tensors under \(name)"
          + (rest.isEmpty
            ? "" : " (not read: \(rest.prefix(Self.mostListed).joined(separator: ", ")))"))
      let others = sets.map(\.name).filter { $0 != name }
      if !others.isEmpty { part = CheckpointPart(name: name, others: others) }
      return child.value
    }
  }

  /// The parts of the outermost dictionary that are state dicts, judged by their names.
  ///
  /// Averaged weights may lie inside the state of what averages. Of parts of one name the first counts.
  private mutating func sets(
    among top: [(name: String, value: PickleValue)]
  ) -> [(name: String, value: PickleValue)] {
    var sets: [(name: String, value: PickleValue)] = []
    var seen: Set<String> = []
    for part in top where seen.insert(part.name).inserted {
      let isAveraged = CheckpointPart.isAveraged(part.name)
      guard isAveraged || Self.rawRoots.contains(part.name) else { continue }
      var holds = holdsTensors(part.value)
      if isAveraged && !holds {
        for child in children(of: part.value) where isDictionary(child.value) && !holds {
          holds = holdsTensors(child.value)
        }
      }
      if holds { sets.append(part) }
    }
    return sets
  }

  private mutating func holdsTensors(_ value: PickleValue) -> Bool {
    guard case .object(let index) = value else { return false }
    if let known = holders[index] { return known }
    let holds = children(of: value).contains {
      if case .tensor = $0.value { true } else { false }
    }
    holders[index] = holds
    return holds
  }

  private func isDictionary(_ value: PickleValue) -> Bool {
    guard case .object(let index) = value else { return false }
    if case .dictionary = machine.objects[index] { return true }
    return false
  }

  /// What lies below a value under a name of its own; empty for anything that is no container.
  private func children(of value: PickleValue) -> [(name: String, value: PickleValue)] {
    guard case .object(let index) = value else { return [] }
    switch machine.objects[index] {
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
    if let foreign = foreignIndex(in: value) {
      throw machine.refusal(of: foreign, under: name)
    }
    for child in children(of: value) {
      try collect(
        child.value, name: name.isEmpty ? child.name : "\(name).\(child.name)", depth: depth + 1)
    }
  }

  /// The foreign name that a value is made of, or that is one of its keys; nil for data.
  private func foreignIndex(in value: PickleValue) -> Int? {
    if case .foreign(let index) = value { return index }
    guard case .object(let index) = value, case .dictionary(let pairs) = machine.objects[index]
    else { return nil }
    return pairs.lazy.compactMap { if case .foreign(let key) = $0.key { key } else { nil } }.first
  }
}
