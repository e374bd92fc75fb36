import Checkpoints
import Gradients
import Graphs
import Images
import Kernels
import Models
import Networks
import Objectives
import Recipes
import Systems
import Tensors

/// The loss of codes by the pictures that a frozen generator makes of them.
final class CodeObjective {
  private let synthesis: GradientProgram
  private let parameters: ParameterBlock
  private let perceptual: PerceptualLoss
  private let identity: DifferentiableFeatures
  private let generator: FaceGenerator
  private let sizes = StyleGAN2.compact.configuration

  /// Weights of pixels, LPIPS, identity and of how far codes are from the mean one.
  private static let weights = (pixels: 1.0, seen: 0.8, identity: 0.1, codes: 0.005)

  /// Prepares the frozen networks.
  ///
  /// - Throws: errors of embedded files; `GraphError`.
  init(
    _ generator: FaceGenerator, capacity: Int, _ environment: TrainingEnvironment
  ) throws {
    self.generator = generator
    let graph = try Graph(tracing: generator.synthesis.network)
    synthesis = try GradientProgram(
      graph, capacity: capacity, settings: .ofInput, workers: environment.workers)
    parameters = try synthesis.pack(from: generator.synthesis.parameters)
    perceptual = try PerceptualLoss(
      size: sizes.size, capacity: capacity, workers: environment.workers)
    let network = try LoadedNetwork(
      CompactNetworks.iResNet, checkpoint: CompactWeights.path(of: CompactNetworks.iResNet.name))
    identity = try DifferentiableFeatures(
      Graph(
        tracing: AdaptedNetwork(
          CompactNetworks.iResNet, behind: .compactFace,
          imageShape: [sizes.colors, sizes.size, sizes.size])),
      parameters: network.parameters, capacity: capacity, workers: environment.workers)
  }

  /// Measures codes.
  ///
  /// - Parameters:
  ///   - codes: of a batch.
  ///   - wanted: pictures that what they make is to be like.
  ///   - same: pictures of the persons.
  /// - Returns: the mean loss, and its gradient by each image's codes, `[L · D]`.
  /// - Throws: `GraphError` for features that are not finite.
  func measure(
    _ codes: [ModulatedCodes], like wanted: [Raster], same: [Raster]
  ) throws -> (loss: Double, gradients: [[Float]]) {
    let (count, width) = (codes.count, sizes.codeWidth)
    let values = codes.map(\.values)
    synthesis.fill(values.map { ModulatedCodes.tokens($0, width: width) })
    synthesis.forward(count: count, parameters: parameters, repacks: false)
    let (made, slopes) = (
      synthesis.values(of: Graph.mainOutput), synthesis.gradients(of: Graph.mainOutput)
    )
    let pixels = ValueLoss.squared.measure(
      made, targets: wanted.flatMap(\.signedValues),
      addingTo: slopes, weight: Self.weights.pixels)
    let seen = perceptual.measure(
      made, wanted: wanted, addingTo: slopes, weight: Self.weights.seen)
    let persons = try identity.features(of: same.map(\.signedPlanes))
    let shape = [sizes.colors, sizes.size, sizes.size]
    let pictures = (0..<count).map { made.image($0, of: count).planar(shape: shape) }
    let judged = try identity.measure(pictures) {
      try IdentityLoss().measure(edited: $1, source: persons[$0])
    }
    let share = Self.weights.identity / Double(count)
    for (image, verdict) in judged.enumerated() {
      slopes.image(image, of: count).add(verdict.gradient, times: Float(share))
    }
    synthesis.backward(into: nil)
    var distances = 0.0
    let gradients = (0..<count).map { image in
      let map = synthesis.gradients(ofInput: nil).image(image, of: count)
      return zip(map.pixelValues(), distance(of: values[image], adding: &distances)).map {
        $0 + Float(Self.weights.codes / Double(count)) * $1
      }
    }
    let losses =
      Self.weights.pixels * pixels + Self.weights.seen * seen
      + share * judged.reduce(0) { $0 + $1.loss }
      + Self.weights.codes * distances / Double(count)
    return (losses, gradients)
  }

  /// `‖w − w̄‖`, and its gradient.
  private func distance(of values: [Float], adding sum: inout Double) -> [Float] {
    let mean = generator.mean
    let differences = values.enumerated().map { $1 - mean[$0 % mean.count] }
    let norm = differences.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    sum += norm
    return norm > 0 ? differences.map { $0 / Float(norm) } : differences
  }
}

extension MapView {
  /// Adds a planar tensor of this shape.
  fileprivate func add(_ tensor: Tensor, times factor: Float) {
    let (pixels, channels) = (pixels, channels)
    withMutableValues { own in
      for pixel in 0..<pixels {
        for channel in 0..<channels {
          own[pixel * pixelStride + channel] +=
            factor * tensor.values[channel * pixels + pixel]
        }
      }
    }
  }
}
