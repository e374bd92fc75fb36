import Metrics
import Models
import Provenance
import Tensors
import Terms

/// Confusion counts of several images' labels with ground-truth maps.
struct SegmentationBatch {
  let parser: FaceParser
  let memory: WorkerMemory

  /// An image and what its labels should be.
  struct Request: Sendable {
    let image: EvaluationImage
    let mask: EvaluationImage
  }

  func key(_ request: Request) -> String {
    ContentHash.key(parser.fingerprint, request.image.content, request.mask.content)
  }

  /// The counts of each request, each distinct image parsed once.
  func counts(_ requests: [Request]) -> [Result<[Int64], ImageFailure>] {
    var images = Batch<EvaluationImage>()
    for request in requests {
      images.add(request.image, key: request.image.content.text)
    }
    let labels = Dictionary(
      uniqueKeysWithValues: zip(
        images.entries.map(\.key),
        parser.labels(of: images.entries.map(\.request), in: memory)))
    return requests.map { request in
      ImageFailure.catching {
        var matrix = ConfusionMatrix()
        guard let labels = try labels[request.image.content.text]?.get() else {
          return matrix.counts
        }
        let mask = try request.mask.image
        try matrix.add(
          groundTruth: mask,
          prediction: parser.resized(labels, width: mask.width, height: mask.height))
        return matrix.counts
      }
    }
  }
}
