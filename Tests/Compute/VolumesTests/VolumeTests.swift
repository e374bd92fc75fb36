import Foundation
import Kernels
import Tensors
import TestSupport
import Testing
import Volumes

/// Cameras, planes, depths and light against EG3D's own renderer in float64; made by `Tools/make_volume_goldens.py`.
private struct Content: Decodable {
  struct CameraCase: Decodable {
    let yaw: Double
    let pitch: Double
    let label: [Float]
    let skew: Float
    let origins: [Float]
    let directions: [Float]
  }

  struct Planes: Decodable {
    struct Case: Decodable {
      let axes: [Float]
      let found: [Float]
      let gradient: [Float]
    }

    let channels: Int
    let rows: Int
    let columns: Int
    let features: [Float]
    let points: [Float]
    let cases: [String: Case]

    /// `[3·C, H, W]` as a map `[H, W, 3·C]`.
    func map(_ values: [Float]) -> MapView {
      let planar = Tensor(shape: [3 * channels, rows * columns], values: values)
      return MapView(
        copying: planar.transposed.values, rows: rows, columns: columns, channels: 3 * channels)
    }
  }

  struct Depths: Decodable {
    let uniform: [Float]
    let strata: [Float]
    let weights: [Float]
    let places: [Float]
    let found: [Float]
  }

  struct March: Decodable {
    let background: Float
    let depths: [Float]
    let densities: [Float]
    let colors: [Float]
    let color: [Float]
    let depth: Float
    let weights: [Float]
    let ofColor: [Float]
    let ofOpacity: Float
    let ofDensities: [Float]
    let ofColors: [Float]
  }

  let cameras: [CameraCase]
  let planes: Planes
  let depths: [Depths]
  let marches: [March]

  static func load() throws -> Content { try GoldenFolder().decoded("volumes.json") }
}

private func distance(_ found: [Float], _ wanted: [Float]) -> Float {
  guard found.count == wanted.count else { return .infinity }
  return zip(found, wanted).map { abs($0 - $1) }.max() ?? 0
}

private func coordinates(_ points: [SIMD3<Float>]) -> [Float] {
  points.flatMap { [$0.x, $0.y, $0.z] }
}

@Suite struct CameraTests {
  /// The source computes in float32, of which a few roundings are 4e-7 at a distance of 2.7.
  @Test func orbitsAndTheirRaysAreTheSources() throws {
    for golden in try Content.load().cameras {
      let camera = Camera.orbit(yaw: golden.yaw, pitch: golden.pitch)
      #expect(distance(camera.label, golden.label) < 1e-6)
      var intrinsics = Array(golden.label[16...])
      intrinsics[1] = golden.skew
      let rays = Camera(pose: Array(golden.label[..<16]), intrinsics: intrinsics)
        .rays(resolution: 3)
      #expect(distance(coordinates(rays.map(\.origin)), golden.origins) < 1e-6)
      #expect(distance(coordinates(rays.map(\.direction)), golden.directions) < 1e-6)
    }
  }

  /// 0.2 above the horizon is asked for and asin(0.4/π) is given.
  @Test func elevationsAreSharesOfTheHeight() {
    let camera = Camera.orbit(yaw: .pi / 2, pitch: .pi / 2 - 0.2, target: SIMD3())
    #expect(abs(asin(Double(camera.pose[7]) / 2.7) - 0.1277) < 1e-4)
  }

  /// Rays of the mirrored camera are the mirrored rays of the camera, column for column.
  @Test func mirroringMirrorsRays() {
    let camera = Camera.orbit(yaw: .pi / 2 + 0.3, pitch: .pi / 2 - 0.1)
    let (own, other) = (camera.rays(resolution: 4), camera.mirrored.rays(resolution: 4))
    for index in own.indices {
      let mirror = index / 4 * 4 + 3 - index % 4
      let flipped = SIMD3<Float>(-1, 1, 1)
      #expect(
        distance(
          coordinates([own[index].direction * flipped]), coordinates([other[mirror].direction]))
          < 1e-6)
      #expect(own[index].origin * flipped == other[mirror].origin)
    }
    #expect(camera.mirrored.mirrored == camera)
  }

  @Test func labelsAreChecked() {
    let camera = Camera.orbit(yaw: 1, pitch: 1)
    #expect(Camera(label: camera.label) == camera)
    #expect(Camera(label: Array(camera.label.dropLast())) == nil)
    #expect(Camera(label: camera.label.dropLast() + [.nan]) == nil)
  }
}

@Suite struct FeaturePlaneTests {
  @Test(arguments: ["published", "corrected"]) func pointsReadWhatTheSourceReads(name: String)
    throws
  {
    let planes = try Content.load().planes
    let golden = try #require(planes.cases[name])
    let axes = try #require(
      PlaneAxes(axes: Tensor(shape: [3, 3, 3], values: golden.axes)))
    #expect(axes == (name == "published" ? .published : .corrected))
    let sampler = FeaturePlanes(axes: axes, boxWidth: 1)
    let features = planes.map(planes.features)
    let points = stride(from: 0, to: planes.points.count, by: 3).map {
      SIMD3(planes.points[$0], planes.points[$0 + 1], planes.points[$0 + 2])
    }
    let found = MapView(
      copying: [Float](repeating: 9, count: points.count * 8), rows: 1, columns: points.count,
      channels: planes.channels, pixelStride: 8)
    sampler.sample(features, at: points, into: found)
    // Values up to 3, weights and sums rounded a dozen times at most.
    #expect(distance(found.pixelValues(), golden.found) < 2e-6)

