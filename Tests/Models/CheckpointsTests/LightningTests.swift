import Checkpoints
import TestSupport
import Testing

/// What trainers keep beside a state dict is read as inert records, and refused inside it.
@Suite struct LightningTests {
  @Test(arguments: ["lightning_zip.pth", "lightning_legacy.pth"])
  func foreignRecordsBesideAStateDictAreLeftUnread(file: String) throws {
    let found = try Checkpoint.open(path: Goldens.path(file))
    #expect(found.tensors.count == 23)
    #expect(found.notes.first?.hasPrefix("tensors under state_dict (not read: epoch") == true)
    let unread = try #require(found.notes.last)
    for name in ["ModelCheckpoint", "DictConfig", "multiarray.scalar", "_codecs.encode"] {
      #expect(unread.contains(name), "\(unread)")
    }
    #expect(try found["first_stage_model.quant_conv.bias"]?.floats() == [4, 4])
  }

  @Test func theWholeFileIsRefusedByKeyAndName() {
    let path = Goldens.path("lightning_zip.pth")
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint.open(path: path, root: .whole)
    }
    #expect(error?.kind == .forbidden)
    #expect(
      error?.reason.contains(
        "asks for pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint under callbacks, "
          + "which is not among") == true, "\(String(describing: error))")
  }

  /// `{"state_dict": {"w": tensor, …}, "more": …}`, with instructions that leave a key and a value.
  private func file(inside: [UInt8], beside: [UInt8]) throws -> Checkpoint {
    let tensor = TestPickle.tensor(count: 2, offset: 0, shape: [2], strides: [1])
    let state = tensor.dropFirst(2).dropLast() + inside
    let pickle = [0x80, 2, 0x7D] + TestPickle.text("state_dict") + state + [0x73] + beside + [0x2E]
    let bytes = TestArchive.torch(pickle: Array(pickle), storages: ["0": [UInt8](0..<8)])
    return try Checkpoint.decode(bytes, named: "file")
  }

  private static let object = TestPickle.global("numpy", "float64")
  private static let strange: [(name: String, pickle: [UInt8])] = [
    ("a name", object),
    ("a call", object + TestPickle.tuple([[0x4E]]) + [0x52]),
    ("a call of what was called", object + [0x29, 0x52, 0x29, 0x52]),
    ("an object with attributes", object + [0x29, 0x81, 0x7D, 0x62]),
    ("a list of its own", object + [0x29, 0x81, 0x28, 0x4E, 0x4E, 0x65, 0x4E, 0x61]),
    ("a dictionary of its own", object + [0x29, 0x81] + TestPickle.text("k") + [0x4E, 0x73]),
    ("data made of it", TestPickle.global("torch", "Size") + object + [0x85, 0x52]),
    ("a dictionary with its attributes", [0x7D] + object + [0x62]),
    ("a list with it", [0x5D] + object + [0x61]),
    ("a dictionary with it as a key", [0x7D] + object + [0x4E, 0x73]),
    (
      "a tensor of its elements",
      Array(
        TestPickle.tensor(
          count: 2, offset: 0, shape: [2], strides: [1], type: "ComplexFloatStorage"
        ).dropFirst(6).dropLast(2))
    ),
  ]

  @Test func aForeignNameIsInertBesideTheStateDictAndRefusedInsideIt() throws {
    for (what, pickle) in Self.strange {
      let entry = TestPickle.text("odd") + pickle + [0x73]
      let sound = try file(inside: [], beside: entry)
      #expect(try sound.names == ["w"] && sound["w"]?.floats().count == 2, "\(what)")
      let error = #expect(throws: CheckpointError.self, "\(what)") {
        try file(inside: entry, beside: [])
      }
      #expect(error?.kind == .forbidden, "\(what): \(String(describing: error))")
      #expect(error?.reason.contains("asks for ") == true)
      #expect(error?.reason.contains(" under odd") == true, "\(String(describing: error))")
    }
  }

  @Test func aForeignKeyOfTheStateDictIsRefused() {
    let error = #expect(throws: CheckpointError.self) {
      try file(inside: Self.object + [0x4E, 0x73], beside: [])
    }
    #expect(error?.reason.contains("asks for numpy.float64, which is not among") == true)
  }
}
