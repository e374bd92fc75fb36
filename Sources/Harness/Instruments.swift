import Foundation
import Graphs
import Images
import Kernels
import Metrics
import Networks
import Tensors

/// One worker's memory for all networks.
///
/// Two workspaces, because a perceptual distance keeps one image's activations while it computes the
/// other's.
package final class WorkerMemory: @unchecked Sendable {
  /// Where networks usually run.
  package let main = Workspace()
  /// Where the real image's activations stay.
  package let other: Workspace

  /// Starts empty.
  package init() { other = Workspace(beside: main) }
}

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
  private func input(_ image: Raster, named name: String, in memory: WorkerMemory) throws -> Tensor
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

  /// The vectors of several images, planar order; what one image lacks is its own failure.
  func features(of subjects: [Subject], in memory: WorkerMemory) -> [Result<[Float], ImageFailure>]
  {
    network.map(
      subjects.count, outputs: [tap], in: memory.main, named: { subjects[$0].name },
      input: { try input(try subjects[$0].image, named: subjects[$0].name, in: memory) },
      read: { $0.result(tap, image: $1, in: memory.main).values })
  }
}

/// A network that gives every pixel of a face its class.
package struct FaceParser: Sendable {
  /// The network; its main result is `[19, H, W]` logits.
  package let network: LoadedNetwork
  /// From RGB to the network's input.
  package let preprocessing: Preprocessing
  /// The order in which the network numbers the classes.
  package let order: LabelOrder

  /// Everything that can move a label.
  package let fingerprint: Fingerprint

  /// Joins a network, the way images reach it and the order of its classes.
  ///
  /// - Throws: ``HarnessError`` for a network that does not give every pixel a logit of each class.
  package init(network: LoadedNetwork, preprocessing: Preprocessing, order: LabelOrder) throws {
    let shape = try Graph(tracing: network.network).shape(of: Graph.mainOutput) ?? []
    guard shape.count == 3, shape[0] == order.count else {
      throw HarnessError(
        .runtime,
        "\(network.weights.path): a face parser gives each pixel a logit of each of the "
          + "\(order.count) classes of '\(order.name)', [\(order.count), H, W], but the result of "
          + "\(network.network.name) is \(shape)")
    }
    self.network = network
    self.preprocessing = preprocessing
    self.order = order
    fingerprint = Fingerprint([
      "arithmetic": network.arithmetic.name,
      "classes": order.name,
      "network": network.network.name,
      "preprocessing": preprocessing.fingerprint,
      "upscaling": "pil-nearest",
      "weights": network.weights.identity,
    ])
  }

  /// Label map of one image in CelebAMask-HQ's class order, at the size of the ground truth.
  ///
  /// The first of equal logits wins, and NaN over all, as in NumPy's and PyTorch's argmax.
  package func labels(
    of image: Raster, width: Int, height: Int, named name: String, in memory: WorkerMemory
  )
    throws -> Raster
  {
    let input = try preprocessing.apply(image, named: name)
    let executable = try network.executable(
      inputShape: input.shape, outputs: [Graph.mainOutput])
    executable.compute([input], in: memory.main)
    try executable.requireFinite(in: memory.main)
    return resized(labels(executable, image: 0, in: memory), width: width, height: height)
  }

  /// Label maps of several images in CelebAMask-HQ's class order, at the network's size.
  func labels(of subjects: [Subject], in memory: WorkerMemory) -> [Result<Raster, ImageFailure>] {
    network.map(
      subjects.count, outputs: [Graph.mainOutput], in: memory.main, named: { subjects[$0].name },
      input: { try preprocessing.apply(try subjects[$0].image, named: subjects[$0].name) },
      read: { labels($0, image: $1, in: memory) })
  }

  private func labels(_ executable: Executable, image: Int, in memory: WorkerMemory) -> Raster {
    let logits = executable.features(Graph.mainOutput, image: image, in: memory.main)
    let numbers = order.conversion(to: .celebAMaskHQ)
    return Raster(
      width: logits.columns, height: logits.rows, channels: 1,
      samples: logits.largestChannels().map { numbers[Int($0)] })
  }

  /// A label map at the size of the ground truth.
  func resized(_ labels: Raster, width: Int, height: Int) -> Raster {
    if labels.width == width && labels.height == height { return labels }
    return labels.resized(width: width, height: height, filter: .nearest)
  }
}

/// LPIPS with one of its trunks.
package struct PerceptualMeter: Sendable {
  /// The trunk behind its scaling layer.
  package let network: LoadedNetwork
  /// Names of the compared activations.
  package let taps: [String]
  /// One linear head a tap.
  package let heads: [[Float]]
  /// Which file the heads came from.
  package let headWeights: WeightFile

  /// Everything that can move a distance.
  package let fingerprint: Fingerprint

  /// Joins a trunk, what is compared in it, and the heads.
  package init(
    network: LoadedNetwork, taps: [String], heads: [[Float]], headWeights: WeightFile
  ) {
    self.network = network
    self.taps = taps
    self.heads = heads
    self.headWeights = headWeights
    fingerprint = Fingerprint([
      "arithmetic": network.arithmetic.name,
      "heads": headWeights.identity,
      "network": network.network.name,
      "preprocessing": Preprocessing.lpips().fingerprint,
      "weights": network.weights.identity,
    ])
  }

  /// Leaves one image's activations in a workspace.
  package func activate(_ image: Raster, named name: String, in workspace: Workspace) throws
    -> Executable
  {
    let input = try Preprocessing.lpips().apply(image, named: name)
    let executable = try network.executable(inputShape: input.shape, outputs: taps)
    executable.compute([input], in: workspace)
    return executable
  }

  /// The distance of two images whose activations were left in two workspaces.
  ///
  /// - Throws: `GraphError.notFinite`, also for what is not finite in a single tap: it goes through norm and
  ///   sum, so that taps need no pass of their own.
  package func distance(
    _ executable: Executable, _ first: Workspace, _ second: Workspace, images: (Int, Int) = (0, 0)
  ) throws(GraphError) -> Double {
    let distance = zip(taps, heads).reduce(0) { sum, layer in
      let one = executable.features(layer.0, image: images.0, in: first)
      let other = executable.features(layer.0, image: images.1, in: second)
      return sum + LPIPS.layerDistance(one, other, weights: layer.1)
    }
    guard distance.isFinite else {
      throw .notFinite(network: network.network.name, output: "distance", index: 0)
    }
    return distance
  }
}
