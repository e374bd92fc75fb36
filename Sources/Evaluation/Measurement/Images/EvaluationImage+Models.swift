import Graphs
import Images
import Models
import Tensors
import Terms

extension FeatureExtractor {
  /// The vectors of several images, planar order; what one image lacks is its own failure.
  func features(of images: [EvaluationImage], in memory: WorkerMemory) -> [Result<
    [Float], ImageFailure
  >] {
    network.map(
      images.count, outputs: [tap], in: memory.main, named: { images[$0].name },
      input: { try input(try images[$0].image, named: images[$0].name, in: memory) },
      read: { $0.result(tap, image: $1, in: memory.main).values })
  }
}

extension FaceParser {
  /// Label maps of several images in CelebAMask-HQ's class order, at the network's size.
  func labels(of images: [EvaluationImage], in memory: WorkerMemory) -> [Result<
    Raster, ImageFailure
  >] {
    network.map(
      images.count, outputs: [Graph.mainOutput], in: memory.main, named: { images[$0].name },
      input: { try preprocessing.apply(try images[$0].image, named: images[$0].name) },
      read: { labels($0, image: $1, in: memory) })
  }
}