    let changes = MapView(
      copying: found.pixelValues().map { 2 * $0 }, rows: 1, columns: points.count,
      channels: planes.channels)
    let gradient = planes.map([Float](repeating: 0, count: planes.features.count))
    sampler.addGradient(of: changes, at: points, to: gradient)
    #expect(distance(gradient.pixelValues(), planes.map(golden.gradient).pixelValues()) < 2e-6)
  }

  /// The published planes read (1, 2), (1, 3) and (3, 1) of the point (1, 2, 3).
  @Test func axesAreWhatTheyAreCalled() {
    func read(_ axes: PlaneAxes) -> [[Float]] {
      axes.planes.map {
        [($0.column * SIMD3(1, 2, 3)).sum(), ($0.row * SIMD3(1, 2, 3)).sum()]
      }
    }
    #expect(read(.published) == [[1, 2], [1, 3], [3, 1]])
    #expect(read(.corrected) == [[1, 2], [1, 3], [3, 2]])
  }

  @Test func axesThatSpanNothingAreRefused() {
    #expect(PlaneAxes(axes: Tensor(shape: [1, 3, 3])) == nil)
    #expect(PlaneAxes(axes: Tensor(shape: [3, 3], repeating: 1)) == nil)
    #expect(PlaneAxes(axes: Tensor(shape: [1, 3, 3], repeating: .nan)) == nil)
  }
}

@Suite struct RayDepthTests {
  /// The source's strata begin in float32, and so do its weights.
  @Test func looksAreTheSources() throws {
    for golden in try Content.load().depths {
      let strata = RayDepths.published.stratified(golden.uniform)
      #expect(distance(strata, golden.strata) < 1e-6)
      let found = RayDepths.published.important(
        golden.strata, weights: golden.weights, golden.places)
      // An interval has a hundredth of all weights at least and 0.025 of depth: rounding shares moves it by 3e-7.
      #expect(distance(found, golden.found) < 2e-6)
      let last = 0.5 * (golden.strata[45] + golden.strata[46])
      #expect(found.allSatisfy { $0 <= last })
    }
  }

  @Test func looksGoWhereSomethingWasFound() {
    let depths = RayDepths(start: 0, end: 9, coarse: 10, fine: 1000)
    let strata = depths.stratified([Float](repeating: 0.5, count: 10))
    #expect(strata == (0..<10).map { Float($0) + 0.5 })
    var weights = [Float](repeating: 0, count: 9)
    weights[4] = 1
    let found = depths.important(
      strata, weights: weights, RayPlaces.middle.places(1000, ray: 0, look: 1))
    // The interval and both its neighbors, an interval early; see `important`.
    #expect(found.filter { (3...6).contains($0) }.count > 950)
    #expect(found == found.sorted())
  }

  @Test func placesDependOnSeedRayAndLook() {
    let places = RayPlaces.seeded(3)
    #expect(places.places(8, ray: 1, look: 0) == places.places(8, ray: 1, look: 0))
    let others = [
      places.places(8, ray: 1, look: 1), places.places(8, ray: 2, look: 0),
      RayPlaces.seeded(4).places(8, ray: 1, look: 0),
    ]
    for other in others { #expect(other != places.places(8, ray: 1, look: 0)) }
    #expect(others.joined().allSatisfy { (0..<1).contains($0) })
  }
}

@Suite struct RayMarcherTests {
  @Test func lightAndGradientsAreTheSources() throws {
    for golden in try Content.load().marches {
      let marcher = RayMarcher(background: golden.background)
      let result = marcher.march(golden.depths, densities: golden.densities, colors: golden.colors)
      // Inputs are rounded to float32; densities of up to 60 turn 4e-6 of themselves into as much of the light.
      #expect(distance(result.color, golden.color) < 5e-6)
      #expect(distance([result.depth], [golden.depth]) < 1e-5)
      #expect(distance(result.weights, golden.weights) < 5e-6)
      let gradient = marcher.gradient(
        color: golden.ofColor, opacity: golden.ofOpacity, golden.depths,
        densities: golden.densities, colors: golden.colors)
      #expect(distance(gradient.densities, golden.ofDensities) < 5e-6)
      #expect(distance(gradient.colors, golden.ofColors) < 5e-6)
    }
  }

  /// Much density in front hides what is behind; none lets the background through.
  @Test func denseThingsHideWhatIsBehind() {
    let marcher = RayMarcher(background: 0.25)
    let colors: [Float] = [1, 1, 0, 0]
    let hidden = marcher.march([1, 2, 3, 4], densities: [500, 500, 500, 500], colors: colors)
    #expect(distance(hidden.color, [1]) < 1e-6)
    #expect(distance([hidden.opacity], [1]) < 1e-6)
    #expect(distance([hidden.depth], [1.5]) < 1e-6)
    let empty = marcher.march([1, 2, 3, 4], densities: [-90, -90, -90, -90], colors: colors)
    #expect(empty.color == [0.25])
    #expect(empty.opacity == 0)
    #expect(empty.depth.isFinite)
  }
}
