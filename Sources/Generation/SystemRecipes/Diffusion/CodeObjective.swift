import Faces
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
  private let generator: FrozenGenerator
  private let mean: [Float]
  private let perceptual: PerceptualLoss
  private let identity: DifferentiableFeatures
  private static let shape = [3, CompactNetworks.invertedSize, CompactNetworks.invertedSize]

  /// What a picture is to be like.
  struct Wanted: Sendable {
    /// RGB, 64 pixels.
    let picture: Raster
    /// RGB, 64 pixels, of the person.
    let person: Raster
    /// How the head stands.
    let view: HeadView
  }

  /// Weights of pixels, LPIPS, identity and of how far codes are from the mean one.
  private static let weights = (pixels: 1.0, seen: 0.8, identity: 0.1, codes: 0.005)

  /// Prepares the frozen networks.
  ///
  /// - Throws: errors of embedded files; `GraphError`.
  init(
    _ generator: CodedGenerator, capacity: Int, _ environment: TrainingEnvironment
  ) throws {
    self.generator = try FrozenGenerator(
      generator, capacity: capacity, workers: environment.workers)
    mean = generator.mean
    perceptual = try PerceptualLoss(
      size: CompactNetworks.invertedSize, capacity: capacity, workers: environment.workers)
    let network = try LoadedNetwork(ofProgram: CompactNetworks.iResNet)
    identity = try DifferentiableFeatures(
      Graph(
        tracing: AdaptedNetwork(
          CompactNetworks.iResNet, behind: .compactFace,
          imageShape: Self.shape)),
      parameters: network.parameters, capacity: capacity, workers: environment.workers)
  }

  /// Measures codes.
  ///
  /// - Parameters:
  ///   - codes: of a batch.
  ///   - wanted: pictures that what they make is to be like, with the persons and how heads stand.
  /// - Returns: the mean loss, and its gradient by each image's codes, `[L · D]`.
  /// - Throws: `GraphError` for features that are not finite.
  func measure(
    _ codes: [ModulatedCodes], like wanted: [Wanted]
  ) throws -> (loss: Double, gradients: [[Float]]) {
    let count = codes.count
    let values = codes.map(\.values)
    let (made, slopes) = generator.pictures(of: values, seenBy: wanted.map(\.view))
    let pictures = wanted.map(\.picture)
    let pixels = ValueLoss.squared.measure(
      made, targets: pictures.flatMap(\.signedValues), addingTo: slopes,
      weight: Self.weights.pixels)
    let seen = perceptual.measure(
      made, wanted: pictures, addingTo: slopes, weight: Self.weights.seen)
    let persons = try identity.features(of: wanted.map(\.person.signedPlanes))
    let judged = try identity.measure(
      (0..<count).map { made.image($0, of: count).planar(shape: Self.shape) }
    ) {
      try IdentityLoss().measure(edited: $1, source: persons[$0])
    }
    let share = Self.weights.identity / Double(count)
    for (image, verdict) in judged.enumerated() {
      slopes.image(image, of: count).add(verdict.gradient, times: Float(share))
    }
    var distances = 0.0
    let gradients = zip(generator.codeGradients(), values).map { gradient, code in
      zip(gradient, distance(of: code, adding: &distances)).map {
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
