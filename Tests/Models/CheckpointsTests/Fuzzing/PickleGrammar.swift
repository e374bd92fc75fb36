import Tensors
import TestSupport

/// Writes pickles that are nearly right: values of every kind, shared and cyclic through the memo, in an
/// archive or a legacy file.
struct PickleGrammar {
  private var random: SplitMix64
  private var memo = 0
  private var left: Int
  private let isScript: Bool

  private init(_ random: SplitMix64, isScript: Bool) {
    self.random = random
    self.isScript = isScript
    left = 0
    left = [8, 60, 2000][self.random.nextIndex(below: 3)]
  }

  /// A file with such a pickle, now and then damaged.
  static func file(_ mutator: inout Mutator) -> [UInt8] {
    let isScript = mutator.random.nextIndex(below: 3) == 0
    var grammar = PickleGrammar(SplitMix64(seed: mutator.random.next()), isScript: isScript)
    var pickle = [0x80, 2] + grammar.value(depth: 0) + [0x2E]
    if mutator.random.nextIndex(below: 3) == 0 { pickle = mutator.mutated(pickle, with: pickle) }
    if mutator.random.nextIndex(below: 3) == 0 { return legacy(pickle) }
    var archive = TestArchive(entries: [
      .init(name: "a/data.pkl", data: pickle), .init(name: "a/data/0", data: [UInt8](0..<8)),
    ])
    if isScript {
      archive.entries.append(.init(name: "a/constants.pkl", data: [0x80, 2, 0x29, 0x2E]))
    }
    return archive.bytes
  }

  /// Magic number, protocol, system, object, keys, and one storage of two elements.
  private static func legacy(_ pickle: [UInt8]) -> [UInt8] {
    let magic: [UInt8] = [
      0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]
    let start = magic + [0x80, 2, 0x4D, 0xE9, 3, 0x2E] + [0x80, 2, 0x7D, 0x2E]
    let keys = [0x80, 2, 0x5D] + TestPickle.text("0") + [0x61, 0x2E]
    return start + pickle + keys + [2, 0, 0, 0, 0, 0, 0, 0] + [UInt8](0..<8)
  }

  /// Instructions that leave one value on the stack.
  private mutating func value(depth: Int) -> [UInt8] {
    left -= 1
    guard left > 0, depth < 80 else { return TestPickle.text("end") }
    switch random.nextIndex(below: 15) {
    case 0:
      let scalars: [[UInt8]] = [[0x4E], [0x88], [0x4B, 7], [0x4A, 0xFF, 0xFF, 0xFF, 0xFF]]
      return scalars.randomElement(&random)
    case 1: return TestPickle.integer(Int64(truncatingIfNeeded: random.next()))
    case 2, 3: return tensor()
    case 4: return remembered()
    case 5: return Self.joined([0x28], values(depth), [0x74])
    case 6: return Self.joined([0x5D], put(), [0x28], values(depth), [0x65])
    case 7:
      let size = TestPickle.global("torch", "Size")
      return Self.joined(size, [0x5D, 0x28], values(depth), [0x65, 0x85, 0x52])
    case 8:
      let parameter = TestPickle.global("torch._utils", "_rebuild_parameter")
      return Self.joined(parameter, [0x28], value(depth: depth + 1), [0x89, 0x4E, 0x74, 0x52])
    case 9 where isScript:
      let object = TestPickle.global("__torch__", "M")
      return Self.joined(object, [0x29, 0x81], put(), dictionary(depth), [0x62])
    case 10: return orderedDictionary(depth)
    case 11:
      // A name outside the list: called, given attributes, filled as a list.
      let made = Self.joined(TestPickle.global("numpy", "dtype"), [0x29, 0x52], put())
      return Self.joined(made, dictionary(depth), [0x62, 0x28], values(depth), [0x65])
    default: return dictionary(depth)
    }
  }

  private static func joined(_ pieces: [UInt8]...) -> [UInt8] { Array(pieces.joined()) }

  private mutating func values(_ depth: Int) -> [UInt8] {
    var values: [UInt8] = []
    for _ in 0..<random.nextIndex(below: 5) { values += value(depth: depth + 1) }
    return values
  }

  /// A container is remembered before it is filled, so that it may come to hold itself.
  private mutating func dictionary(_ depth: Int) -> [UInt8] {
    Self.joined([0x7D], put(), [0x28], pairs(depth, closing: []), [0x75])
  }

  private mutating func orderedDictionary(_ depth: Int) -> [UInt8] {
    let name = TestPickle.global("collections", "OrderedDict")
    return Self.joined(
      name, [0x5D], pairs(depth, closing: [0x86, 0x61]), [0x85, 0x52], put())
  }

  /// Keys and values, with instructions behind each two.
  private mutating func pairs(_ depth: Int, closing: [UInt8]) -> [UInt8] {
    var pairs: [UInt8] = []
    for _ in 0..<random.nextIndex(below: 5) {
      pairs += key()
      pairs += value(depth: depth + 1)
      pairs += closing
    }
    return pairs
  }

  private mutating func key() -> [UInt8] {
    TestPickle.text(
      ["w", "state_dict", "module.w", "params_ema", "a.b", "", "w"].randomElement(&random))
  }

  private mutating func put() -> [UInt8] {
    memo += 1
    return [0x72] + little(memo - 1)
  }

  private mutating func remembered() -> [UInt8] {
    [0x6A] + little(random.nextIndex(below: memo + 1))
  }

  private mutating func tensor() -> [UInt8] {
    let numbers: [Int64] = [2, 2, 2, 1, 0, -1, .max, 1 << 33, 3]
    var picked: [Int64] = []
    for _ in 0..<4 { picked.append(numbers.randomElement(&random)) }
    let isSound = random.nextIndex(below: 4) > 0
    let whole = TestPickle.tensor(
      count: isSound ? 2 : picked[0], offset: isSound ? 0 : picked[1],
      shape: isSound ? [2] : [picked[2]], strides: isSound ? [1] : [picked[3]])
    // Without the protocol, the dictionary and its name before, and SETITEM and STOP behind.
    return Array(whole.dropFirst(6).dropLast(2))
  }

  private func little(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

extension Array {
  /// One of the elements, the same on every platform.
  fileprivate func randomElement(_ random: inout SplitMix64) -> Element {
    self[random.nextIndex(below: count)]
  }
}
