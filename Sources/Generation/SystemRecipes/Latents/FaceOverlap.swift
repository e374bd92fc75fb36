import Faces
import Images
import Metrics
import Recipes
import Tensors

/// How well the parts that the program's own parser sees in faces lie where label maps have them.
struct FaceOverlap {
  /// Mean intersection over union of all classes.
  let mean: Double
  /// That of both eyes.
  let eyes: Double

  /// Compares pictures with label maps.
  ///
  /// - Parameters:
  ///   - pictures: of any size.
  ///   - labels: classes 0…18, 128 pixels, one a picture.
  ///   - parser: what sees the parts.
  /// - Throws: `GraphError` if a result is not finite.
  init(of pictures: [Raster], with labels: [Raster], by parser: CompactParser) throws {
    let total = try parser.agreement(of: pictures, with: labels)
    let eyes = [Label.leftEye, Label.rightEye].compactMap {
      total.intersectionOverUnion[Int($0)]
    }
    mean = MeanIntersectionOverUnion.agg19.score(of: total) ?? 0
    self.eyes = eyes.reduce(0, +) / Double(max(eyes.count, 1))
  }
}

extension LatentFaces {
  /// How well made faces have their parts where the label maps of these have them, divided by how well these have.
  ///
  /// - Parameters:
  ///   - made: one picture a face, of its label map.
  ///   - words: how they were made.
  ///   - workers: threads.
  /// - Returns: of all parts, and of the eyes.
  /// - Throws: `GraphError` if a result is not finite; errors of the embedded parser.
  func overlap(of made: [Raster], _ words: String, workers: Workers) throws -> [HeldOutMetric] {
    let parser = try CompactParser(workers: workers)
    let labels = faces.map(\.labels)
    let own = try FaceOverlap(of: faces.map(\.picture), with: labels, by: parser)
    let found = try FaceOverlap(of: made, with: labels, by: parser)
    let data = "\(faces.count) faces of the test world"
    return [
      HeldOutMetric(
        name: "mIoU that the parser has on faces made \(words), divided by its own",
        value: found.mean / own.mean, minimum: nil, data: data),
      HeldOutMetric(
        name: "IoU of eyes on faces made \(words), divided by the parser's own",
        value: found.eyes / own.eyes, minimum: 0.6, data: data),
    ]
  }
}
