import Checkpoints
import Tensors
import TestSupport
import Testing

/// Which of several sets of tensors is read, and under which names.
@Suite struct CheckpointPartTests {
  @Test(arguments: [
    ("ema_zip.pth", "ema", "model"), ("model_ema_zip.pth", "model_ema", "model"),
    ("state_dict_ema_zip.pth", "state_dict_ema", "state_dict"),
    ("ema_module_zip.pth", "ema", "model"), ("swa_zip.pth", "swa_model", "state_dict"),
    ("averaged_legacy.pth", "params_ema", "params"),
  ])
  func averagedWeightsComeFirst(file: String, averaged: String, raw: String) throws {
    let path = Goldens.path(file)
    let found = try Checkpoint.open(path: path)
    #expect(found.names == ["w"])
    #expect(try found["w"]?.floats() == [1])
    #expect(found.part?.name == averaged && found.part?.others == [raw])
    #expect(found.notes.first?.hasPrefix("tensors under \(averaged) (not read: \(raw)") == true)
    let chosen = try Checkpoint.open(path: path, root: .named(raw))
    #expect(try chosen["w"]?.floats() == [0])
    #expect(chosen.part?.name == raw && chosen.part?.others.contains(averaged) != nil)
  }

  @Test func oneSetIsNoPart() throws {
    for file in ["parallel_zip.pth", "nested_legacy.pth", "types_zip.pth", "types.safetensors"] {
      #expect(try Checkpoint.open(path: Goldens.path(file)).part == nil, "\(file)")
    }
  }

  @Test func flatFilesHavePartsByName() throws {
    let path = Goldens.path("parts.safetensors")
    #expect(try Checkpoint.open(path: path).names.sorted() == ["ema.w", "model.w"])
    let part = try Checkpoint.open(path: path, root: .named("ema"))
    #expect(part.names == ["w"] && part.part?.others == ["model"])
    #expect(try part["w"]?.floats() == [1])
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint.open(path: path, root: .named("emma"))
    }
    #expect(error?.reason == "has no part named emma; its names begin with ema, model")
  }

  @Test(arguments: ["compiled_zip.pth", "compiled.safetensors"])
  func wrappersLeaveNoTrace(file: String) throws {
    let found = try Checkpoint.open(path: Goldens.path(file))
    #expect(found.names.allSatisfy { !$0.contains("module") && !$0.contains("_orig_mod") })
    #expect(found.notes.suffix(2) == ["prefix _orig_mod. removed", "prefix module. removed"])
  }

  @Test func onlyWhatAllNamesShareIsRemoved() throws {
    let folder = try TemporaryFolder()
    func names(_ names: [String]) throws -> [String] {
      let path = folder.path("w.safetensors")
      try SafetensorsFile.write(names.map { ($0, Tensor(shape: [1])) }, to: path)
      return try Checkpoint.open(path: path).names
    }
    #expect(try names(["module.a", "b"]) == ["module.a", "b"])
    #expect(try names(["module.module.a", "module.module.b"]) == ["a", "b"])
    #expect(try names(["n_averaged", "module.a"]) == ["a"])
    #expect(try names(["n_averaged", "a"]) == ["n_averaged", "a"])
    #expect(try names(["body._orig_mod.a", "head.b"]) == ["body.a", "head.b"])
    #expect(throws: CheckpointError.self) { try names(["_orig_mod.a", "a"]) }
  }
}
