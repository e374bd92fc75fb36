import Faces
import Tensors
import Testing

/// Edits change one attribute, and only the pixels that it may change.
@Suite struct EditTests {
  /// Persons that an edit applies to.
  static func scenes(for edit: FaceEdit, count: Int) -> [(Scene, Scene)] {
    var found: [(Scene, Scene)] = []
    for number in 0..<400 where found.count < count {
      let scene = World.test.scene(number)
      if let edited = edit.applied(to: scene) { found.append((scene, edited)) }
    }
    return found
  }

  @Test(arguments: FaceEdit.allCases)
  func leavesTheRestAlone(edit: FaceEdit) {
    let pairs = Self.scenes(for: edit, count: 4)
    #expect(pairs.count == 4)
    for (before, after) in pairs {
      #expect(before.identity == after.identity)
      let (old, new) = (Portrait(before, size: 96), Portrait(after, size: 96))
      let allowed = Self.region(edit, old, new)
      var (inside, outside) = (0, 0)
      for pixel in allowed.indices {
        let differs =
          old.labels.samples[pixel] != new.labels.samples[pixel]
          || (0..<3).contains {
            old.image.samples[3 * pixel + $0] != new.image.samples[3 * pixel + $0]
          }
        if differs { allowed[pixel] ? (inside += 1) : (outside += 1) }
      }
      #expect(
        outside == 0, "\(edit) of \(before.identity.seed) changes \(outside) pixels elsewhere")
      #expect(inside > 0 || edit == .earrings, "\(edit) of \(before.identity.seed) changes nothing")
    }
  }

  /// Pixels within the edit's margin of one whose class it may touch, in either picture.
  static func region(_ edit: FaceEdit, _ old: Portrait, _ new: Portrait) -> [Bool] {
    let size = old.labels.width
    let reach = Int((FaceEdit.margin * Double(size)).rounded(.up))
    let classes = edit.mayChange
    var region = [Bool](repeating: false, count: size * size)
    for y in 0..<size {
      for x in 0..<size {
        let pixel = y * size + x
        guard
          classes.contains(old.labels.samples[pixel]) || classes.contains(new.labels.samples[pixel])
        else { continue }
        for v in max(0, y - reach)...min(size - 1, y + reach) {
          for u in max(0, x - reach)...min(size - 1, x + reach) { region[v * size + u] = true }
        }
      }
    }
    return region
  }

  @Test func doesNotApplyTwice() {
    for edit in FaceEdit.allCases {
      for (_, after) in Self.scenes(for: edit, count: 3) {
        #expect(edit.applied(to: after) == nil, "\(edit)")
      }
    }
  }

  @Test func hasTextsThatDiffer() {
    let targets = Set(FaceEdit.allCases.map(\.texts.target))
    #expect(targets.count == FaceEdit.allCases.count)
    for edit in FaceEdit.allCases { #expect(edit.texts.source != edit.texts.target) }
  }

  /// A person's photos are nearer to each other in the color of skin than other people's are.
  @Test func keepsTheSkinsColorUnderEveryLight() {
    func tone(_ scene: Scene) -> SIMD3<Double> {
      let portrait = Portrait(scene, size: 64)
      var sum = SIMD3<Double>(0, 0, 0)
      for (pixel, label) in portrait.labels.samples.enumerated() where label == 1 {
        sum += SIMD3((0..<3).map { Double(portrait.image.samples[3 * pixel + $0]) })
      }
      // Chromaticity: light's strength falls out.
      return sum / (sum.x + sum.y + sum.z)
    }
    func distance(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double {
      ((a - b) * (a - b)).sum().squareRoot()
    }
    let people = (0..<40).map { number -> (SIMD3<Double>, SIMD3<Double>) in
      let person = Identity(seed: World.train.identitySeed(number))
      return (tone(Scene(identity: person, photo: 0)), tone(Scene(identity: person, photo: 1)))
    }
    let same = people.reduce(0) { $0 + distance($1.0, $1.1) } / 40
    let other =
      people.indices.reduce(0) { $0 + distance(people[$1].0, people[($1 + 1) % 40].1) } / 40
    #expect(same < 0.75 * other, "\(same) against \(other)")
  }
}
