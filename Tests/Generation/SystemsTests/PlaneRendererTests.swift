import Gradients
import Graphs
import Kernels
import Networks
import Systems
import Tensors
import TestSupport
import Testing
import Volumes

/// Pictures of feature planes against EG3D's own renderer, and their gradients against differences.
@Suite struct PlaneRendererTests {
  private static let features = 2

  /// Three planes of two features, and a decoder of two colors.
  private static let small = EG3D(
    name: "small", summary: "",
    configuration: EG3D.Configuration(
      planeSize: 16, channels: [8, 8, 8], codeWidth: 8, labelWidth: 25, features: features,
      hidden: 8, superresolution: EG3D.Configuration.Superresolution(size: 8, channels: [8, 8])))

  private static func planes(_ seed: UInt64, side: Int = 6) -> Tensor {
    var tensor = SeededParameters.input(shape: [3 * features, side, side], seed: seed)
    tensor.values = tensor.values.map { 4 * $0 }
    return tensor
  }

  private static func map(_ planes: Tensor) -> MapView {
    MapView(
      copying: planes.reshaped([planes.shape[0], planes.shape[1] * planes.shape[2]]).transposed
        .values, rows: planes.shape[1], columns: planes.shape[2], channels: planes.shape[0])
  }

  private static func settings(fine: Int = 0, raysAtOnce: Int = 5) -> PlaneRenderer.Settings {
    var settings = PlaneRenderer.Settings(
      planes: FeaturePlanes(axes: .corrected, boxWidth: 1.4),
      depths: RayDepths(start: 2.2, end: 3.2, coarse: 7, fine: fine),
      marcher: RayMarcher(background: 0.5))
    settings.raysAtOnce = raysAtOnce
    return settings
  }

