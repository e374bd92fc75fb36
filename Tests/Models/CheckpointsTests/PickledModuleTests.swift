import Checkpoints
import TestSupport
import Testing

/// Pickles of whole modules, whose classes are not there; made by `Tools/make_module_pickle_goldens.py`.
@Suite struct PickledModuleTests {
  private static let names = [
    "mapping.weight", "mapping.w_avg", "renderer.plane_axes", "decoder.0.weight", "decoder.0.bias",
  ]

  @Test(arguments: ["modules.pkl", "modules_protocol3.pkl"])
  func averagedWeightsAreReadAsAStateDict(file: String) throws {
    let found = try Checkpoint.open(path: Goldens.path(file))
    #expect(found.format == .pickledModules)
    #expect(Set(found.names) == Set(Self.names), "\(found.names)")
    #expect(found.notes == ["tensors under G_ema"])
    #expect(found.part?.others == ["G", "D", "training_set_kwargs", "augment_pipe"])
    #expect(try found["mapping.weight"]?.floats() == [Float](repeating: 2, count: 6))
    #expect(found["mapping.weight"]?.shape == [2, 3])
    #expect(try found["mapping.w_avg"]?.floats() == [2.5, 2.5])
    #expect(try found["renderer.plane_axes"]?.floats() == (0..<12).map(Float.init))
    #expect(found["renderer.plane_axes"]?.shape == [3, 2, 2])
    #expect(try found["decoder.0.bias"]?.floats() == [2])
  }

  @Test func anotherNetworkIsReadByName() throws {
    let path = Goldens.path("modules.pkl")
    let raw = try Checkpoint.open(path: path, root: .named("G"))
    #expect(try raw["mapping.weight"]?.floats() == [Float](repeating: 1, count: 6))
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint.open(path: path, root: .named("G_mean"))
    }
    #expect(error?.kind == .noSuchTensor)
    #expect(
      error?.reason
        == "has no network named G_mean; its parts are G, D, G_ema, training_set_kwargs, augment_pipe"
    )
  }

  @Test func otherFrameworksNetworksAreRefused() {
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint.open(path: Goldens.path("modules_tensorflow.pkl"))
    }
    #expect(error?.kind == .unsupported)
  }

  /// What is changed, and what is told.
  private static let changes:
    [(old: String, new: String, kind: CheckpointError.Kind, part: String)] =
      [
        ("G_ema", "G_emb", .noSuchTensor, "has no network named G_ema"),
        ("_load_from_bytes", "_load_from_bytez", .forbidden, "torch.storage._load_from_bytez"),
        ("_rebuild_tensor_v2", "_rebuild_tensor_v9", .forbidden, "torch._utils._rebuild_tensor_v9"),
        ("version", "persion", .unsupported, "records a module in a version other than 6"),
        ("FloatStorage", "FloatStorags", .forbidden, "FloatStorags"),
      ]

  @Test(arguments: changes.indices)
  func whatIsNotKnownIsRefused(index: Int) throws {
    let change = Self.changes[index]
    var bytes = try Goldens.bytes("modules.pkl")
    let (old, new) = ([UInt8](change.old.utf8), [UInt8](change.new.utf8))
    for start in 0...(bytes.count - old.count)
    where bytes[start..<start + old.count].elementsEqual(old) {
      bytes.replaceSubrange(start..<start + old.count, with: new)
    }
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint.decode(bytes, named: "file")
    }
    #expect(error?.kind == change.kind, "\(String(describing: error))")
    #expect(error?.reason.contains(change.part) == true, "\(String(describing: error))")
  }

  /// Every prefix of the file ends in an error with a reason.
  @Test func aFileThatIsCutOffIsRefused() throws {
    let bytes = try Goldens.bytes("modules.pkl")
    for count in stride(from: 1, to: bytes.count, by: 13) {
      let error = #expect(throws: CheckpointError.self, "\(count)") {
        try Checkpoint.decode(Array(bytes.prefix(count)), named: "file")
      }
      #expect(error?.reason.isEmpty == false)
    }
  }
}
