import Gradients
import Graphs
import Kernels
import Models
import Networks
import Pipelines
import Tensors

/// An image tower that reads noisy images, with its weights, ready to give gradients by the pixels.
package struct NoisyGuide: Sendable {
  /// The tower.
  package let network: LoadedNetwork
  /// Width of its embeddings.
  package let embeddingWidth: Int
  /// What the weights of a guidance are multiplied by.
  package let calibration: GuidanceCalibration
  private let tower: any TimeConditionedTower

  /// Reads the weights.
  ///
  /// - Parameters:
  ///   - network: the tower.
  ///   - calibration: factors of the guidance's weights; nil takes what is usual for the network.
  /// - Throws: ``SystemError/conflict(system:reason:)`` for a network that is no ``Networks/TimeConditionedTower``;
  ///   `GraphError`.
  package init(_ network: LoadedNetwork, calibration: GuidanceCalibration? = nil) throws {
    guard let tower = network.network as? any TimeConditionedTower else {
      throw SystemError.conflict(
        system: "sdg",
        reason: "\(network.network.name) cannot guide, since it does not read noisy images with "
          + "their timestep; name sdg-guide or compact-guide for 'guide'")
    }
    self.network = network
    self.tower = tower
    self.calibration = calibration ?? .usual(for: network.network.name)
    embeddingWidth = try Graph(tracing: tower).shape(of: Graph.mainOutput)?.elementCount ?? 0
  }

  /// Width and height of the images that it reads.
  package var imageSize: Int { tower.imageSize }

  /// Prepares memory for groups of images.
  ///
  /// - Parameters:
  ///   - guidance: what will be asked for, before ``calibration``; it is not off.
  ///   - timesteps: at which it will be asked for. What the tower makes of a timestep is computed here, once.
  ///   - capacity: images of the largest group.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: what one thread at a time measures with.
  /// - Throws: `GraphError`.
  package func session(
    _ guidance: Guidance, at timesteps: [Int], capacity: Int, workers: Workers
  ) throws -> GuideSession {
    let outputs = guidance.outputs(among: tower.featureTaps, embedding: Graph.mainOutput)
    let split = try SplitGraph(
      try Graph(tracing: tower, for: outputs), varying: ["image"], for: outputs)
    let moments = try LastingPart(split, of: network).values(
      of: timesteps.map { ["timestep": Tensor(shape: [1], values: [Float($0)])] }, workers: workers)
    let program = try GradientProgram(
      split.varying, outputs: outputs, capacity: capacity,
      settings: GradientSettings(
        parameters: [], inputs: ["image"], batchNorms: .evaluation,
        arithmetic: network.arithmetic),
      workers: workers)
    return GuideSession(
      guidance.calibrated(by: calibration), program: program,
      parameters: try program.pack(from: network.parameters),
      moments: Dictionary(zip(timesteps, moments)) { first, _ in first },
      featureTaps: tower.featureTaps, workers: workers)
  }
}
