import Checkpoints
import Graphs
import Tensors
import TestSupport
import Testing

/// Files that hold several networks.
@Suite struct CompositeTests {
  private static let unet = "model.diffusion_model"
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ name: String, _ tensors: [(String, [Float])]) throws -> Checkpoint {
    let path = folder.path(name)
    try SafetensorsFile.write(
      tensors.map { ($0.0, Tensor(shape: [$0.1.count], values: $0.1)) }, to: path)
    return try Checkpoint.open(path: path)
  }

  private func asked(_ names: [(String, [Int])]) -> [ParameterSpecification] {
    names.map { ParameterSpecification(name: $0.0, shape: $0.1, isCounter: false) }
  }

  @Test(arguments: [(TrainedWeights.raw, Float(1)), (.averaged, 2)])
  func theUNetIsReadRawOrAveraged(weights: TrainedWeights, value: Float) throws {
    let file = try Checkpoint.open(path: Goldens.path("lightning_zip.pth"))
    let part = try file.part(Self.unet, of: .latentDiffusion, weights: weights)
    let network = asked([("input_blocks.0.0.weight", [2, 1]), ("out.2.bias", [2])])
    let bound = try part.bind(to: network)
    #expect(bound["input_blocks.0.0.weight"]?.values == [value, value])
    #expect(bound["out.2.bias"]?.values == [value, value])
    let names = [Self.unet, "model_ema"]
    #expect(part.part?.name == names[weights == .raw ? 0 : 1])
    #expect(
      part.part.map { Set($0.others) }
        == Set(names + ["cond_stage_model", "first_stage_model"])
        .subtracting([part.part?.name ?? ""]))
    let ignored = Set(part.part?.ignored ?? [])
    #expect(ignored.count == 17)
    #expect(
      ignored.isSuperset(of: [
        "betas", "posterior_mean_coef2", "model_ema.decay", "model_ema.num_updates",
        "model.diffusion_model.label_emb.weight", "model_ema.diffusion_modellabel_embweight",
        "cond_stage_model.transformer.to_logits.weight",
      ]))
  }

  @Test func otherPartsAreReadAloneAndStrictly() throws {
    let file = try Checkpoint.open(path: Goldens.path("lightning_legacy.pth"))
    let encoder = try file.part("cond_stage_model", of: .latentDiffusion)
    #expect(encoder.names == ["transformer.token_emb.weight"])
    let error = #expect(throws: BindingError.self) {
      try encoder.bind(to: asked([("transformer.norm.weight", [2])]))
    }
    #expect(
      error?.problems == [
        .missing(name: "transformer.norm.weight", shape: [2]),
        .surplus(name: "transformer.token_emb.weight", shape: [2, 2]),
      ])
    let autoencoder = try file.part("first_stage_model", of: .latentDiffusion)
    #expect(try autoencoder.bind(to: asked([("quant_conv.bias", [2])])).count == 1)
  }

  @Test func whatIsNobodysIsRefused() throws {
    let odd = try file(
      "odd", [("\(Self.unet).w", [1]), ("scale_factor", [1]), ("model_ema.diffusion_modelv", [1])])
    let part = try odd.part(Self.unet, of: .latentDiffusion)
    let error = #expect(throws: BindingError.self) { try part.bind(to: asked([("w", [1])])) }
    #expect(
      error.map { Set($0.problems.map { "\($0)" }) }?.count == 2
        && error?.description.contains("not asked for: scale_factor") == true)
  }

  @Test func averagesThatAreNotThereAreRefused() throws {
    let raw = try file("raw", [("\(Self.unet).w", [1]), ("cond_stage_model.v", [1])])
    for part in [Self.unet, "cond_stage_model"] {
      let error = #expect(throws: CheckpointError.self) {
        try raw.part(part, of: .latentDiffusion, weights: .averaged)
      }
      #expect(error?.kind == .noSuchTensor)
      #expect(
        error?.reason == "holds no averages (model_ema) of \(part); choose its raw weights")
    }
    let absent = #expect(throws: CheckpointError.self) {
      try raw.part("first_stage_model", of: .latentDiffusion)
    }
    #expect(
      absent?.reason
        == "has no part named first_stage_model; its parts are \(Self.unet), cond_stage_model")
  }

  @Test func anAverageOfTwoTensorsIsRefused() throws {
    let name = "model_ema.diffusion_modela11"
    let twins = try file(
      "twins", [("\(Self.unet).a.11", [1]), ("\(Self.unet).a.1.1", [2]), (name, [3])])
    let error = #expect(throws: CheckpointError.self) {
      try twins.part(Self.unet, of: .latentDiffusion)
    }
    #expect(error?.kind == .corrupt && error?.reason.hasPrefix("holds \(name), which may") == true)
  }

  @Test func anAutoencodersLossIsIgnoredByName() throws {
    let alone = try file("vae", [("encoder.w", [1]), ("loss.logvar", [0]), ("loss.d.w", [0])])
    let part = try alone.part("", of: .autoencoder)
    #expect(part.names == ["encoder.w"] && part.part?.ignored.count == 2)
  }

  @Test func collaborativePartsAreReadByPrefix() throws {
    let layout = CompositeLayout.collaborative
    let composite = try file(
      "composite",
      [("betas", [0])]
        + layout.parts.enumerated().map { ("\($0.element).w", [Float($0.offset)]) })
    for (index, name) in layout.parts.enumerated() {
      let part = try composite.part(name, of: layout)
      #expect(try part.bind(to: asked([("w", [1])]))["w"]?.values == [Float(index)])
      #expect(part.part?.others.count == 6 && part.part?.ignored == ["betas"])
    }
  }

  @Test func theCompositeFileWinsOverTextAndTextOverMask() throws {
    let unet = "model.diffusion_model.w"
    let shared = "first_stage_model.w"
    let mask = try file(
      "mask", [(unet, [1, 2]), ("cond_stage_model.linear.w", [5]), (shared, [1, 1])])
    let text = try file("text", [(unet, [3, 4]), (shared, [1, 2])])
    let composite = try file(
      "composite",
      [
        ("model.seg_mask_unet.diffusion_model.w", [1, 2]),
        ("model.text_unet.diffusion_model.w", [3, 4.5]), (shared, [1, 1]),
      ])
    let merged = try #require(
      try MergedCheckpoint.collaborative(mask: mask, text: text, composite: composite))
    #expect(
      Set(merged.conflicts) == [
        MergeConflict(
          name: "model.text_unet.diffusion_model.w", kept: folder.path("composite"),
          dropped: folder.path("text"), difference: 0.5),
        MergeConflict(
          name: shared, kept: folder.path("composite"), dropped: folder.path("text"), difference: 1),
      ])
    let all = merged.checkpoint
    #expect(try all["model.text_unet.diffusion_model.w"]?.floats() == [3, 4.5])
    let encoder = "cond_stage_model.seg_mask_cond_stage_model"
    #expect(try all.part(encoder, of: .collaborative)["linear.w"]?.floats() == [5])
    let pair = try #require(
      try MergedCheckpoint.collaborative(mask: mask, text: text, composite: nil))
    #expect(pair.conflicts.map(\.name) == [shared])
    #expect(try pair.checkpoint[shared]?.floats() == [1, 2])
  }

  @Test func shapesAndNumbersThatAreNoneDiffer() throws {
    let mask = try file("mask", [("first_stage_model.w", [1, 2]), ("first_stage_model.v", [1])])
    let text = try file("text", [("first_stage_model.w", [1]), ("first_stage_model.v", [.nan])])
    let merged = try #require(
      try MergedCheckpoint.collaborative(mask: mask, text: text, composite: nil))
    #expect(merged.conflicts.map(\.difference) == [nil, .infinity])
    #expect(merged.conflicts.first?.description.hasSuffix("has another shape") == true)
    #expect(try MergedCheckpoint.collaborative(mask: nil, text: nil, composite: nil) == nil)
  }
}
