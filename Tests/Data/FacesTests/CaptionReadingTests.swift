import Faces
import Testing

/// What is read from captions is what is seen on their faces.
@Suite struct CaptionReadingTests {
  typealias Trait = FaceTraits.Trait

  /// Glasses that are hardly seen are spoken of, though they are no trait.
  static func traits(of sample: CaptionTests.Sample) -> Set<Trait> {
    var traits = sample.traits.traits
    if sample.traits.glasses == .sun { traits.insert(.sunglasses) }
    if [.thin, .thick].contains(sample.traits.glasses) { traits.insert(.eyeglasses) }
    return traits
  }

  @Test func claimsAndDeniesNothingWrong() {
    for sample in CaptionTests.samples {
      let traits = Self.traits(of: sample)
      for text in sample.texts {
        let reading = CaptionReading(text)
        let wrong = reading.claims.subtracting(traits).union(
          reading.denials.intersection(traits))
        #expect(wrong.isEmpty, "face \(sample.number): \(wrong) of \(text)")
        #expect(reading.isWoman ?? sample.traits.isWoman == sample.traits.isWoman, "\(text)")
      }
    }
  }

  /// Ten captions speak of every trait with a probability above 99.99 %.
  @Test func hearsWhateverIsSaid() {
    for sample in CaptionTests.samples {
      let heard = sample.texts.reduce(into: Set<Trait>()) {
        $0.formUnion(CaptionReading($1).claims)
      }
      let missed = Self.traits(of: sample).subtracting(heard)
      #expect(missed.count <= 1, "face \(sample.number): \(missed) of \(sample.texts)")
    }
    let heard = CaptionTests.samples.flatMap(\.texts).reduce(into: Set<Trait>()) {
      $0.formUnion(CaptionReading($1).claims)
    }
    #expect(heard == Set(Trait.allCases))
  }

  /// A text and what it says.
  struct Case: Sendable {
    let text: String
    var claims: Set<Trait> = []
    var denials: Set<Trait> = []
    var isWoman: Bool?
  }

  static let cases = [
    Case(text: ""),
    Case(
      text: "This person wears lipstick, and earrings. She has blond hair, and wavy hair.",
      claims: [.lipstick, .earrings, .blondHair, .wavyHair], isWoman: true),
    Case(
      text: "He has straight, black hair and brown eyes.", claims: [.straightHair, .blackHair],
      isWoman: false),
    Case(text: "A GIRL WITH GREY HAIR", claims: [.grayHair], isWoman: true),
    Case(
      text: "He has 5 o’clock shadow and bags under eyes.", claims: [.stubble, .bagsUnderEyes],
      isWoman: false),
    Case(
      text: "The man has no mustache and no beard, with eyeglasses.", claims: [.eyeglasses],
      denials: [.mustache, .stubble, .goatee, .beard], isWoman: false),
    Case(text: "This gentleman has a very short beard.", claims: [.stubble], isWoman: false),
    Case(
      text: "She is not wearing any glasses. She does not smile and has the mouth open.",
      claims: [.mouthOpen], denials: [.eyeglasses, .sunglasses, .smiling], isWoman: true),
    Case(
      text: "This lady in her forties looks serious.", denials: [.young, .old, .smiling],
      isWoman: true),
    Case(text: "A 25 years old man with a red hat", claims: [.hat], isWoman: false),
    Case(text: "no bangs or eyeglasses", denials: [.bangs, .eyeglasses, .sunglasses]),
    Case(text: "the whole forehead, 'smiling'", claims: [.smiling], denials: [.bangs]),
  ]

  @Test(arguments: cases)
  func reads(_ item: Case) {
    let reading = CaptionReading(item.text)
    #expect(reading.claims == item.claims)
    #expect(reading.denials == item.denials)
    #expect(reading.isWoman == item.isWoman)
  }

  @Test func understandsTheTextsOfEdits() {
    let wanted: [FaceEdit: Trait] = [
      .makeup: .heavyMakeup, .tanned: .tannedSkin, .grayHair: .grayHair, .blondHair: .blondHair,
      .glasses: .eyeglasses, .sunglasses: .sunglasses, .smile: .smiling, .beard: .beard,
      .hat: .hat, .bangs: .bangs, .earrings: .earrings, .young: .young, .old: .old,
    ]
    for edit in FaceEdit.allCases {
      #expect(CaptionReading(edit.texts.source).claims.isEmpty, "\(edit)")
      #expect(CaptionReading(edit.texts.target).claims == Set([wanted[edit]].compactMap(\.self)))
    }
  }
}
