import Checkpoints
import Testing

@Suite struct HostilePickleTests {
  private func failure(_ pickle: [UInt8], storages: [String: [UInt8]] = [:]) -> CheckpointError? {
    let bytes = TestArchive.torch(pickle: pickle, storages: storages)
    return #expect(throws: CheckpointError.self) { try readEverything(bytes) }
  }

  @Test func filesThatWouldRunCodeAreRefusedByName() throws {
    let expected = [
      "system_zip.pth": ["posix.system", "system_zip/data.pkl"],
      "system_legacy.pth": ["posix.system", "the pickle"],
      "eval_zip.pth": ["__builtin__.eval"], "eval_legacy.pth": ["__builtin__.eval"],
      "module_zip.pth": ["torch.nn.modules.activation.PReLU"],
      "complex_zip.pth": ["torch.ComplexFloatStorage"],
    ]
    for (file, parts) in expected.sorted(by: { $0.key < $1.key }) {
      let error = #expect(throws: CheckpointError.self, "\(file)") {
        try Checkpoint.open(path: Goldens.path(file))
      }
      #expect(error?.kind == .forbidden, "\(file)")
      for part in parts + ["asks for", "at byte"] {
        #expect(error?.description.contains(part) == true, "\(file): \(String(describing: error))")
      }
    }
  }

  @Test func aGlobalIsNamedWithItsOffset() {
    let calls = [
      ("os", "system"), ("builtins", "eval"), ("subprocess", "Popen"), ("torch", "load"),
      ("torch._utils", "_rebuild_wrapper_subclass"), ("__torch__", "Module"),
      ("torch.jit._pickle", "build_intlist"), ("collections", "OrderedDict.popitem"),
    ]
    for (module, name) in calls {
      let call = TestPickle.text("true") + [0x85, 0x52, 0x2E]
      let error = failure([0x80, 2] + TestPickle.global(module, name) + call)
      #expect(error?.kind == .forbidden)
      #expect(
        error?.reason
          == "a/data.pkl asks for \(module).\(name), which is not among the names that a "
          + "checkpoint may use, at byte 2")
      let stacked = TestPickle.text(module) + TestPickle.text(name) + [0x93]
      #expect(failure([0x80, 4] + stacked + call)?.kind == .forbidden)
    }
  }

  @Test func anInstructionIsNamedWithItsOffset() {
    for (code, name) in [(UInt8(0x69), "INST (0x69)"), (0x82, "EXT1 (0x82)"), (0xFF, "0xff")] {
      let error = failure([0x80, 2, 0x7D, code, 0x2E])
      #expect(error?.kind == .forbidden)
      #expect(error?.reason.contains("the pickle instruction \(name)") == true)
      #expect(error?.reason.hasSuffix("at byte 3") == true)
    }
  }

  @Test func dataIsNeverCalled() {
    let dictionary: [UInt8] = [0x7D, 0x29, 0x52, 0x2E]
    let type = TestPickle.global("torch", "FloatStorage") + [0x29, 0x52, 0x2E]
    let state = TestPickle.global("torch", "Size") + [0x7D, 0x62, 0x2E]
    for pickle in [dictionary, type, state] { #expect(failure(pickle)?.kind == .forbidden) }
  }

  @Test func brokenStacksAreErrors() {
    let pickles: [[UInt8]] = [
      [], [0x2E], [0x74, 0x2E], [0x28, 0x2E], [0x4E, 0x61, 0x2E], [0x85, 0x2E], [0x71, 0, 0x2E],
      [0x68, 9, 0x2E], [0x7D, 0x28, 0x4E, 0x75, 0x2E], [0x4E, 0x51, 0x2E],
      [0x4E, 0x4E, 0x62, 0x2E],
      [0x4E, 0x28, 0x85, 0x2E], [0x58, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E], [0x8A, 0xFF, 0x2E],
      [0x63, 0x61], [0x5D, 0x28, 0x4E, 0x4E],
    ]
    for pickle in pickles { #expect(failure(pickle)?.kind != nil, "\(pickle)") }
  }

  @Test func impossibleTensorsAreErrors() {
    let big = Int64.max
    let layouts: [(count: Int64, offset: Int64, shape: [Int64], strides: [Int64])] = [
      (2, 0, [3], [1]), (2, 1, [2], [1]), (2, 0, [2], [2]), (2, -1, [1], [1]),
      (2, 0, [-1], [1]), (2, 0, [2], [-1]), (2, 0, [2, 1], [1]), (3, 0, [2], [1]),
      (big, 0, [big], [1]), (2, big, [1], [1]), (2, 0, [big, big], [0, 0]),
      (2, 0, [1 << 40], [0]), (2, 0, [2], [big]), (2, 0, [0, big, big], [1, 1, 1]),
      (-2, 0, [2], [1]), (2, 0, [Int64](repeating: 1, count: 65), [Int64](repeating: 1, count: 65)),
    ]
    for layout in layouts {
      let pickle = TestPickle.tensor(
        count: layout.count, offset: layout.offset, shape: layout.shape, strides: layout.strides)
      let error = failure(pickle, storages: ["0": [UInt8](repeating: 0, count: 8)])
      #expect(error?.kind == .corrupt, "\(layout): \(String(describing: error))")
    }
    let sound = TestPickle.tensor(count: 2, offset: 0, shape: [2], strides: [1])
    #expect(failure(sound)?.description.contains("lacks data/0, the") == true)
    #expect(throws: Never.self) {
      try readEverything(TestArchive.torch(pickle: sound, storages: ["0": [UInt8](0..<8)]))
    }
  }

  /// What is copied counts against the file's length, however it is copied.
  @Test func copiesAndSharedNamesRunOutOfBudget() {
    let sound = TestPickle.tensor(count: 2, offset: 0, shape: [2], strides: [1])
    // A list of 4000 values becomes a size 4000 times.
    var copies: [UInt8] = [0x80, 2, 0x5D, 0x28] + [UInt8](repeating: 0x88, count: 4000)
    copies += [0x65, 0x71, 0]
    for _ in 0..<4000 {
      copies += TestPickle.global("torch", "Size") + [0x68, 0, 0x85, 0x52, 0x71, 1]
    }
    #expect(failure(copies + [0x2E])?.kind == .tooLarge)
    // A shape of 100 axes, of which every tensor would hold a copy.
    let ones = [Int64](repeating: 1, count: 100)
    let shape = TestPickle.tensor(count: 2, offset: 0, shape: ones, strides: ones)
    #expect(failure(shape)?.reason.contains("of 100 axes") == true)
    // Fourteen dictionaries that hold the one before twice, under names of 250 letters.
    var names = [UInt8](sound.dropLast())
    let letters = String(repeating: "n", count: 249)
    for level in 0..<14 {
      names += [0x71, UInt8(level), 0x7D]
      for end in ["a", "b"] {
        names += TestPickle.text(letters + end) + [0x68, UInt8(level), 0x73]
      }
    }
    #expect(failure(names + [0x2E], storages: ["0": [UInt8](0..<8)])?.kind == .tooLarge)
  }

  @Test func nestsAndBombsEndInErrors() {
    let many = 1_000_000
    // ((((… : deep tuples, which a recursive reader could not free.
    let deep = [0x29] + [UInt8](repeating: 0x85, count: many) + [0x2E]
    #expect(failure(deep)?.kind == .tooLarge)
    let endless = [UInt8](repeating: 0x7D, count: 2_200_000) + [0x2E]
    #expect(failure(endless)?.kind == .tooLarge)
    // Sixty dictionaries, each holding the one before it twice.
    var doubling = [UInt8](
      TestPickle.tensor(count: 2, offset: 0, shape: [2], strides: [1]).dropLast())
    for level in 0..<60 {
      doubling += [0x71, UInt8(level), 0x7D] + TestPickle.text("a")
      doubling += [0x68, UInt8(level), 0x73] + TestPickle.text("b") + [0x68, UInt8(level), 0x73]
    }
    #expect(failure(doubling + [0x2E], storages: ["0": [UInt8](0..<8)])?.kind == .tooLarge)
    // A list that holds itself beside a tensor's dictionary.
    let cycle: [UInt8] = [0x5D, 0x71, 0, 0x68, 0, 0x61, 0x68, 0, 0x61, 0x2E]
    #expect(failure(cycle)?.kind == .tooLarge)
  }
}
