import Checkpoints
import Foundation
import Graphs
import Images
import ModelTestSupport
import Models
import Networks
import Provenance
import Tensors
import TestSupport
import Testing

/// ONNX models in the roles of a weights manifest.
@Suite struct ONNXRoleTests {
  private let folder: TemporaryFolder
  private let golden: ONNXNetworkGolden
  private let picture = SeededCheckpoint.picture(5, width: 250, height: 231)

  init() throws {
    folder = try TemporaryFolder()
    let goldens = try GoldenFolder(
      beside: Fixtures.projectRoot.appendingPathComponent("Tests/Models/ONNXTests/Goldens").path
    )
    .decoded("onnx_networks.json", as: [ONNXNetworkGolden].self)
    golden = try #require(goldens.first { $0.input == [3, 224, 224] })
    _ = try golden.write(in: folder)
  }

  private func loader(_ roles: String) throws -> ModelLoader {
    try folder.write("roles:\n\(roles)\n".utf8, to: "weights.yaml")
    return ModelLoader(try WeightSuite(parsing: folder.path("weights.yaml")))
  }

  private func tower(_ loader: ModelLoader, readingTexts: Bool = false) throws
    -> FeatureExtractor
  {
    try loader.clip(
      .clip, network: "clip-vit-b32", preprocessing: .pillow, isReadingTexts: readingTexts,
      isTruncating: false
    ).image
  }

  /// The model as image tower gives what the same weights give in our own tower.
  @Test func modelsAreImageTowers() throws {
    let extractor = try tower(loader("  clip: {onnx: model.onnx, preprocessing: clip-224}"))
    #expect(extractor.network.network.name == "model")
    let found = try extractor.features(of: picture, named: "picture", in: WorkerMemory())
    let native = CLIPVisionTransformer(
      name: "native", summary: "", patch: 56, width: 128, layers: 2, embedding: 24)
    let weights = Dictionary(
      uniqueKeysWithValues: golden.weights.map { ("visual.\($0.name)", $0.tensor) })
    let executable = try Executable(Graph(tracing: native), parameters: weights)
    let input = try Preprocessing.clip(size: 224).apply(picture, named: "picture")
    let expected = try #require(
      executable.run(input, in: executable.makeWorkspace())[Graph.mainOutput])
    // The same operations on the same numbers; factors on queries and keys round once more each.
    #expect(Agreement(found, expected.values).nmse <= 1e-11)
  }

  @Test func textsNeedATowerOfTheirOwn() throws {
    let error = try #require(throws: UnavailableMetric.self) {
      try tower(loader("  clip: {onnx: model.onnx}"), readingTexts: true)
    }
    #expect(error.description.contains("has no text tower here; name the CLIP model"))
    let missing = try #require(throws: UnavailableMetric.self) {
      try tower(
        loader("  clip: {onnx: model.onnx, network: clip-vit-b32, file: none.pt}"),
        readingTexts: true)
    }
    #expect(missing.description.contains("none.pt"))
  }

  /// Weights beside the model move its numbers, so they are part of the fingerprint.
  @Test func fingerprintsCoverTheWeightsBeside() throws {
    let loader = try loader("  clip: {onnx: model.onnx, preprocessing: clip-224}")
    let before = try tower(loader).fingerprint
    #expect(try tower(loader).fingerprint == before)
    let path = folder.path("weights")
    var weights = try Data(contentsOf: URL(fileURLWithPath: path))
    weights[2] ^= 1
    try weights.write(to: URL(fileURLWithPath: path))
    #expect(try tower(loader).fingerprint != before)
  }

  /// Any edge of a model can be what a role reads; what it does not have is an error of use.
  @Test func modelsExtractFeatures() throws {
    let loader = try loader(
      """
        fid: {onnx: model.onnx, preprocessing: clip-224}
        id: {onnx: model.onnx, preprocessing: clip-224, tap: e6}
      """)
    let fid = try loader.fidExtractor(.fidPytorch)
    #expect(fid.tap == Graph.mainOutput && fid.preprocessing.name == "clip-224")
    let features = try fid.features(of: picture, named: "picture", in: WorkerMemory())
    #expect(features.count == 24)
    let identity = try loader.identity(network: "ir-se50", preprocessing: .irSE50Crop)
    #expect(identity.tap == "e6")
    #expect(throws: HarnessError.self) { try loader.fidExtractor(.fidPytorch, tap: "768") }
  }
}
