import Graphs
import Images
import Provenance
import Tensors

/// A network that turns an image into one vector: Inception features, a face embedding.
package struct FeatureExtractor: Sendable {
  /// The network.
  package let network: LoadedNetwork
  /// The named result to read.
  package let tap: String
  /// From RGB to the network's input.
  package let preprocessing: Preprocessing
  /// What brings a face into place before that; nil where images are taken as they are.
  package let aligner: FaceAligner?

  /// Everything that can move a feature.
  package let fingerprint: Fingerprint

  /// Joins a network and the way images reach it.
  package init(
    network: LoadedNetwork, tap: String, preprocessing: Preprocessing, aligner: FaceAligner? = nil
  ) {
    self.network = network
    self.tap = tap
    self.preprocessing = preprocessing
    self.aligner = aligner
    fingerprint = Fingerprint(
      [
        "arithmetic": network.arithmetic.name,
        "network": network.network.name,
        "preprocessing": preprocessing.fingerprint,
        "tap": tap,
        "weights": network.weights.identity,
      ], parts: aligner.map { ["alignment": $0.fingerprint] } ?? [:])
  }

  /// The network's input for one image.
  package func input(_ image: Raster, named name: String, in memory: WorkerMemory) throws -> Tensor
  {
    // The network may be about to run in the main workspace.
    let image = try aligner?.aligned(image, named: name, in: memory.other) ?? image
    return try preprocessing.apply(image, named: name)
  }

  /// The vector of one image, planar order.
  package func features(of image: Raster, named name: String, in memory: WorkerMemory) throws
    -> [Float]
  {
    let input = try input(image, named: name, in: memory)
    let executable = try network.executable(inputShape: input.shape, outputs: [tap])
    executable.compute([input], in: memory.main)
    try executable.requireFinite(in: memory.main)
    return executable.result(tap, in: memory.main).values
  }
}