  private static func parameters(_ decoder: EG3DDecoder) throws -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: try Graph(tracing: decoder).parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 4))
      })
  }

  private static func views(_ planes: [Tensor], _ places: RayPlaces = .seeded(3))
    -> [PlaneRenderer.View]
  {
    planes.enumerated().map { index, planes in
      PlaneRenderer.View(
        planes: map(planes),
        rays: Camera.orbit(yaw: .pi / 2 + 0.2 * Double(index), pitch: .pi / 2).rays(resolution: 4),
        places: places)
    }
  }

  /// What NVIDIA's renderer gives in float64; made by `Tools/make_eg3d_goldens.py`.
  private struct Published: Decodable {
    let seed: UInt64
    /// What the decoder's seeded parameters are times.
    let scale: Float
    let yaw: Double
    let pitch: Double
    let features: [Float]
    let depths: [Float]
    let opacities: [Float]
  }

  /// Published axes, sampler, decoder, marcher and both looks, from planes to what rays bring.
  ///
  /// Coordinates of up to 2.7 in Float32, where planes of 16 pixels change by 3 a pixel of 1/16, leave 2e-5 of a feature.
  @Test func agreesWithThePublishedRenderer() throws {
    let golden: Published = try GoldenFolder().decoded("rendering.json")
    let decoder = EG3D.ffhq.decoder
    let weights = Dictionary(
      uniqueKeysWithValues: try Graph(tracing: decoder).parameters.map { parameter in
        var tensor = SeededParameters.tensor(
          named: parameter.name, shape: parameter.shape, seed: golden.seed)
        tensor.values = tensor.values.map { golden.scale * $0 }
        return (parameter.name, tensor)
      })
    var planes = SeededParameters.input(shape: [96, 16, 16], seed: golden.seed)
    planes.values = planes.values.map { 3 * $0 }
    let renderer = try PlaneRenderer(
      decoder, weights: weights, settings: .published, views: 1, workers: Workers(count: 2))
    let view = PlaneRenderer.View(
      planes: Self.map(planes),
      rays: Camera.orbit(yaw: golden.yaw, pitch: golden.pitch).rays(resolution: 6),
      places: .middle)
    let rendering = try #require(renderer.render([view]).first)
    func expect(_ found: [Float], _ wanted: [Float], _ name: String) {
      #expect(found.count == wanted.count, "\(name)")
      let worst = zip(found, wanted).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst < 1e-4, "\(name): \(worst)")
    }
    expect(rendering.colors.map { 2 * $0 - 1 }, golden.features, "features")
    expect(rendering.depths, golden.depths, "depths")
    expect(rendering.opacities, golden.opacities, "opacities")
  }

  @Test(arguments: [0, 6]) func noBitDependsOnRunsGroupsAndWorkers(fine: Int) throws {
    let decoder = Self.small.decoder
    let weights = try Self.parameters(decoder)
    let planes = [Self.planes(1), Self.planes(2), Self.planes(3)]
    func rendered(_ raysAtOnce: Int, _ workers: Int, together: Bool) throws -> [Float] {
      let renderer = try PlaneRenderer(
        decoder, weights: weights, settings: Self.settings(fine: fine, raysAtOnce: raysAtOnce),
        views: 3, workers: Workers(count: workers))
      let views = Self.views(planes)
      let results =
        together ? renderer.render(views) : views.flatMap { renderer.render([$0]) }
      return results.flatMap { $0.colors + $0.opacities + $0.depths }
    }
    let whole = try rendered(16, 1, together: true)
    #expect(whole.count == 3 * 16 * (Self.features + 2))
    #expect(Set(whole).count > 40)
    #expect(try rendered(5, 1, together: true) == whole)
    #expect(try rendered(5, 2, together: false) == whole)
  }

  /// The gradient of a weighted sum of colors and opacities, by planes and by the decoder's parameters.
  @Test func gradientsAreDifferences() throws {
    let decoder = Self.small.decoder
    let weights = try Self.parameters(decoder)
    let block = ParameterBlock(try Graph(tracing: decoder).trainableParameters)
    let planes = [Self.planes(1), Self.planes(2)]
    let factors = SeededParameters.input(shape: [2 * 16 * (Self.features + 1)], seed: 9).values
    let renderer = try PlaneRenderer(
      decoder, weights: weights, learned: block, settings: Self.settings(), views: 2,
      workers: Workers(count: 2))
    var changes: [PlaneRenderer.Rendering] = []
    for view in 0..<2 {
      let own = Array(factors[view * 48..<(view + 1) * 48])
      var change = PlaneRenderer.Rendering()
      (change.colors, change.opacities) = (Array(own[..<32]), Array(own[32...]))
      changes.append(change)
    }
    func loss(_ planes: [Tensor], _ weights: [String: Tensor]) throws -> Double {
      try block.fill(from: weights)
      let results = renderer.render(Self.views(planes))
      return zip(results, changes).reduce(0) { sum, pair in
        let found = pair.0.colors + pair.0.opacities
        let wanted = pair.1.colors + pair.1.opacities
        return sum + zip(found, wanted).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }
    }
    _ = try loss(planes, weights)
    let slopes = planes.map { Self.map(Tensor(shape: $0.shape)) }
    let gradients = block.zeroed()
    renderer.addGradients(
      of: changes, Self.views(planes), to: slopes, parameters: gradients)

    // Differences over 2h leave h² of the third derivative and 1e-7 of the loss, some 10, divided by h.
    let h: Float = 0.01
    func check(_ found: Float, _ name: String, _ change: (Float) throws -> Double) throws {
      let difference = (try change(h) - change(-h)) / (2 * Double(h))
      #expect(abs(difference - Double(found)) < 2e-3 + 2e-3 * abs(difference), "\(name)")
    }
    for (view, channel, pixel) in [(0, 0, 14), (0, 3, 15), (1, 4, 20), (1, 1, 21), (1, 5, 14)] {
      let found = slopes[view].pixelValues()[pixel * 3 * Self.features + channel]
      try check(found, "plane \(view), \(channel), \(pixel)") { step in
        var moved = planes
        moved[view].values[channel * 36 + pixel] += step
        return try loss(moved, weights)
      }
    }
    for specification in block.specifications {
      let found = gradients.tensor(specification).values
      for place in [0, found.count - 1] {
        try check(found[place], "\(specification.name) \(place)") { step in
          var moved = weights
          moved[specification.name]?.values[place] += step
          return try loss(planes, moved)
        }
      }
    }
  }
}
