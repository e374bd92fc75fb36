import Checkpoints
import Diffusion
import Foundation
import Graphs
import Models
import Pipelines
import Synchronization
import Systems
import Tensors
import Terms
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
      (["mode": "edit"], "needs fine-tuned models"),
      (["mode": "mix"], "needs the files of fine-tuned models"),
      (["mode": "edit", "weights": "a", "models": "b"], "give one of both"),
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

  private func reads(_ chosen: [String: String]) throws -> Set<ImageCondition> {
    system.conditions(for: try SystemOptions(chosen, of: system))
  }

  @Test func editsAreReadWhereNothingSaysForAllImagesWhatTheyBecome() throws {
    #expect(try reads([:]) == [.image])
    #expect(try reads(["mode": "edit"]) == [.image, .edit])
    #expect(try reads(["mode": "unseen-edit", "models": "x"]) == [.image, .edit])
    #expect(try reads(["mode": "edit", "weights": "x"]) == [.image])
    #expect(try reads(["mode": "optimize"]) == [.image, .edit])
    #expect(try reads(["mode": "optimize", "text": "old face"]) == [.image])
    #expect(
      system.roles(for: try SystemOptions(["mode": "edit"], of: system))
        == [.clipDirectional, .id])
  }

  private func request(_ id: String, _ target: String?) -> ImageRequest {
    ImageRequest(
      id: id, seed: 1,
      image: {
        Raster(
          width: 16, height: 16, channels: 3, samples: [UInt8](repeating: 90, count: 16 * 16 * 3))
      }, edit: target.map { EditTexts(source: "face", target: $0) })
  }

  /// Each image is edited by its own edit's model, as if that had been named for it.
  @Test func aFolderHasAModelForEachEdit() throws {
    let folder = try TemporaryFolder()
    try write(1, to: folder.path("tanned-face.safetensors"), of: nil)
    try write(2, to: folder.path("gray-hair.safetensors"), of: nil)
    let steps = ["mode": "edit", "inversion-steps": "3", "generation-steps": "2"]
    func options(_ name: String, _ value: String) -> [String: String] {
      steps.merging([name: value]) { $1 }
    }
    func images(_ requests: [ImageRequest], _ chosen: [String: String]) throws
      -> [Result<Raster, ImageFailure>]
    {
      try open(chosen).images(for: requests, workers: Workers(count: 2), shouldStop: { false })
    }
    let requests = [
      request("a", "tanned face"), request("b", "Gray hair"), request("c", nil),
      request("d", "tanned face"),
    ]
    let mixed = try images(requests, options("models", folder.url.path))
    let tanned = try images(
      [requests[0]], options("weights", folder.path("tanned-face.safetensors")))
    let gray = try images([requests[1]], options("weights", folder.path("gray-hair.safetensors")))
    #expect(mixed[0] == tanned[0] && mixed[3] == tanned[0] && mixed[1] == gray[0])
    #expect(tanned[0] != gray[0])
    guard case .failure(let failure) = mixed[2] else {
      Issue.record("an image without an edit")
      return
    }
    #expect(failure.reason == "c has no texts of an edit")
    let error = #expect(throws: SystemError.self) {
      try images([request("e", "old person")], options("models", folder.url.path))
    }
    #expect(error?.description.contains("would be called old-person.safetensors") == true)
    let before = try open(options("models", folder.url.path)).fingerprint
    try write(3, to: folder.path("gray-hair.safetensors"), of: nil)
    #expect(try open(options("models", folder.url.path)).fingerprint != before)
  }

  @Test func modelsThatAreMissingAreTunedOnce() throws {
    let tunings = Mutex<[String]>([])
    var context = context
    context.tuner = { original in
      EditModels(fingerprint: "tuned") { texts in
        tunings.withLock { $0.append(texts.target) }
        return original
      }
    }
    let options = try SystemOptions(
      ["mode": "edit", "inversion-steps": "2", "generation-steps": "2"], of: system)
    let pipeline = try system.open(options, in: context)
    #expect(pipeline.fingerprint.contains("tuned"))
    let requests = [request("a", "tanned face"), request("b", "old face")]
    for _ in 0..<2 {
      let images = try pipeline.images(
        for: requests, workers: Workers(count: 1), shouldStop: { false })
      // Tuned models that equal the original reconstruct, whatever the texts.
      #expect(images[0] == images[1] && (try? images[0].get()) != nil)
    }
    #expect(tunings.withLock { $0.sorted() } == ["old face", "tanned face"])
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

  @Test func filesAreCalledByTheTarget() {
    func fileName(_ target: String) -> String { EditTexts(source: "face", target: target).fileName }
    #expect(fileName("Neanderthal, 40 000 B.C.") == "neanderthal-40-000-b-c")
    #expect(fileName("日焼け") != fileName("白髪"))
    #expect(fileName("日焼け").count == "edit-".count + 12)
  }
}
