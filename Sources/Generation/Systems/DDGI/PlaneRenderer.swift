import Gradients
import Graphs
import Kernels
import Networks
import Tensors
import Volumes

/// Pictures of feature planes by rays, a decoder between what points read there and what they show.
///
/// Rays are taken in runs, so that memory is that of a run, not of a picture; the way back decodes each run again.
///
/// Source: Chan et al., "Efficient Geometry-aware 3D Generative Adversarial Networks", CVPR 2022; `NVlabs/eg3d`,
/// `eg3d/training/volumetric_rendering/renderer.py` (`ImportanceRenderer`).
package final class PlaneRenderer {
  /// How rays become light.
  package struct Settings: Sendable {
    /// What points read.
    package var planes: FeaturePlanes
    /// Where rays are looked at.
    package var depths: RayDepths
    /// What light arrives.
    package var marcher: RayMarcher
    /// Rays of a run.
    package var raysAtOnce = 64

    /// EG3D's published renderer.
    package static let published = Settings(
      planes: FeaturePlanes(axes: .published, boxWidth: 1), depths: .published,
      marcher: RayMarcher())

    /// How rays become light.
    package init(planes: FeaturePlanes, depths: RayDepths, marcher: RayMarcher) {
      self.planes = planes
      self.depths = depths
      self.marcher = marcher
    }
  }

  /// What is rendered: planes by rays; nobody writes to the planes meanwhile.
  package struct View: @unchecked Sendable {
    /// `[H, W, P·C]`, one plane's channels behind the other's.
    package let planes: MapView
    /// As many as in every other view.
    package let rays: [Ray]
    /// Where in their strata rays are looked at.
    package let places: RayPlaces
    /// Number of the first ray in its picture.
    package let firstRay: Int

    /// A view.
    package init(planes: MapView, rays: [Ray], places: RayPlaces, firstRay: Int = 0) {
      self.planes = planes
      self.rays = rays
      self.places = places
      self.firstRay = firstRay
    }
  }

  /// How the rays of a view look.
  package struct Rendering: Sendable {
    /// `[rays, C]`, in the range of the decoder's colors.
    package var colors: [Float] = []
    /// Share of the light that does not come from the background, `[rays]`.
    package var opacities: [Float] = []
    /// Mean depth of what is seen, `[rays]`.
    package var depths: [Float] = []

    /// Of no rays.
    package init() {}
  }

  private let settings: Settings
  private let decoder: GradientProgram
  private let parameters: ParameterBlock
  private let repacks: Bool
  private let workers: Workers
  private let channels: Int
  private let colorChannels: Int
  /// Pieces that are decoded at once.
  private let capacity: Int

  /// Rays of a view that are decoded together.
  private struct Piece {
    let view: Int
    let rays: Range<Int>
  }

  /// Prepares memory for some views at once.
  ///
  /// - Parameters:
  ///   - network: the decoder: reads `[C, T, 1]`, gives densities `[1, T, 1]`, and colors under
  ///     ``Networks/EG3DDecoder/colors``.
  ///   - source: the decoder's weights; they are packed once, and their gradients are not wanted.
  ///   - learned: what the decoder holds in place of `source` and may change from run to run; nil for nothing.
  ///   - settings: how rays become light.
  ///   - views: at most so many at once.
  ///   - workers: threads; no bit depends on them.
  /// - Throws: `GraphError`.
  package init(
    _ network: some Network, weights source: any ParameterSource,
    learned: ParameterBlock? = nil, settings: Settings, views: Int, workers: Workers
  ) throws(GraphError) {
    let looks = max(settings.depths.coarse, settings.depths.fine)
    let width = try Graph(tracing: network).inputShape[0]
    let graph = try Graph(
      tracing: network, inputShape: [width, settings.raysAtOnce * looks, 1])
    capacity = max(views, workers.count)
    let program = try GradientProgram(
      graph, outputs: [Graph.mainOutput, EG3DDecoder.colors], capacity: capacity,
      settings: GradientSettings(
        parameters: Set(learned?.specifications.map(\.name) ?? []),
        inputs: Set(graph.inputs.map(\.name)), batchNorms: .evaluation),
      workers: workers)
    self.settings = settings
    self.workers = workers
    channels = width
    colorChannels = graph.shape(of: EG3DDecoder.colors)?.first ?? 0
    repacks = learned != nil
    parameters = if let learned { learned } else { try program.pack(from: source) }
    decoder = program
  }

  /// What some rays of a view are looked at by.
  fileprivate struct Looks {
    /// `[rays][looks]`, ascending in each.
    var depths: [[Float]]
    /// As above.
    var densities: [[Float]] = []
    /// `[rays][looks · C]`.
    var colors: [[Float]] = []
  }

  /// Pictures of views.
  ///
  /// - Parameter views: with equally many rays.
  /// - Returns: one rendering a view.
  /// - Precondition: there are no more views than were prepared for.
  package func render(_ views: [View]) -> [Rendering] {
    var renderings = [Rendering](repeating: Rendering(), count: views.count)
    let runs = runs(of: views)
    let pieces = views.indices.flatMap { view in runs.map { Piece(view: view, rays: $0) } }
    for start in stride(from: 0, to: pieces.count, by: capacity) {
      let group = Array(pieces[start..<min(start + capacity, pieces.count)])
      let looks = looks(at: group, of: views)
      let seen = workers.map(group.count) { [settings] piece, _ in
        looks[piece].depths.indices.map { ray in
          settings.marcher.march(
            looks[piece].depths[ray], densities: looks[piece].densities[ray],
            colors: looks[piece].colors[ray])
        }
      }
      for (piece, results) in zip(group, seen) {
        renderings[piece.view].colors += results.flatMap(\.color)
        renderings[piece.view].opacities += results.map(\.opacity)
        renderings[piece.view].depths += results.map(\.depth)
      }
    }
    return renderings
  }

  /// What changes of renderings mean for planes and decoder.
  ///
  /// - Parameters:
  ///   - changes: gradients by ``Rendering/colors`` and ``Rendering/opacities`` of each view; depths are not read.
  ///   - views: as ``render(_:)`` had them, each of planes of its own.
  ///   - planes: gradients of each view's planes, added to.
  ///   - gradients: what the decoder's parameters' gradients are added to; nil if they are not wanted.
  /// - Precondition: rays are looked at once, without a second look.
  package func addGradients(
    of changes: [Rendering], _ views: [View], to planes: [MapView],
    parameters gradients: ParameterBlock?
  ) {
    precondition(settings.depths.fine == 0, "second looks have no gradient")
    let planes = Maps(planes)
    for run in runs(of: views) {
      // One piece of each view, since a view's planes take one thread's gradients at a time.
      let looks = looks(at: views.indices.map { Piece(view: $0, rays: run) }, of: views)
      write(changes, run, looks)
      decoder.backward(into: gradients)
      let received = Maps(decoder.gradients(ofInput: nil), views: views.count)
      workers.forEach(views.count) { [settings] view, _ in
        let points = Self.points(views[view].rays[run], looks[view].depths)
        settings.planes.addGradient(
          of: received.maps[view].rows(0..<points.count), at: points, to: planes.maps[view])
      }
    }
  }

  /// Maps of some views, each of which one thread at a time touches.
  private struct Maps: @unchecked Sendable {
    let maps: [MapView]

    init(_ maps: [MapView]) { self.maps = maps }

    /// A program's map, view below view.
    init(_ map: MapView, views: Int) {
      maps = (0..<views).map { map.image($0, of: views) }
    }
  }

  private func runs(of views: [View]) -> [Range<Int>] {
    let count = views.first?.rays.count ?? 0
    return stride(from: 0, to: count, by: settings.raysAtOnce).map {
      $0..<min($0 + settings.raysAtOnce, count)
    }
  }

  private static func points(_ rays: ArraySlice<Ray>, _ depths: [[Float]]) -> [SIMD3<Float>] {
    zip(rays, depths).flatMap { ray, depths in depths.map(ray.point) }
  }

  /// Looks at rays in strata, and again where something was found; one result a piece.
  private func looks(at pieces: [Piece], of views: [View]) -> [Looks] {
    let (depths, marcher) = (settings.depths, settings.marcher)
    @Sendable func places(_ piece: Piece, _ count: Int, ray: Int, look: Int) -> [Float] {
      let view = views[piece.view]
      return view.places.places(count, ray: view.firstRay + ray, look: look)
    }
    var first = pieces.map { piece in
      Looks(
        depths: piece.rays.map { ray in
          depths.stratified(places(piece, depths.coarse, ray: ray, look: 0))
        })
    }
    decode(&first, pieces, views)
    guard depths.fine > 0 else { return first }
    var second = workers.map(pieces.count) { [first] index, _ in
      let (piece, found) = (pieces[index], first[index])
      return Looks(
        depths: piece.rays.enumerated().map { place, ray in
          depths.important(
            found.depths[place],
            weights: marcher.weights(found.depths[place], densities: found.densities[place]),
            places(piece, depths.fine, ray: ray, look: 1))
        })
    }
    decode(&second, pieces, views)
    return workers.map(pieces.count) { [first, second, colorChannels] piece, _ in
      first[piece].joined(with: second[piece], channels: colorChannels)
    }
  }

  /// Finds densities and colors at depths.
  private func decode(_ looks: inout [Looks], _ pieces: [Piece], _ views: [View]) {
    let count = pieces.count
    let input = Maps(decoder.input(count: count), views: count)
    workers.forEach(count) { [settings, looks] index, _ in
      let view = views[pieces[index].view]
      let points = Self.points(view.rays[pieces[index].rays], looks[index].depths)
      settings.planes.sample(
        view.planes, at: points, into: input.maps[index].rows(0..<points.count))
    }
    decoder.forward(count: count, parameters: parameters, repacks: repacks)
    let densities = Maps(decoder.values(of: Graph.mainOutput), views: count)
    let colors = Maps(decoder.values(of: EG3DDecoder.colors), views: count)
    let found = workers.map(count) { [looks, colorChannels] index, _ in
      let counts = looks[index].depths.map(\.count)
      let total = counts.reduce(0, +)
      return (
        Self.divided(densities.maps[index].rows(0..<total).pixelValues(), counts, width: 1),
        Self.divided(
          colors.maps[index].rows(0..<total).pixelValues(), counts, width: colorChannels)
      )
    }
    for (index, result) in found.enumerated() {
      (looks[index].densities, looks[index].colors) = result
    }
  }

  private static func divided(_ values: [Float], _ counts: [Int], width: Int) -> [[Float]] {
    var start = 0
    return counts.map { count in
      defer { start += count * width }
      return Array(values[start..<start + count * width])
    }
  }

  /// Gradients by densities and colors, where the decoder expects them.
  private func write(_ changes: [Rendering], _ run: Range<Int>, _ looks: [Looks]) {
    let densities = Maps(decoder.gradients(of: Graph.mainOutput), views: changes.count)
    let colors = Maps(decoder.gradients(of: EG3DDecoder.colors), views: changes.count)
    workers.forEach(changes.count) { [settings, colorChannels] view, _ in
      var pixel = 0
      let (ofDensities, ofColors) = (densities.maps[view], colors.maps[view])
      for (place, ray) in run.enumerated() {
        let own = looks[view]
        let gradient = settings.marcher.gradient(
          color: Array(changes[view].colors[ray * colorChannels..<(ray + 1) * colorChannels]),
          opacity: changes[view].opacities[ray], own.depths[place],
          densities: own.densities[place], colors: own.colors[place])
        ofDensities.set(gradient.densities, from: pixel)
        ofColors.set(gradient.colors, from: pixel)
        pixel += own.depths[place].count
      }
    }
  }
}

extension PlaneRenderer.Looks {
  /// Both looks at the same rays, in order of depth.
  fileprivate func joined(with other: Self, channels: Int) -> Self {
    var result = Self(depths: [])
    for ray in depths.indices {
      let all = depths[ray] + other.depths[ray]
      let densities = densities[ray] + other.densities[ray]
      let colors = colors[ray] + other.colors[ray]
      let order = all.indices.sorted { (all[$0], $0) < (all[$1], $1) }
      result.depths.append(order.map { all[$0] })
      result.densities.append(order.map { densities[$0] })
      result.colors.append(
        order.flatMap { colors[$0 * channels..<($0 + 1) * channels] })
    }
    return result
  }
}

extension MapView {
  /// Sets pixels from one on, `[…, C]`.
  fileprivate func set(_ values: [Float], from first: Int) {
    withMutableValues { own in
      for (index, value) in values.enumerated() {
        let (pixel, channel) = index.quotientAndRemainder(dividingBy: channels)
        own[(first + pixel) * pixelStride + channel] = value
      }
    }
  }
}
