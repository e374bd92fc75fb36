import Checkpoints
import Diffusion
import Graphs
import Models
import Systems
import Tensors
import TestSupport
import Testing

/// Options, dictionary and files of fine-tuned models.
@Suite struct DiffusionCLIPSystemTests {
  private let system = DiffusionCLIPSystem(modelRoles: []) { _ in try TinyModels.model() }
  private let context = SystemContext(
    loader: ModelLoader(.compact), workers: Workers(count: 2))

  private func open(_ chosen: [String: String]) throws -> any ImagePipeline {
    try system.open(try SystemOptions(chosen, of: system), in: context)
  }

  @Test func everyOptionsDefaultIsOneOfItsValues() throws {
    #expect(system.options.first?.name == "mode")
    let options = try SystemOptions(of: system)
    #expect(options.integer("t0") == 500 && options.integer("inversion-steps") == 200)
    #expect(Set(system.options.map(\.name)).count == system.options.count)
    guard case .choice(let modes) = system.options[0].values else {
      Issue.record("no choice of modes")
      return
    }
    #expect(modes.map(\.name) == DiffusionCLIPPlan.Mode.allCases.map(\.rawValue))
    #expect(throws: SystemError.self) { try SystemOptions(["t0": "1000"], of: system) }
  }

  @Test func opensWhatNeedsNoFile() throws {
    let pipeline = try open(["mode": "unseen", "t0": "300", "rounds": "3"])
    #expect(pipeline.fingerprint.contains("rounds=3x6") && pipeline.imageSize == 16)
    #expect(system.roles(for: try SystemOptions(of: system)) == [])
    #expect(
      system.roles(for: try SystemOptions(["mode": "optimize"], of: system))
        == [.clipDirectional, .id])
  }

  /// With the compact suite's CLIP, which knows the words of its captions.
  @Test func latentsAreOptimizedForAText() throws {
    let pipeline = try open([
      "mode": "optimize", "edit": "smiling", "t0": "300", "iterations": "1",
      "optimizing-steps": "2", "inversion-steps": "2", "objective": "directional",
    ])
    #expect(pipeline.fingerprint.contains("directional 'face' → 'smiling face'"))
    let request = ImageRequest(id: "a", seed: 1) {
      Raster(
        width: 16, height: 16, channels: 3, samples: [UInt8](repeating: 90, count: 16 * 16 * 3))
    }
    let result = try pipeline.images(
      for: [request], workers: Workers(count: 2), shouldStop: { false })[0]
    #expect(try result.get().width == 16)
  }

  @Test func refusesOptionsThatDoNotGoTogether() throws {
    for (chosen, reason) in [
      (["mode": "edit"], "needs the file of a fine-tuned model"),
      (["mode": "optimize"], "needs a text"),
    ] {
      let error = #expect(throws: SystemError.self) { try open(chosen) }
      #expect(error?.description.contains(reason) == true, "\(chosen)")
    }
    #expect(throws: DiffusionError.self) { try open(["t0": "20"]) }
    #expect(throws: UnknownEdit.self) { try open(["mode": "optimize", "edit": "smilin"]) }
  }

  private func write(_ index: Int, to path: String, of unet: String?) throws {
    let parameters = try TinyModels.parameters(
      of: TinyModels.unet, seed: TinyModels.seed + UInt64(index),
      factors: ["conv_out.weight": 0.25])
    try SafetensorsFile.write(
      parameters.sorted { $0.key < $1.key }.map { (name: $0.key, tensor: $0.value) },
      metadata: unet.map { ["unet": $0] } ?? [:], to: path)
  }

  @Test func fineTunedFilesAreBoundToTheirModel() throws {
    let folder = try TemporaryFolder()
    let (own, plain, foreign) = (
      folder.path("own.safetensors"), folder.path("plain.safetensors"),
      folder.path("foreign.safetensors")
    )
    try write(1, to: own, of: "unet-0")
    try write(2, to: plain, of: nil)
    try write(1, to: foreign, of: "another")
    let edit = try open(["mode": "edit", "weights": own, "ratio": "0.25"])
    #expect(edit.fingerprint.contains("[0.75, 0.25]"))
    let mix = try open([
      "mode": "mix", "weights": "\(own),\(plain)", "mixture": "300:1,0;0:0.3,0.7",
    ])
    #expect(mix.fingerprint.contains("300:[0.0, 1.0, 0.0];0:[0.0, 0.3, 0.7]"))
    let even = try open(["mode": "mix", "weights": "\(own),\(plain)"])
    #expect(even.fingerprint.contains("0:[0.0, 0.5, 0.5]"))
    let error = #expect(throws: SystemError.self) {
      try open(["mode": "edit", "weights": foreign])
    }
    #expect(error?.description.contains("fine-tuned from the model another") == true)
    for chosen in [
      ["mode": "edit", "weights": "\(own),\(plain)"], ["mode": "reconstruct", "weights": own],
      ["mode": "mix", "weights": own, "mixture": "0:1,1"],
      ["mode": "mix", "weights": own, "mixture": "one"],
    ] {
      #expect(throws: (any Error).self, "\(chosen)") { try open(chosen) }
    }
  }

  @Test func grayHairIsGray() throws {
    #expect(
      try EditDictionary.corrected.texts(of: "gray_hair").target == "person with gray hair")
    #expect(
      try EditDictionary.released.texts(of: "gray_hair").target == "person with red hair")
    #expect(EditDictionary.names.count == 54)
    for name in EditDictionary.names where name != "gray_hair" {
      #expect(
        try EditDictionary.released.texts(of: name) == EditDictionary.corrected.texts(of: name))
    }
    let error = #expect(throws: UnknownEdit.self) {
      try EditDictionary.corrected.texts(of: "tannd")
    }
    #expect(error?.description.contains("tanned") == true)
    let mixed = try EditTexts.chosen(
      edit: "makeup", source: "woman", target: nil, from: .corrected)
    #expect(mixed == EditTexts(source: "woman", target: "person with makeup"))
    #expect(
      try EditTexts.chosen(edit: nil, source: "x", target: nil, from: .corrected) == nil)
  }
}
