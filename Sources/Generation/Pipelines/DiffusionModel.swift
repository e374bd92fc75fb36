import Diffusion
import Graphs
import Kernels
import Models
import Networks
import Tensors

/// A U-Net in pixels with its weights, and what its result means.
///
/// A method's sampler asks it for the predictions of a group of images at a timestep, whichever quantity it gives.
package struct DiffusionModel: Sendable {
  /// The network: inputs `image [C, S, S]` and `timestep [1]`, result `[C, S, S]` or `[2·C, S, S]`.
  package let network: LoadedNetwork
  /// What the first C channels of the result are.
  package let kind: Prediction.Kind
  /// `[C, S, S]` of an image, values in −1…1.
  package let imageShape: [Int]
  /// Whether C more channels say where the variance lies between its bounds.
  package let learnsVariance: Bool
  /// The levels of noise that the network was trained on.
  package let schedule: NoiseSchedule

  /// Describes what a network's result means.
  ///
  /// - Parameters:
  ///   - network: an ``Networks/ADMUNet`` or ``Networks/DDPMUNet`` with weights, or one with their inputs.
  ///   - kind: what the first half of the result is, or all of it.
  ///   - imageShape: `[C, S, S]` of an image.
  ///   - learnsVariance: whether the result has a second half.
  ///   - schedule: the levels of noise that the network was trained on.
  package init(
    _ network: LoadedNetwork, kind: Prediction.Kind, imageShape: [Int], learnsVariance: Bool,
    schedule: NoiseSchedule
  ) {
    self.network = network
    self.kind = kind
    self.imageShape = imageShape
    self.learnsVariance = learnsVariance
    self.schedule = schedule
  }

  /// A U-Net in pixels as it was trained: on 1000 levels of noise that rise evenly.
  ///
  /// Published networks predict the noise, the compact one the velocity.
  ///
  /// - Parameters:
  ///   - network: as for ``init(_:kind:imageShape:learnsVariance:schedule:)``.
  ///   - precision: how ᾱ is formed.
  /// - Throws: `GraphError` for a network with other inputs.
  package init(
    ofPixels network: LoadedNetwork, precision: NoiseSchedule.Precision = .double
  ) throws {
    let graph = try Graph(tracing: network.network)
    let imageShape = try graph.input("image").shape
    self.init(
      network, kind: CompactNetworks.contains(network.network.name) ? .velocity : .noise,
      imageShape: imageShape,
      learnsVariance: graph.shape(of: Graph.mainOutput)?.first == 2 * imageShape[0],
      schedule: try .linear(precision: precision))
  }

  /// Names everything that can move a pixel: weights, arithmetic and what the result means.
  package var fingerprint: String {
    "unet=\(network.weights.identity) output=\(kind.rawValue) "
      + "arithmetic=\(network.arithmetic.name)"
  }

  /// What the network says of images at a timestep, one prediction for each.
  ///
  /// - Parameters:
  ///   - samples: `[C, S, S]` each, at the timestep's level.
  ///   - timestep: of the 1000 that the network was trained on.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: a prediction for each sample, in their order.
  /// - Throws: `GraphError` for images of another shape and for a result that is not finite.
  package func predictions(
    of samples: [Tensor], at timestep: Int, workers: Workers
  ) throws -> [Prediction] {
    let results = try network.map(samples.count, workers: workers) { index in
      ["image": samples[index], "timestep": Tensor(shape: [1], values: [Float(timestep)])]
    } read: { _, result in
      result(Graph.mainOutput).planar(shape: resultShape)
    }
    return try results.map { result in
      learnsVariance ? try Prediction(kind, splitting: result) : Prediction(kind, result)
    }
  }

  private var resultShape: [Int] {
    [imageShape[0] * (learnsVariance ? 2 : 1)] + imageShape.dropFirst()
  }
}
