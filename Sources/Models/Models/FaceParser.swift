import Graphs
import Images
import Kernels
import Provenance
import Tensors

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

  /// Label map of one of the images that a network was run on, in CelebAMask-HQ's class order, at the
  /// network's size.
  package func labels(_ executable: Executable, image: Int, in memory: WorkerMemory) -> Raster {
    let logits = executable.features(Graph.mainOutput, image: image, in: memory.main)
    let numbers = order.conversion(to: .celebAMaskHQ)
    return Raster(
      width: logits.columns, height: logits.rows, channels: 1,
      samples: logits.largestChannels().map { numbers[Int($0)] })
  }

  /// A label map at the size of the ground truth.
  package func resized(_ labels: Raster, width: Int, height: Int) -> Raster {
    if labels.width == width && labels.height == height { return labels }
    return labels.resized(width: width, height: height, filter: .nearest)
  }
}
