import Faces
import Tensors
import TestSupport
import Testing

@Suite struct TurnedPortraitTests {
  private static let scene: Scene = {
    var scene = World.train.scene(3, seed: 0)
    scene.look.glasses = .none
    scene.look.hasBangs = false
    scene.look.hat = .none
    scene.view.lids = 1
    return scene
  }()

  /// Points on the nose and behind the eyes are on the head from every side.
  @Test(arguments: [-25, 0, 25] as [Float])
  func theHeadIsSeenFromEverySide(yaw: Float) throws {
    let size = 256
    let portrait = TurnedPortrait(Self.scene, yaw: yaw, pitch: 0, size: size)
    let front = TurnedPortrait(Self.scene, yaw: 0, pitch: 0, size: size)
    for point in [SIMD3<Float>(0, 2, 9), SIMD3(-3, 0, 8), SIMD3(3, 0, 8)] {
      let pixel = Float(size) * portrait.view.place(of: point)
      #expect(portrait.head.samples[Int(pixel.y) * size + Int(pixel.x)] == 255, "\(point)")
    }
    #expect((portrait == front) == (yaw == 0))
  }

  @Test func whatIsNotTheHeadIsGray() {
    let portrait = TurnedPortrait(Self.scene, yaw: 10, pitch: 5, size: 128)
    #expect(Set(portrait.head.samples) == [0, 255])
    for (pixel, head) in portrait.head.samples.enumerated() where head == 0 {
      #expect(portrait.image.samples[3 * pixel..<3 * pixel + 3].allSatisfy { $0 == 128 })
    }
  }

  /// Pose, noise and background of the scene do not count.
  @Test func onlyTheHeadCounts() {
    var other = Self.scene
    (other.view.yaw, other.view.pitch, other.view.roll) = (20, -5, 8)
    let one = TurnedPortrait(Self.scene, yaw: 15, pitch: -3, size: 64)
    #expect(TurnedPortrait(other, yaw: 15, pitch: -3, size: 64) == one)
  }
}
