import Checkpoints
import Foundation
import Graphs
import Images
import ModelTestSupport
import Models
import Tensors
import TestSupport
import Testing

/// Weight files are read once for all metrics of a job.
struct CheckpointCacheTests {
  private let folder: TemporaryFolder
  private let loader: ModelLoader
  private let checkpoint: String

  init() throws {
    folder = try TemporaryFolder()
    checkpoint = try SeededCheckpoint.write(in: folder)
    let choice = "{network: squeezenet1_1, file: squeezenet.safetensors}"
    let manifest = folder.path("weights.yaml")
    try Data("roles:\n  id: \(choice)\n  fid: \(choice)\n".utf8)
      .write(to: URL(fileURLWithPath: manifest))
    loader = ModelLoader(try WeightSuite(parsing: manifest))
  }

  @Test func twoRolesShareANetwork() throws {
    let identity = try loader.identity(network: "ir-se50", preprocessing: .aligned112)
    let features = try loader.fidExtractor(.lpips())
    #expect(identity.network === features.network)
  }

  /// Two sets of tensors in one file are two networks, with fingerprints of their own.
  @Test func manifestsChooseAmongSets() throws {
    let tensors = try SeededCheckpoint.tensors()
    let halves = tensors.map {
      ($0.name, Tensor(shape: $0.tensor.shape, values: $0.tensor.values.map { $0 / 2 }))
    }
    try SafetensorsFile.write(
      tensors.map { ("ema.\($0.name)", $0.tensor) } + halves.map { ("model.\($0.0)", $0.1) },
      to: folder.path("both.safetensors"))
    func extractor(_ part: String) throws -> FeatureExtractor {
      let choice =
        "{network: squeezenet1_1, file: both.safetensors, part: \(part), tap: relu1}"
      try folder.write("roles:\n  id: \(choice)\n".utf8, to: "parts.yaml")
      let loader = ModelLoader(try WeightSuite(parsing: folder.path("parts.yaml")))
      return try loader.identity(network: "ir-se50", preprocessing: .lpips())
    }
    let (averaged, raw) = (try extractor("ema"), try extractor("model"))
    #expect(averaged.network.weights.sha256 == raw.network.weights.sha256)
    #expect(averaged.fingerprint != raw.fingerprint)
    #expect(averaged.network.weights.part?.others == ["model"])
    let picture = SeededCheckpoint.picture(1)
    func features(_ extractor: FeatureExtractor) throws -> [Float] {
      try extractor.features(of: picture, named: "a", in: WorkerMemory())
    }
    #expect(try features(averaged) == features(raw).map { 2 * $0 })
    let error = #expect(throws: CheckpointError.self) { try extractor("raw") }
    #expect(error?.reason == "has no part named raw; its names begin with ema, model")
  }

  @Test func aFileIsOpenedOnce() throws {
    let before = try loader.identity(network: "ir-se50", preprocessing: .aligned112).network.weights
    // Another file takes the name, as an update in the middle of a job would do it.
    let other = folder.path("other")
    try Data("no checkpoint".utf8).write(to: URL(fileURLWithPath: other))
    #expect(rename(other, checkpoint) == 0)
    let network = try loader.fidExtractor(.lpips()).network
    #expect(network.weights == before)
    let input = try Preprocessing.lpips().apply(
      SeededCheckpoint.picture(3, width: 64, height: 64), named: "a")
    let executable = try network.executable(inputShape: input.shape, outputs: ["relu7"])
    let found = executable.run(input, in: executable.makeWorkspace())["relu7"]
    #expect(try found == SeededCheckpoint.result("relu7", of: input))
  }
}
