import Detection
import Tensors
import TestSupport
import Testing

struct AlignmentTests {
  @Test func agreesWithScikitImage() throws {
    let golden: DetectionGoldens.Warp = try GoldenFolder().decoded("warp.json")
    let transform = try #require(
      SimilarityTransform(
        from: golden.points.map { SIMD2($0[0], $0[1]) },
        to: golden.targets.map { SIMD2($0[0], $0[1]) }))
    let (a, b) = (transform.rotation.x, transform.rotation.y)
    let matrix = [a, -b, transform.shift.x, b, a, transform.shift.y]
    for (found, expected) in zip(matrix, golden.matrix) {
      // Both in float64, coordinates below 100, a handful of sums.
      #expect(abs(found - expected) <= 1e-12 * 100)
    }
    let image = DetectionGoldens.drawnImage(width: 60, height: 70)
    let warped = FaceAlignment.warped(image, by: transform, width: 40, height: 40)
    #expect(warped.samples == golden.pixels)
  }

  /// A face whose landmarks lie on the template already stays where it is.
  @Test func templateIsAFixedPoint() throws {
    let image = DetectionGoldens.drawnImage(width: 112, height: 112)
    let landmarks = FaceAlignment.template.map { SIMD2(Float($0.x), Float($0.y)) }
    #expect(FaceAlignment.aligned(image, landmarks: landmarks) == image)
  }

  /// Any similarity of the template is found again, and undone.
  @Test func similaritiesAreFoundAgain() throws {
    var random = SplitMix64(seed: 3)
    func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 * 2 - 1 }
    for _ in 0..<200 {
      let rotation = SIMD2(unit() + 1.5, unit())
      let shift = SIMD2(unit(), unit()) * 300
      func moved(_ p: SIMD2<Double>) -> SIMD2<Double> {
        let x: Double = rotation.x * p.x - rotation.y * p.y
        let y: Double = rotation.y * p.x + rotation.x * p.y
        return SIMD2(x, y) + shift
      }
      let points = FaceAlignment.template
      let found = try #require(SimilarityTransform(from: points, to: points.map(moved)), "seed 3")
      for point in points + [SIMD2<Double>(0, 0), SIMD2<Double>(-40, 500)] {
        // Ten digits of float64's sixteen are left after sums of products of hundreds.
        let there = found.applied(to: point) - moved(point)
        let back = found.origin(of: moved(point)) - point
        let error: Double = abs(there.x) + abs(there.y) + abs(back.x) + abs(back.y)
        #expect(error < 1e-6, "seed 3")
      }
    }
  }

  @Test func pointsThatCoincideHaveNoTransform() {
    let image = DetectionGoldens.drawnImage(width: 20, height: 20)
    let same = [SIMD2<Float>](repeating: SIMD2(5, 5), count: 5)
    #expect(FaceAlignment.aligned(image, landmarks: same) == nil)
    #expect(FaceAlignment.aligned(image, landmarks: []) == nil)
    let lost = [SIMD2<Float>](repeating: SIMD2(.nan, 5), count: 5)
    #expect(FaceAlignment.aligned(image, landmarks: lost) == nil)
  }

  @Test func outsideIsBlack() throws {
    let image = Raster(width: 2, height: 2, channels: 1, samples: [100, 100, 100, 100])
    let far = try #require(
      SimilarityTransform(
        from: [SIMD2(0, 0), SIMD2(1, 0)], to: [SIMD2(1e300, 0), SIMD2(1e300, 1)]))
    #expect(FaceAlignment.warped(image, by: far, width: 2, height: 2).samples == [0, 0, 0, 0])
    let half = try #require(
      SimilarityTransform(from: [SIMD2(0, 0), SIMD2(1, 0)], to: [SIMD2(0.5, 0), SIMD2(1.5, 0)]))
    let moved = FaceAlignment.warped(image, by: half, width: 3, height: 1)
    #expect(moved.samples == [50, 100, 50])
  }
}
