/// NVIDIA's generators: bare pickles of whole modules, `{"G": …, "D": …, "G_ema": …}`.
///
/// A module is an inert record of its attributes; neither its class nor the source that lies beside it is read. Names are
/// put together as `state_dict` does, from `_parameters`, `_buffers` and `_modules`; tensors that are plain attributes,
/// such as the axes of a renderer's planes, are added under their own names.
///
/// Source: `NVlabs/stylegan2-ada-pytorch`, `torch_utils/persistence.py`, `legacy.py`.
enum PickledModules {
  /// What such a file names near its beginning.
  private static let sign = [UInt8]("torch_utils.persistence".utf8)
  private static let searched = 1 << 16
  private static let averaged = "G_ema"

  /// Whether a file is one.
  static func recognizes(_ file: ByteSlice) -> Bool {
    guard file.has([0x80]), let start = file.part(at: 0, count: min(file.count, searched)),
      let bytes = try? start.array
    else { return false }
    return bytes.indices.dropLast(sign.count - 1).contains { index in
      bytes[index] == sign[0] && bytes[index..<index + sign.count].elementsEqual(sign)
    }
  }

  /// Reads the names of one network; elements stay where they are.
  ///
  /// - Throws: what the pickle machine and the layout checks throw; `noSuchTensor` for a network that is not there.
  static func read(
    _ file: ByteSlice, root: CheckpointRoot
  ) throws(CheckpointError) -> CheckpointContents {
    var machine = PickleMachine(ByteReader(file, label: "the pickle"), allowsModules: true)
    let value = try machine.run()
    let networks = machine.attributes(of: value)
    let name = if case .named(let name) = root { name } else { averaged }
    guard let network = networks.first(where: { $0.name == name }) else {
      throw file.failure(
        .noSuchTensor,
        "has no network named \(name); its parts are "
          + networks.prefix(20).map(\.name).joined(separator: ", "))
    }
    var collector = ModuleTensors(machine: machine, source: file)
    try collector.collect(network.value, name: "", depth: 0)
    let others = networks.map(\.name).filter { $0 != name }
    return CheckpointContents(
      format: .pickledModules, tensors: collector.tensors, notes: ["tensors under \(name)"],
      part: CheckpointPart(name: name, others: others))
  }
}

/// A storage whose elements lie in the pickle.
struct EmbeddedStorage: Sendable {
  let elementType: ElementType
  let elements: ByteSlice
  let isBigEndian: Bool

  var count: Int { elements.count / elementType.byteCount }
}

extension PickleMachine {
  /// The attributes of a module, or the items of a dictionary, that have text for a name; empty for anything else.
  fileprivate func attributes(of value: PickleValue) -> [(name: String, value: PickleValue)] {
    guard case .object(let index) = value else { return [] }
    switch objects[index] {
    case .dictionary(let pairs):
      return pairs.compactMap { pair in
        if case .text(let name) = pair.key { (name, pair.value) } else { nil }
      }
    case .instance(let state):
      // A class of its own is no module in itself.
      if case .object(let inner) = state, case .dictionary = objects[inner] {
        return attributes(of: state)
      }
      return []
    case .tuple, .list: return []
    }
  }
}

/// The tensors of a module and of those below it.
private struct ModuleTensors {
  let machine: PickleMachine
  let source: ByteSlice
  private(set) var tensors: [CheckpointTensor] = []
  private var visitsLeft: Int

  private static let largestDepth = 64
  private static let largestVisits = 1 << 20
  private static let largestNameLength = 4096

  init(machine: PickleMachine, source: ByteSlice) {
    self.machine = machine
    self.source = source
    visitsLeft = min(Self.largestVisits, 4 * source.count + 1 << 12)
  }

  mutating func collect(
    _ module: PickleValue, name: String, depth: Int
  ) throws(CheckpointError) {
    let attributes = machine.attributes(of: module)
    let passing = passing(among: attributes)
    for attribute in attributes {
      try visit(name, depth)
      switch attribute.name {
      case "_parameters", "_buffers":
        for item in machine.attributes(of: attribute.value) where !passing.contains(item.name) {
          try add(item.value, named: joined(name, item.name))
        }
      case "_modules":
        for item in machine.attributes(of: attribute.value) {
          try collect(item.value, name: joined(name, item.name), depth: depth + 1)
        }
      default: try add(attribute.value, named: joined(name, attribute.name))
      }
    }
  }

  /// Names of buffers that a state dict leaves out.
  private func passing(among attributes: [(name: String, value: PickleValue)]) -> Set<String> {
    guard let set = attributes.first(where: { $0.name == "_non_persistent_buffers_set" }),
      case .object(let index) = set.value, case .list(let items) = machine.objects[index]
    else { return [] }
    return Set(items.compactMap { if case .text(let name) = $0 { name } else { nil } })
  }

  private func joined(_ prefix: String, _ name: String) -> String {
    prefix.isEmpty ? name : "\(prefix).\(name)"
  }

  private mutating func visit(_ name: String, _ depth: Int) throws(CheckpointError) {
    visitsLeft -= 1
    guard visitsLeft >= 0, depth <= Self.largestDepth, name.utf8.count <= Self.largestNameLength
    else { throw source.failure(.tooLarge, "nests its modules too deeply or too often") }
  }

  private mutating func add(_ value: PickleValue, named name: String) throws(CheckpointError) {
    if case .foreign(let index) = value { throw machine.refusal(of: index, under: name) }
    guard case .tensor(let record) = value else { return }
    try visit(name, 0)
    guard let storage = machine.embedded[record.storage.key] else {
      throw source.failure(.corrupt, "the elements of tensor \(name) are not in the file")
    }
    tensors.append(
      try record.tensor(
        named: name, storage: .slice(storage.elements), isBigEndian: storage.isBigEndian))
  }
}
