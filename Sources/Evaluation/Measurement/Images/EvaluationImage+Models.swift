import Graphs
import Images
import Models
import Tensors
import Terms

extension FeatureExtractor {
  /// The vectors of several images, planar order; what one image lacks is its own failure.
  func features(of subjects: [EvaluationImage], in memory: WorkerMemory) -> [Result<
    [Float], ImageFailure
  >] {
    network.map(
      subjects.count, outputs: [tap], in: memory.main, named: { subjects[$0].name },
      input: { try input(try subjects[$0].image, named: subjects[$0].name, in: memory) },
      read: { $0.result(tap, image: $1, in: memory.main).values })
  }
}

extension FaceParser {
  /// Label maps of several images in CelebAMask-HQ's class order, at the network's size.
  func labels(of subjects: [EvaluationImage], in memory: WorkerMemory) -> [Result<
    Raster, ImageFailure
  >] {
    network.map(
      subjects.count, outputs: [Graph.mainOutput], in: memory.main, named: { subjects[$0].name },
      input: { try preprocessing.apply(try subjects[$0].image, named: subjects[$0].name) },
      read: { labels($0, image: $1, in: memory) })
  }
}
