import Faces
import Images
import Tensors
import Testing

/// Captions say what the label map shows, and nothing against it.
@Suite struct CaptionTests {
  struct Sample: Sendable {
    let number: Int
    let traits: FaceTraits
    let counts: [Int]
    let texts: [String]
  }

  static let samples: [Sample] = Workers().map(300) { number, _ in
    // Rare things are made frequent, so that their words are tried too.
    var scene = World.validation.scene(number)
    if number % 5 == 0 { scene.look.hat = Hat.allCases[number / 5 % 4] }
    if number % 7 == 0 { scene.look.glasses = Glasses.allCases[number / 7 % 4] }
    if number % 3 == 0 { scene.look.hasNecklace = true }
    let labels = Portrait(scene, size: 128).labels
    var counts = [Int](repeating: 0, count: 19)
    for label in labels.samples { counts[Int(label)] += 1 }
    let traits = FaceTraits(scene, labels: labels)
    let seed = scene.identity.seed
    let texts =
      (0..<MultiModalCaption.count).map { MultiModalCaption.text(traits, index: $0, seed: seed) }
      + (0..<DialogCaption.count).map { DialogCaption.text(traits, index: $0, seed: seed) }
      + [DialogCaption.beardAndAge(traits, seed: seed)]
    return Sample(number: number, traits: traits, counts: counts, texts: texts)
  }

  /// A word that needs a class, and the class.
  static let needs: [(word: String, label: Int)] = [
    ("hat", 14), ("earrings", 15), ("necklace", 16), ("black hair", 13), ("brown hair", 13),
    ("blond hair", 13), ("gray hair", 13), ("red hair", 13), ("wavy hair", 13), ("bangs over", 13),
    ("wearing sunglasses", 3), ("wears eyeglasses", 3), ("thin-framed", 3), ("thick-framed", 3),
    ("arched eyebrows", 6), ("mouth open", 10), ("big lips", 11),
  ]

  /// A phrase that denies a class, and the class.
  static let denials: [(phrase: String, label: Int)] = [
    ("not wearing any eyeglasses", 3), ("no glasses", 3), ("no eyeglasses", 3), ("bald", 13),
  ]

  @Test func saysNothingAgainstTheMap() {
    for sample in Self.samples {
      for text in sample.texts {
        for (word, label) in Self.needs where Self.says(text, word) {
          #expect(sample.counts[label] > 0, "face \(sample.number): \(text)")
        }
        for (phrase, label) in Self.denials where Self.says(text, phrase) {
          #expect(sample.counts[label] == 0, "face \(sample.number): \(text)")
        }
      }
    }
  }

  static func says(_ text: String, _ word: String) -> Bool {
    let letters = text.lowercased().split { !$0.isLetter && $0 != "-" }.joined(separator: " ")
    return " \(letters) ".contains(" \(word) ")
  }

  @Test func contradictsNeitherItselfNorAnother() {
    let opposites = [
      ("is smiling", "does not smile"), ("smiles with", "no smile"),
      ("has a full beard", "has no beard"),
      ("has bangs", "has no bangs"), ("she", "he"), ("looks very young", "is an old person"),
    ]
    for sample in Self.samples {
      let all = sample.texts.joined(separator: " ")
      for (one, other) in opposites {
        #expect(!(Self.says(all, one) && Self.says(all, other)), "face \(sample.number): \(all)")
      }
    }
  }

  @Test func arePlainSentences() {
    for sample in Self.samples {
      for text in sample.texts {
        #expect(text.hasSuffix(".") && !text.contains("  ") && !text.contains(" ."), "\(text)")
        #expect(text.first?.isUppercase == true && !text.contains("has ,"), "\(text)")
        // CLIP's tokenizer takes 77 tokens; a word has rarely more than two.
        #expect(text.split(separator: " ").count < 62, "\(text)")
      }
    }
  }

  /// Every trait is found on some face, and every one of them is said by some caption.
  @Test func tellFacesApart() {
    let first = Self.samples.map { $0.texts[0] }
    #expect(Set(first).count > 150, "of 300 first captions only \(Set(first).count) differ")
    for sample in Self.samples.prefix(50) {
      #expect(Set(sample.texts.prefix(MultiModalCaption.count)).count > 2, "\(sample.texts)")
    }
    let seen = Self.samples.reduce(into: Set<FaceTraits.Trait>()) { $0.formUnion($1.traits.traits) }
    #expect(
      seen == Set(FaceTraits.Trait.allCases),
      "unseen: \(Set(FaceTraits.Trait.allCases).subtracting(seen))")
  }

  @Test func areTheSameForTheSameSeed() {
    let scene = World.test.scene(3)
    let traits = FaceTraits(scene, labels: Portrait(scene, size: 96).labels)
    #expect(
      MultiModalCaption.text(traits, index: 4, seed: 9)
        == MultiModalCaption.text(traits, index: 4, seed: 9))
  }
}
