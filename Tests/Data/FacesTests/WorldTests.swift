import Faces
import Testing

/// Who lives in which world.
@Suite struct WorldTests {
  @Test func sharesNobody() {
    var seen: Set<UInt64> = []
    var count = 0
    for world in World.allCases {
      for seed: UInt64 in [0, 1, 77] {
        for number in 0..<2000 {
          seen.insert(world.identitySeed(number, seed: seed))
          count += 1
        }
      }
    }
    #expect(seen.count == count)
  }

  @Test func keepsAPersonFromPhotoToPhoto() {
    for number in 0..<200 {
      let person = Identity(seed: World.train.identitySeed(number))
      let photos = (0..<4).map { Scene(identity: person, photo: $0) }
      for photo in photos {
        #expect(photo.identity == person, "person \(number)")
        #expect(photo.look.hairStyle == photos[0].look.hairStyle, "person \(number)")
        #expect(photo.look.hairColor == photos[0].look.hairColor, "person \(number)")
      }
      #expect(Set(photos.map(\.view.yaw)).count == 4, "person \(number) always looks the same way")
    }
  }

  @Test func drawsEveryKindOfLook() {
    let scenes = (0..<3000).map { World.train.scene($0) }
    #expect(Set(scenes.map(\.look.hairStyle)).count == HairStyle.allCases.count)
    #expect(Set(scenes.map(\.look.hairColor)).count == HairColor.allCases.count)
    #expect(Set(scenes.map(\.look.glasses)).count == Glasses.allCases.count)
    #expect(Set(scenes.map(\.look.hat)).count == Hat.allCases.count)
    #expect(Set(scenes.map(\.look.beard)).count == Beard.allCases.count)
    #expect(Set(scenes.map(\.look.earrings)).count == Earrings.allCases.count)
    #expect(Set(scenes.map(\.look.neckline)).count == Neckline.allCases.count)
  }
}
