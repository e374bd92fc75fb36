import Checkpoints
import Detection
import Graphs
import Networks
import Provenance
import Tensors
import Terms

/// Finds the largest face of a photograph and brings it to ArcFace's template.
///
/// An image without a face has no score, so that the number of failures is what alignment did not cover.
package struct FaceAligner: Sendable {
  private let detector: FaceDetector
  /// The three networks' files, in the order of the cascade.
  package let weights: [WeightFile]

  /// Joins a detector with the files that it came from.
  package init(detector: FaceDetector, weights: [WeightFile]) {
    self.detector = detector
    self.weights = weights
  }

  /// Reads facenet-pytorch's files.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, or `FileError` if a file cannot be hashed.
  init(files: [MTCNN.Part: String]) throws {
    var parameters: [MTCNN.Part: [String: Tensor]] = [:]
    var weights: [WeightFile] = []
    for part in MTCNN.Part.allCases {
      guard let path = files[part] else { continue }
      let graph = try Graph(tracing: MTCNN(part))
      let opened = try OpenCheckpoint(path)
      parameters[part] = try opened.checkpoint.bind(to: graph.parameters)
      weights.append(opened.file)
    }
    self.init(detector: try FaceDetector(parameters: parameters), weights: weights)
  }

  /// Everything that can move an aligned pixel.
  var fingerprint: Fingerprint {
    let settings = detector.settings
    return Fingerprint([
      "detector": "mtcnn-facenet-pytorch",
      "face": "largest",
      "least-face": "\(settings.leastFace)",
      "shrinking": "\(settings.shrinking)",
      "template": "arcface-112",
      "thresholds": "\(settings.thresholds)",
      "warp": "bilinear-float64",
      "weights": weights.map(\.identity).joined(separator: ","),
    ])
  }

  /// The largest face, 112×112.
  ///
  /// - Throws: ``ImageFailure`` of state `no-face`.
  package func aligned(_ image: Raster, named name: String, in workspace: Workspace) throws
    -> Raster
  {
    guard let face = try detector.faces(in: image, workspace: workspace).first,
      let aligned = FaceAlignment.aligned(image, landmarks: face.landmarks)
    else {
      throw ImageFailure(
        state: .noFace, reason: "MTCNN finds no face in '\(name)', so it cannot be aligned")
    }
    return aligned
  }
}
