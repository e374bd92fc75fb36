import Detection
import Foundation
import Graphs
import Images
import ModelTestSupport
import Models
import Networks
import Provenance
import Tensors
import Terms
import TestSupport
import Testing

/// Alignment in front of an identity network.
struct FaceAlignerTests {
  private let memory = WorkerMemory()

  /// MTCNN on seeded weights: it finds something, or nothing, as its thresholds say.
  private static func aligner(thresholds: [Float]) throws -> FaceAligner {
    var settings = FaceDetector.Settings()
    settings.thresholds = thresholds
    var parameters: [MTCNN.Part: [String: Tensor]] = [:]
    for part in MTCNN.Part.allCases {
      parameters[part] = Dictionary(
        uniqueKeysWithValues: try Graph(tracing: MTCNN(part)).parameters.map {
          var tensor = SeededParameters.tensor(
            named: "\(part.rawValue).\($0.name)", shape: $0.shape, seed: 5)
          // Small heads keep boxes inside the image.
          if $0.name.contains("_") {
            for index in tensor.values.indices { tensor.values[index] /= 16 }
          }
          return ($0.name, tensor)
        })
    }
    let weights = MTCNN.Part.allCases.map { WeightFile(path: "\($0.rawValue).pt", sha256: "0") }
    return FaceAligner(
      detector: try FaceDetector(parameters: parameters, settings: settings), weights: weights)
  }

  private static func extractor(_ aligner: FaceAligner?) throws -> FeatureExtractor {
    let parameters = Dictionary(
      uniqueKeysWithValues: try SeededCheckpoint.tensors().map { ($0.name, $0.tensor) })
    let network = LoadedNetwork(
      network: SeededCheckpoint.network, weights: WeightFile(path: "squeezenet", sha256: "1"),
      parameters: parameters)
    return FeatureExtractor(
      network: network, tap: "relu7", preprocessing: .aligned112, aligner: aligner)
  }

  @Test func facesAreBroughtTo112Pixels() throws {
    let extractor = try Self.extractor(try Self.aligner(thresholds: [0.3, 0.3, 0.3]))
    let picture = SeededCheckpoint.picture(3, width: 90, height: 70)
    // Preprocessing refuses everything that is not 112×112.
    let features = try extractor.features(of: picture, named: "a", in: memory)
    #expect(!features.isEmpty)
    #expect(try extractor.features(of: picture, named: "b", in: memory) == features)
    let direct = try Self.extractor(nil)
    #expect(throws: ImageError.self) { try direct.features(of: picture, named: "a", in: memory) }
  }

  @Test func anImageWithoutAFaceIsAFailureWithAName() throws {
    let aligner = try Self.aligner(thresholds: [2, 2, 2])
    let picture = SeededCheckpoint.picture(3, width: 90, height: 70)
    let error = #expect(throws: ImageFailure.self) {
      try aligner.aligned(picture, named: "wall.png", in: memory.other)
    }
    #expect(error?.state == .noFace)
    #expect(error?.reason.contains("'wall.png'") == true)
  }

  @Test func alignmentIsPartOfTheFingerprint() throws {
    let plain = try Self.extractor(nil).fingerprint
    let aligned = try Self.extractor(try Self.aligner(thresholds: [0.6, 0.7, 0.7])).fingerprint
    let other = try Self.extractor(try Self.aligner(thresholds: [0.6, 0.7, 0.8])).fingerprint
    #expect(Set([plain, aligned, other]).count == 3)
    #expect(!plain.text.contains("alignment"))
    #expect(aligned.text.contains("alignment.weights=0,0,0"))
  }

  /// A suite without the detector's files says which one is missing.
  @Test func missingDetectorsAreNotRun() throws {
    let folder = try TemporaryFolder()
    let checkpoint = folder.path("weights.yaml")
    _ = try SeededCheckpoint.write(in: folder)
    try Data("roles:\n  id: {network: squeezenet1_1, file: squeezenet.safetensors}\n".utf8)
      .write(to: URL(fileURLWithPath: checkpoint))
    let loader = ModelLoader(try WeightSuite(parsing: checkpoint))
    let error = #expect(throws: UnavailableMetric.self) {
      try loader.identity(network: "ir-101", preprocessing: .aligned112, aligns: true)
    }
    #expect(error?.description.contains("needs pnet.pt") == true)
  }
}
