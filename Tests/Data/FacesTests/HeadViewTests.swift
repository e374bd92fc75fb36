import Faces
import Tensors
import Testing

@Suite struct HeadViewTests {
  private static let views = [(0, 0), (-30, 0), (30, 0), (0, 12), (20, -12)].map { yaw, pitch in
    HeadView(yaw: yaw, pitch: pitch, roll: 5, left: -12, top: -10, width: 25)
  }

  /// A point of the head is on the line of the place that shows it, from every side.
  @Test(arguments: views)
  func placesAndPointsAreInverse(_ view: HeadView) {
    for point in [SIMD3<Float>(0, 0, 8.5), SIMD3(-3, 1, 8), SIMD3(6, -4, -2)] {
      let difference = point - view.point(at: view.place(of: point))
      let along = (difference * view.direction).sum()
      let aside = difference - along * view.direction
      // Coordinates of up to 20 cm in Float32.
      #expect((aside * aside).sum() < 1e-8, "\(point)")
      #expect(abs((view.direction * view.direction).sum() - 1) < 1e-6)
    }
  }

  /// The mirrored point is at the mirrored place.
  @Test(arguments: views)
  func mirroringIsThatOfThePicture(_ view: HeadView) {
    let place = view.place(of: SIMD3(3, 1, 8))
    let other = view.mirrored.place(of: SIMD3(-3, 1, 8))
    #expect(abs(other.x - (1 - place.x)) < 1e-6 && abs(other.y - place.y) < 1e-6)
    #expect(view.mirrored.mirrored == view)
  }

  /// A portrait's eyes are where its label map has them.
  @Test(arguments: 0..<8)
  func aPortraitShowsEyesWhereItsViewSays(_ number: Int) throws {
    var scene = World.train.scene(number, seed: 3)
    (scene.look.glasses, scene.view.lids) = (.none, 1)
    let size = 256
    let labels = Portrait(scene, size: size).labels
    let eyes: Set<UInt8> = [Label.leftEye, Label.rightEye]
    let found = labels.samples.indices.filter { eyes.contains(labels.samples[$0]) }
    try #require(!found.isEmpty)
    let sum = found.reduce(SIMD2<Float>()) { sum, pixel in
      sum + SIMD2<Float>(Float(pixel % size), Float(pixel / size)) + 0.5
    }
    let middle = sum / Float(found.count * size)
    let expected = HeadView(scene).place(of: SIMD3(0, 0, 8.5))
    let distance = expected - middle
    // Half the width of an eye, about 3 cm of 24.
    #expect((distance * distance).sum().squareRoot() < 0.06, "\(expected) \(middle)")
  }
}
