import Graphs
import Images
import Kernels
import Metrics
import Networks
import Provenance
import Tensors

/// A distance of two images by the activations of one network: LPIPS with one of its trunks, or DISTS.
package struct PerceptualDistance: Sendable {
  /// One activation that is compared.
  package struct Layer: Sendable {
    /// The network's result.
    let tap: String
    /// What it adds to the distance of two images; each map is `[H, W, C]`.
    let distance: @Sendable (_ first: MapView, _ second: MapView) throws -> Double
  }

  /// The trunk behind its scaling layer.
  package let network: LoadedNetwork
  /// From RGB to the network's input, at the image's own size.
  package let preprocessing: Preprocessing
  /// What is compared.
  private let layers: [Layer]
  /// Which file the learned weights of the layers came from.
  package let headWeights: WeightFile

  /// Everything that can move a distance.
  package let fingerprint: Fingerprint

  private init(
    network: LoadedNetwork, preprocessing: Preprocessing, layers: [Layer], headWeights: WeightFile
  ) {
    self.network = network
    self.preprocessing = preprocessing
    self.layers = layers
    self.headWeights = headWeights
    fingerprint = Fingerprint([
      "arithmetic": network.arithmetic.name,
      "heads": headWeights.identity,
      "network": network.network.name,
      "preprocessing": preprocessing.fingerprint,
      "weights": network.weights.identity,
    ])
  }

  /// LPIPS.
  ///
  /// - Parameters:
  ///   - network: a trunk behind LPIPS's scaling layer.
  ///   - taps: names of the compared activations.
  ///   - heads: the weights of each one's channels.
  ///   - headWeights: which file the heads came from.
  /// - Returns: the distance, which reads images of any size that the trunk takes.
  package static func lpips(
    network: LoadedNetwork, taps: [String], heads: [[Float]], headWeights: WeightFile
  ) -> PerceptualDistance {
    let layers = zip(taps, heads).map { tap, head in
      Layer(tap: tap) { LPIPS.layerDistance($0, $1, weights: head) }
    }
    return PerceptualDistance(
      network: network, preprocessing: .lpips(), layers: layers, headWeights: headWeights)
  }

  /// DISTS.
  ///
  /// - Parameters:
  ///   - network: VGG16 as DISTS runs it, from images in 0…1.
  ///   - taps: names of the compared activations.
  ///   - weights: of texture and structure, a layer each.
  ///   - headWeights: which file the weights came from.
  /// - Returns: the distance, which reads images of any size from 32×32.
  package static func dists(
    network: LoadedNetwork, taps: [String], weights: DISTSWeights, headWeights: WeightFile
  ) -> PerceptualDistance {
    let layers = zip(taps, weights.layers).map { tap, layer in
      Layer(tap: tap) { try DISTS.layerDistance($0, $1, weights: layer) }
    }
    return PerceptualDistance(
      network: network, preprocessing: .dists, layers: layers, headWeights: headWeights)
  }

  /// Names of the compared activations.
  package var taps: [String] { layers.map(\.tap) }

  /// Leaves one image's activations in a workspace.
  package func activate(_ image: Raster, named name: String, in workspace: Workspace) throws
    -> Executable
  {
    let input = try preprocessing.apply(image, named: name)
    let executable = try network.executable(inputShape: input.shape, outputs: taps)
    executable.compute([input], in: workspace)
    return executable
  }

  /// The distance of two images whose activations were left in two workspaces.
  ///
  /// - Throws: `GraphError.notFinite`, also for what is not finite in a single tap: it goes through norm and
  ///   sum, so that taps need no pass of their own; `DISTSError` for activations that the weights do not fit.
  package func distance(
    _ executable: Executable, _ first: Workspace, _ second: Workspace, images: (Int, Int) = (0, 0)
  ) throws -> Double {
    let distance = try layers.reduce(0) { sum, layer in
      let one = executable.features(layer.tap, image: images.0, in: first)
      let other = executable.features(layer.tap, image: images.1, in: second)
      return sum + (try layer.distance(one, other))
    }
    guard distance.isFinite else {
      throw GraphError.notFinite(network: network.network.name, output: "distance", index: 0)
    }
    return distance
  }
}
