import Diffusion
import Graphs
import Kernels
import Models
import Networks
import Pipelines
import Systems
import Tensors
import Volumes

/// Steps of systems that are more than one network, at their published sizes.
enum SystemBenches {
  static var subjects: [BenchSubject] { [guidedStep, renderedFace] }

  /// A picture of EG3D from its codes: planes, two looks at 128² rays, super-resolution.
  private static var renderedFace: BenchSubject {
    BenchSubject(
      name: "eg3d-512-picture", kind: .network, input: "512×14×1, camera",
      summary: "a picture of EG3D from codes, on seeded weights: planes, rays, super-resolution"
    ) { workers in
      let face = try RenderedFace(workers: Workers(count: workers))
      return BenchWork(
        operations: try RenderedFace.operations, one: { _ in try face.run(1) },
        group: { _ in try face.run(RenderedFace.groupSize) }, groupSize: RenderedFace.groupSize,
        sharesWorkers: true)
    }
  }

  /// A step of SDG with a text: U-Net, guide, and the gradient of the cosine by the pixels.
  private static var guidedStep: BenchSubject {
    let size = ADMUNet.ffhq.configuration.imageSize
    return BenchSubject(
      name: "sdg-step", kind: .network, input: "3×\(size)×\(size), text",
      summary: "a step of SDG guided by a text, on seeded weights: U-Net, guide and its gradient"
    ) { workers in
      let (unet, guide) = (ADMUNet.ffhq, TimeConditionedCLIPImage.published)
      // The way back through the guide by its pixels alone takes as many operations as the way there.
      let operations = try [(unet as any Network, 1), (guide, 2)].reduce(0) { sum, part in
        let cost = try Graph(tracing: part.0).cost(computing: [Graph.mainOutput])
        return sum + part.1 * cost.operations
      }
      let step = try GuidedStep(
        DiffusionModel(ofPixels: NetworkBenches.seeded(unet)),
        NoisyGuide(NetworkBenches.seeded(guide)), size: size, workers: Workers(count: workers))
      return BenchWork(
        operations: operations, one: { _ in try step.run(1) },
        group: { _ in try step.run(GuidedStep.groupSize) }, groupSize: GuidedStep.groupSize,
        sharesWorkers: true)
    }
  }
}

/// What is timed: predictions and gradients for a group of images.
///
/// Unchecked: the session is used by one thread at a time, since the work shares its workers.
private final class GuidedStep: @unchecked Sendable {
  /// As ``Systems/SDGSystem`` groups images of this size.
  static let groupSize = 2
  private static let timestep = 500

  private let model: DiffusionModel
  private let session: GuideSession
  private let images: [Tensor]
  private let texts: [[Float]]
  private let workers: Workers

  init(_ model: DiffusionModel, _ guide: NoisyGuide, size: Int, workers: Workers) throws {
    self.model = model
    self.workers = workers
    var guidance = Guidance()
    guidance.text = 120
    session = try guide.session(
      guidance, at: [Self.timestep], capacity: Self.groupSize, workers: workers)
    images = (0..<Self.groupSize).map {
      SeededParameters.input(shape: [3, size, size], seed: NetworkBenches.seed + UInt64($0))
    }
    let text = SeededParameters.tensor(
      named: "text", shape: [guide.embeddingWidth], seed: NetworkBenches.seed)
    texts = images.map { _ in text.values }
  }

  func run(_ count: Int) throws -> Double {
    let samples = Array(images.prefix(count))
    let predictions = try model.predictions(of: samples, at: Self.timestep, workers: workers)
    let targets = GuideSession.Targets(texts: Array(texts.prefix(count)))
    let measured = try session.measure(samples, at: Self.timestep, targets)
    return Double(predictions[0].values.values[0] + measured[0].gradient.values[0])
  }
}

/// A group of EG3D's pictures at the published sizes.
///
/// Unchecked: the renderer is used by one thread at a time, since the work shares its workers.
private final class RenderedFace: @unchecked Sendable {
  static let groupSize = 2
  private static let side = 128
  private static let generator = EG3D.ffhq

  private let planes, enlargement: LoadedNetwork
  private let renderer: PlaneRenderer
  private let workers: Workers
  private let rays = Camera.orbit(yaw: .pi / 2, pitch: .pi / 2).rays(resolution: side)

  init(workers: Workers) throws {
    self.workers = workers
    planes = try NetworkBenches.seeded(Self.generator.planes)
    enlargement = try NetworkBenches.seeded(Self.generator.superresolution)
    let decoder = try NetworkBenches.seeded(Self.generator.decoder)
    renderer = try PlaneRenderer(
      decoder.network, weights: decoder.parameters, settings: .published, views: Self.groupSize,
      workers: workers)
  }

  /// Of the three networks, the decoder's at every look.
  static var operations: Int {
    get throws {
      func cost(_ network: any Network) throws -> Int {
        try Graph(tracing: network).cost(computing: [Graph.mainOutput]).operations
      }
      let depths = PlaneRenderer.Settings.published.depths
      let looks = side * side * (depths.coarse + depths.fine)
      let decoder = generator.decoder
      return try cost(generator.planes) + cost(generator.superresolution)
        + cost(decoder) * looks / decoder.inputShape[1]
    }
  }

  func run(_ count: Int) throws -> Double {
    let sizes = Self.generator.configuration
    let codes = (0..<count).map {
      SeededParameters.input(
        shape: [sizes.planes.codeWidth, sizes.planes.codeCount, 1],
        seed: NetworkBenches.seed + UInt64($0))
    }
    let made = try planes.map(count, workers: workers) {
      codes[$0]
    } read: { _, result in
      let map = result(Graph.mainOutput)
      return Tensor(shape: [map.rows, map.columns, map.channels], values: map.pixelValues())
    }
    let seen = renderer.render(
      made.map { planes in
        let (rows, columns, channels) = (planes.shape[0], planes.shape[1], planes.shape[2])
        return PlaneRenderer.View(
          planes: MapView(
            copying: planes.values, rows: rows, columns: columns, channels: channels),
          rays: rays, places: .middle)
      })
    let pictures = try enlargement.map(
      count, outputs: [Graph.mainOutput], workers: workers,
      named: { index in
        let pixels = Self.side * Self.side
        let features = Tensor(
          shape: [pixels, sizes.features], values: seen[index].colors.map { 2 * $0 - 1 }
        ).transposed
        return [
          "features": features.reshaped([sizes.features, Self.side, Self.side]),
          "picture": Tensor(
            shape: [3, Self.side, Self.side], values: Array(features.values[..<(3 * pixels)])),
          "code": SeededParameters.input(
            shape: [sizes.planes.codeWidth], seed: NetworkBenches.seed + UInt64(index)),
        ]
      }
    ) { _, result in result(Graph.mainOutput).pixelValues()[0] }
    return Double(pictures[0])
  }
}
