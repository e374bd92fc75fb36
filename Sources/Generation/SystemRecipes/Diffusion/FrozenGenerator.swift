import Checkpoints
import Faces
import Gradients
import Graphs
import Kernels
import Models
import Networks
import Recipes
import Systems
import Tensors
import Volumes

/// A generator that codes are found for, of pictures or of heads.
enum CodedGenerator: Sendable {
  case pictures(FaceGenerator)
  case heads(HeadGenerator)

  /// `w̄`, the mean code `[D]`.
  var mean: [Float] {
    switch self {
    case .pictures(let generator): generator.mean
    case .heads(let generator): generator.mean
    }
  }
}

/// A generator that stays as it is, with the way back from pictures to codes.
final class FrozenGenerator {
  private let width: Int
  private let synthesis: GradientProgram
  private let parameters: ParameterBlock
  /// Of heads.
  private let renderer: PlaneRenderer?
  private var heads: (views: [PlaneRenderer.View], pictures: HeadPictures)?
  private var count = 0

  /// Prepares memory.
  ///
  /// - Throws: `GraphError`.
  init(_ generator: CodedGenerator, capacity: Int, workers: Workers) throws {
    let network: LoadedNetwork
    switch generator {
    case .pictures(let faces):
      (network, width, renderer) = (
        faces.synthesis, StyleGAN2.compact.configuration.codeWidth, nil
      )
    case .heads(let heads):
      network = heads.planes
      width = CompactNetworks.headPlanes.configuration.codeWidth
      renderer = try PlaneRenderer(
        heads.decoder.network, weights: heads.decoder.parameters,
        settings: HeadGenerator.settings, views: capacity, workers: workers)
    }
    synthesis = try GradientProgram(
      Graph(tracing: network.network), capacity: capacity, settings: .ofInput, workers: workers)
    parameters = try synthesis.pack(from: network.parameters)
  }

  /// Pictures `[N · 64, 64, 3]`, and what losses add their gradients to.
  ///
  /// - Parameters:
  ///   - codes: `[L · D]` each.
  ///   - views: of heads; generators of pictures do not read them.
  /// - Returns: the pictures' values in about −1…1, and gradients, zeros at first.
  func pictures(
    of codes: [[Float]], seenBy views: [HeadView]
  ) -> (values: MapView, gradients: MapView) {
    count = codes.count
    synthesis.fill(codes.map { ModulatedCodes.tokens($0, width: width) })
    synthesis.forward(count: count, parameters: parameters, repacks: false)
    let made = synthesis.values(of: Graph.mainOutput)
    guard let renderer else { return (made, synthesis.gradients(of: Graph.mainOutput)) }
    let seen = views.enumerated().map { index, view in
      PlaneRenderer.View(
        planes: made.image(index, of: count), rays: HeadGenerator.rays(of: view), places: .middle)
    }
    let pictures = HeadPictures(renderer.render(seen), side: HeadGenerator.side)
    heads = (seen, pictures)
    return (pictures.values, pictures.gradients)
  }

  /// Gradients by the codes of the last pictures, `[L · D]` each.
  func codeGradients() -> [[Float]] {
    if let renderer, let heads {
      let slopes = synthesis.gradients(of: Graph.mainOutput)
      renderer.addGradients(
        of: heads.pictures.changes(), heads.views,
        to: (0..<count).map { slopes.image($0, of: count) }, parameters: nil)
    }
    synthesis.backward(into: nil)
    let codes = synthesis.gradients(ofInput: nil)
    return (0..<count).map { codes.image($0, of: count).pixelValues() }
  }
}
