import Graphs
import Images
import Models
import Networks
import Objectives
import Pipelines
import Provenance
import Tensors

/// The networks that judge edited images, with their weights, and what they look for.
package struct EditingJudges: Sendable {
  /// A network and the way of images in −1…1 to it.
  package struct Judge: Sendable {
    /// The network.
    package let network: LoadedNetwork
    /// The way.
    package let adapter: ImageAdapter

    /// Joins both.
    package init(_ network: LoadedNetwork, behind adapter: ImageAdapter) {
      self.network = network
      self.adapter = adapter
    }

    /// CLIP's image tower with the way that it was trained for.
    package static func clip(_ network: LoadedNetwork) -> Judge {
      let side = network.network.inputShape.last ?? 224
      return Judge(
        network,
        behind: CompactNetworks.contains(network.network.name)
          ? .bicubic(side: side) : .clip(side: side))
    }

    /// An identity network with the way that it was trained for.
    package static func identity(_ network: LoadedNetwork) -> Judge {
      Judge(
        network,
        behind: CompactNetworks.contains(network.network.name) ? .compactFace : .faceCrop)
    }

    /// The judge on images of a shape, with gradients.
    func differentiable(
      imageShape: [Int], capacity: Int, workers: Workers
    ) throws -> DifferentiableFeatures {
      guard let judged = network.network as? any SingleInputNetwork else {
        throw GraphError.severalInputs(
          network: network.network.name, names: network.network.inputs.map(\.name))
      }
      let graph = try Graph(
        tracing: AdaptedNetwork(judged, behind: adapter, imageShape: imageShape),
        for: [Graph.mainOutput])
      return try DifferentiableFeatures(
        graph, parameters: network.parameters, capacity: capacity,
        arithmetic: network.arithmetic, workers: workers)
    }

    var fingerprint: String { "\(network.weights.identity) \(adapter.fingerprint)" }
  }

  /// CLIP's image tower.
  package let clip: Judge
  /// The identity network; nil where faces need not be kept.
  package let identity: Judge?
  /// What CLIP's features are measured by.
  package let loss: any FeatureLoss
  /// What the loss is, for fingerprints: its form and texts.
  package let lossText: String
  /// Factors of the losses.
  package let weights: EditingObjective.Weights

  /// Joins judges and what they look for.
  package init(
    clip: Judge, identity: Judge?, loss: any FeatureLoss, lossText: String,
    weights: EditingObjective.Weights
  ) {
    self.clip = clip
    self.identity = identity
    self.loss = loss
    self.lossText = lossText
    self.weights = weights
  }

  /// The objective on images of a shape.
  ///
  /// - Throws: `GraphError` for networks of several inputs and for operations that have no gradient.
  package func objective(
    imageShape: [Int], capacity: Int, workers: Workers
  ) throws -> EditingObjective {
    func differentiable(_ judge: Judge) throws -> DifferentiableFeatures {
      try judge.differentiable(imageShape: imageShape, capacity: capacity, workers: workers)
    }
    return EditingObjective(
      clip: try differentiable(clip), loss: loss,
      identity: weights.identity == 0 ? nil : try identity.map(differentiable), weights: weights)
  }

  /// Names everything that can move a gradient.
  package var fingerprint: String {
    "clip=\(clip.fingerprint) identity=\(identity?.fingerprint ?? "none") loss=\(lossText) "
      + "weights=\(weights.clip),\(weights.identity),\(weights.difference)"
  }
}

extension EditingJudges {
  /// The suite's CLIP and identity network, looking for an edit.
  ///
  /// - Parameters:
  ///   - texts: the edit's.
  ///   - isDirectional: whether the direction between both texts counts, or the target text alone.
  ///   - weights: factors of the losses; without the identity's its network is not read.
  ///   - loader: where networks come from.
  /// - Throws: `UnavailableMetric` if weights are missing, other errors if they are unusable; what reading texts throws.
  package init(
    _ texts: EditTexts, isDirectional: Bool, weights: EditingObjective.Weights,
    from loader: ModelLoader
  ) throws {
    let (image, tower) = try loader.clip(
      loader.suite.guiding(.clipDirectional), network: "clip-vit-b16", preprocessing: .tensor,
      isReadingTexts: true, isTruncating: true)
    guard let tower else { throw UnavailableMetric("CLIP's text tower is not there") }
    let loss: any FeatureLoss =
      isDirectional ? try texts.directionalLoss(tower) : try texts.globalLoss(tower)
    let face =
      weights.identity == 0
      ? nil : try loader.identity(network: "ir-se50", preprocessing: .irSE50Crop).network
    self.init(
      clip: .clip(image.network), identity: face.map(Judge.identity), loss: loss,
      lossText:
        "\(isDirectional ? "directional" : "global") '\(texts.source)' → '\(texts.target)' "
        + "texts=\(tower.fingerprint.hash)",
      weights: weights)
  }
}
