/// How much a face contradicts what a caption says, in the units of ``MaskDistance``.
///
/// A caption mentions only some of what it could, so a trait that it leaves out costs nothing.
struct TraitDistance {
  /// What it costs to be somebody of the other sex.
  static let otherSex = 1500

  /// What it costs to lack a claimed trait or to have a denied one.
  static func weight(of trait: FaceTraits.Trait) -> Int {
    switch trait {
    case .blackHair, .brownHair, .blondHair, .redHair, .grayHair: 900
    case .bald, .hat, .sunglasses, .beard: 700
    case .eyeglasses, .paleSkin, .tannedSkin, .goatee, .old: 500
    case .mustache, .stubble, .young, .smiling, .mouthOpen, .bangs, .heavyMakeup: 300
    case .wavyHair, .straightHair, .lipstick, .chubby, .freckles, .rosyCheeks: 150
    case .earrings, .necklace, .recedingHairline, .bagsUnderEyes: 100
    case .archedEyebrows, .bushyEyebrows, .narrowEyes, .bigLips, .bigNose, .pointyNose,
      .highCheekbones, .ovalFace:
      60
    }
  }

  private let isWoman: Bool?
  private let claims, denials: [(trait: FaceTraits.Trait, weight: Int)]

  /// The distance from what a caption says.
  init(from reading: CaptionReading) {
    isWoman = reading.isWoman
    claims = reading.claims.map { ($0, Self.weight(of: $0)) }
    denials = reading.denials.map { ($0, Self.weight(of: $0)) }
  }

  /// A face's distance, at least 0.
  func callAsFunction(_ face: FaceTraits) -> Int {
    var sum = isWoman.map { $0 == face.isWoman ? 0 : Self.otherSex } ?? 0
    for (trait, weight) in claims where !face.traits.contains(trait) { sum += weight }
    for (trait, weight) in denials where face.traits.contains(trait) { sum += weight }
    return sum
  }
}
