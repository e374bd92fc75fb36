import Checkpoints
import Faces
import Gradients
import Graphs
import Images
import Kernels
import Models
import Networks
import Tensors
import Volumes

/// The frozen generator that DDGI finds codes for, in three dimensions: a head that can be seen from any side.
package struct HeadGenerator: Sendable {
  /// Random vectors to codes.
  package let mapping: LoadedNetwork
  /// Codes to feature planes.
  package let planes: LoadedNetwork
  /// What points read to density and color.
  package let decoder: LoadedNetwork
  /// `w̄`, the mean code `[D]`.
  package let mean: [Float]

  /// Rows and columns of pictures.
  package static let side = CompactNetworks.invertedSize
  /// Centimeters of the box's sides that planes span, which rays cross from end to end.
  private static let boxWidth: Float = 26
  /// Looks at a ray.
  private static let looks = 24
  private static let sizes = CompactNetworks.headPlanes.configuration

  /// How rays become light.
  package static let settings = PlaneRenderer.Settings(
    planes: FeaturePlanes(axes: .corrected, boxWidth: boxWidth),
    depths: RayDepths(start: 0, end: boxWidth, coarse: looks, fine: 0),
    marcher: RayMarcher(background: 0.5))

  /// Joins networks of the compact sizes.
  package init(
    mapping: LoadedNetwork, planes: LoadedNetwork, decoder: LoadedNetwork, mean: [Float]
  ) {
    self.mapping = mapping
    self.planes = planes
    self.decoder = decoder
    self.mean = mean
  }

  /// Reads a file of all networks.
  ///
  /// - Parameter path: the file.
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  package init(checkpoint path: String) throws {
    let file = try OpenCheckpoint(path)
    func part(_ network: any PublishedNetwork) throws -> LoadedNetwork {
      try LoadedNetwork(
        network, checkpoint: file, ignoring: network.ignorableCheckpointPrefixes + ["decoder."])
    }
    mapping = try part(CompactNetworks.headPlanes.mapping)
    planes = try part(CompactNetworks.headPlanes.synthesis)
    decoder = try part(CompactNetworks.headDecoder)
    mean =
      try file.tensor(StyleGAN2.meanName)?.values
      ?? [Float](repeating: 0, count: Self.sizes.codeWidth)
  }

  /// Rays of a picture's pixels, row by row.
  ///
  /// - Parameters:
  ///   - view: what the picture shows.
  ///   - side: its rows and columns.
  /// - Returns: one ray a pixel.
  package static func rays(of view: HeadView, side: Int = side) -> [Ray] {
    (0..<side * side).map { pixel in
      let place = SIMD2(Float(pixel % side) + 0.5, Float(pixel / side) + 0.5) / Float(side)
      let origin = view.point(at: place) - boxWidth / 2 * view.direction
      return Ray(origin: origin, direction: view.direction)
    }
  }

  /// Feature planes of heads, which can be seen from any side.
  ///
  /// - Parameters:
  ///   - codes: `[D]`, one for all layers, or `[L · D]`, one behind the other.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: `[32, 32, 24]` each.
  /// - Throws: `GraphError` for planes that are not finite.
  package func planes(of codes: [[Float]], workers: Workers) throws -> [Tensor] {
    let sizes = Self.sizes
    return try planes.map(codes.count, workers: workers) { index in
      ModulatedCodes.tokens(codes[index], for: sizes)
    } read: { _, result in
      let found = result(Graph.mainOutput)
      return Tensor(
        shape: [found.rows, found.columns, found.channels], values: found.pixelValues())
    }
  }

  /// Heads as they are seen.
  ///
  /// - Parameters:
  ///   - planes: as ``planes(of:workers:)`` gives them.
  ///   - views: of each.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: renderings of ``side`` rows and columns.
  /// - Throws: `GraphError` for a decoder that does not fit.
  package func renderings(
    of planes: [Tensor], seenBy views: [HeadView], workers: Workers
  ) throws -> [PlaneRenderer.Rendering] {
    let renderer = try PlaneRenderer(
      decoder.network, weights: decoder.parameters, settings: Self.settings, views: planes.count,
      workers: workers)
    return renderer.render(
      zip(planes, views).map { planes, view in
        PlaneRenderer.View(
          planes: MapView(
            copying: planes.values, rows: planes.shape[0], columns: planes.shape[1],
            channels: planes.shape[2]), rays: Self.rays(of: view), places: .middle)
      })
  }

  /// Pictures of heads.
  ///
  /// - Parameters:
  ///   - codes: `[D]`, one for all layers, or `[L · D]`, one behind the other.
  ///   - views: of each.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: `[3, 64, 64]` each, values in about −1…1; gray where the head is not.
  /// - Throws: `GraphError` for planes that are not finite.
  package func pictures(
    of codes: [[Float]], seenBy views: [HeadView], workers: Workers
  ) throws -> [Tensor] {
    try renderings(of: planes(of: codes, workers: workers), seenBy: views, workers: workers)
      .map { $0.picture(side: Self.side) }
  }
}

extension PlaneRenderer.Rendering {
  /// The first three colors as a picture.
  ///
  /// - Parameter side: rows and columns.
  /// - Returns: `[3, side, side]`, values in about −1…1.
  package func picture(side: Int) -> Tensor {
    let pixels = side * side
    let channels = colors.count / pixels
    return Tensor(
      shape: [3, side, side],
      values: (0..<3 * pixels).map { place in
        2 * colors[place % pixels * channels + place / pixels] - 1
      })
  }
}
