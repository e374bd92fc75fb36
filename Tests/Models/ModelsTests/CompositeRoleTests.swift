import Checkpoints
import Models
import Networks
import Tensors
import TestSupport
import Testing

/// Where Collaborative Diffusion gets its networks: one file of all, or one a condition.
@Suite struct CompositeRoleTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ name: String, _ tensors: [(String, Float)]) throws {
    try SafetensorsFile.write(
      tensors.map { ($0.0, Tensor(shape: [1], values: [$0.1])) }, to: folder.path(name))
  }

  private func file(_ roles: String) throws -> CompositeFile {
    try folder.write("directory: .\nroles: {\(roles)}\n".utf8, to: "weights.yaml")
    let suite = try WeightSuite(parsing: folder.path("weights.yaml"))
    return try ModelLoader(suite).collaborative(of: "ldm-collaborative")
  }

  private func writeAll() throws {
    try write("map", [("model.diffusion_model.w", 1), ("first_stage_model.w", 5)])
    try write("text", [("model.diffusion_model.w", 2), ("first_stage_model.w", 6)])
    try write(
      "all",
      [
        ("model.seg_mask_unet.diffusion_model.w", 1), ("model.text_unet.diffusion_model.w", 3),
        ("first_stage_model.w", 6),
      ])
  }

  @Test func oneFileIsReadAsItIs() throws {
    try writeAll()
    let file = try file("collaborative: {file: all}")
    #expect(try file.number("model.text_unet.diffusion_model.w") == 3 && file.conflicts.isEmpty)
  }

  /// The file of all counts before that of texts, and that before the one of label maps.
  @Test func filesOfOneConditionAreMergedWithItAndConflictsTold() throws {
    try writeAll()
    let all = try file("collaborative: {file: all}")
    let merged = try file(
      "collaborative: {file: all}, collaborative-map: {file: map}, collaborative-text: {file: text}"
    )
    #expect(try merged.number("model.text_unet.diffusion_model.w") == 3)
    #expect(try merged.number("first_stage_model.w") == 6)
    #expect(
      Set(merged.conflicts.map(\.name)) == [
        "model.text_unet.diffusion_model.w", "first_stage_model.w",
      ])
    #expect(merged.file.sha256 != all.file.sha256 && merged.file.path == all.file.path)
  }

  @Test func bothConditionsSufficeAndOneDoesNot() throws {
    try writeAll()
    let both = try file("collaborative-map: {file: map}, collaborative-text: {file: text}")
    #expect(try both.number("model.seg_mask_unet.diffusion_model.w") == 1)
    #expect(both.conflicts.map(\.name) == ["first_stage_model.w"])
    #expect(!both.holds("model.text_confidence_predictor.diffusion_model"))
    let error = #expect(throws: UnavailableMetric.self) {
      try file("collaborative-map: {file: map}")
    }
    #expect(error?.description.contains("256_codiff_mask_text.ckpt") == true)
  }
}
