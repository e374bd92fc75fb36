import Graphs
import Images
import Kernels
import Metrics
import Provenance
import Tensors

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
