import Faces
import Images
import Tensors

/// The colors of a painted face, from what its caption says.
struct PaintPalette {
  /// One color for each part of ``PaintRegions``.
  let colors: [RGBColor]
  /// How the beard is worn.
  let beard: Beard

  /// Chooses the colors.
  ///
  /// - Parameters:
  ///   - caption: what is said.
  ///   - labels: the label map, which tells whether glasses hide the eyes.
  ///   - seed: chooses what no caption speaks of.
  init(_ caption: CaptionReading, labels: Raster, seed: UInt64) {
    let claims = caption.claims
    let skin = Self.skin(claims)
    let hair = Self.hair(claims)
    let isMadeUp = claims.contains(.heavyMakeup)
    beard = Self.beard(claims)
    let belongings = Belongings(seed: seed)
    let brow = hair.mixed(with: PaintColor(0.16, 0.12, 0.1), 0.45).mixed(with: skin, 0.3)
    let eye = PaintColor(0.55, 0.5, 0.48).mixed(with: PaintColor(0.2, 0.15, 0.14), 0.4)
    let lips = Self.lips(claims, skin: skin)
    var parts = [PaintColor](repeating: skin, count: Int(PaintRegions.beard) + 1)
    func paint(_ color: PaintColor, _ labels: UInt8...) {
      for label in labels { parts[Int(label)] = color }
    }
    paint(belongings.background, Label.background)
    paint(skin.mixed(with: PaintColor(0.75, 0.4, 0.33), 0.16), Label.nose)
    paint(skin.mixed(with: PaintColor(0.7, 0.32, 0.27), 0.22), Label.leftEar, Label.rightEar)
    paint(skin.darkened(0.86), Label.neck)
    paint(Self.glasses(claims, labels, skin: skin), Label.glasses)
    paint(isMadeUp ? eye.darkened(0.62) : eye, Label.leftEye, Label.rightEye)
    paint(isMadeUp ? brow.darkened(0.8) : brow, Label.leftBrow, Label.rightBrow)
    paint(Self.mouth(claims), Label.mouth)
    paint(lips.darkened(0.92), Label.upperLip)
    paint(lips, Label.lowerLip)
    paint(hair, Label.hair)
    paint(belongings.hat, Label.hat)
    paint(belongings.metal, Label.earring, Label.necklace)
    paint(belongings.cloth, Label.cloth)
    paint(
      skin.mixed(with: hair.darkened(0.85), beard == .stubble ? 0.35 : 0.85), PaintRegions.beard)
    colors = parts.map(\.rounded)
  }

  private static func skin(_ claims: Set<FaceTraits.Trait>) -> PaintColor {
    var skin = PaintColor(0.86, 0.67, 0.55)
    if claims.contains(.paleSkin) { skin = PaintColor(0.94, 0.81, 0.73) }
    if claims.contains(.tannedSkin) { skin = PaintColor(0.72, 0.5, 0.36) }
    if claims.contains(.rosyCheeks) { skin = skin.mixed(with: PaintColor(0.9, 0.45, 0.42), 0.18) }
    return skin
  }

  private static func hair(_ claims: Set<FaceTraits.Trait>) -> PaintColor {
    if claims.contains(.blackHair) { return PaintColor(0.11, 0.1, 0.1) }
    if claims.contains(.brownHair) { return PaintColor(0.3, 0.2, 0.14) }
    if claims.contains(.blondHair) { return PaintColor(0.78, 0.64, 0.42) }
    if claims.contains(.redHair) { return PaintColor(0.55, 0.25, 0.13) }
    if claims.contains(.grayHair) || claims.contains(.old) { return PaintColor(0.64, 0.63, 0.62) }
    return PaintColor(0.24, 0.17, 0.13)
  }

  private static func lips(_ claims: Set<FaceTraits.Trait>, skin: PaintColor) -> PaintColor {
    if claims.contains(.heavyMakeup) { return PaintColor(0.66, 0.13, 0.19) }
    if claims.contains(.lipstick) { return PaintColor(0.76, 0.24, 0.29) }
    return skin.mixed(with: PaintColor(0.66, 0.27, 0.28), 0.5)
  }

  private static func mouth(_ claims: Set<FaceTraits.Trait>) -> PaintColor {
    claims.contains(.smiling) ? PaintColor(0.9, 0.86, 0.82) : PaintColor(0.42, 0.17, 0.17)
  }

  /// Dark where the caption names sunglasses, or where the map shows no eyes and the caption names no
  /// eyeglasses.
  private static func glasses(
    _ claims: Set<FaceTraits.Trait>, _ labels: Raster, skin: PaintColor
  ) -> PaintColor {
    let isDark =
      claims.contains(.sunglasses)
      || (!claims.contains(.eyeglasses) && !labels.samples.contains(Label.leftEye)
        && !labels.samples.contains(Label.rightEye))
    return isDark
      ? PaintColor(0.09, 0.09, 0.1) : skin.mixed(with: PaintColor(0.25, 0.25, 0.28), 0.4)
  }

  private static func beard(_ claims: Set<FaceTraits.Trait>) -> Beard {
    if claims.contains(.beard) { return .full }
    if claims.contains(.goatee) { return .goatee }
    if claims.contains(.mustache) { return .mustache }
    return claims.contains(.stubble) ? .stubble : .none
  }
}

/// The colors of what no caption speaks of.
private struct Belongings {
  let background: PaintColor
  let cloth: PaintColor
  let hat: PaintColor
  /// Of earrings and necklaces.
  let metal: PaintColor

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    background = Self.any(&random, from: 0.25, to: 0.8)
    cloth = Self.any(&random, from: 0.1, to: 0.75)
    hat = Self.any(&random, from: 0.1, to: 0.6)
    metal = random.nextUnit() < 0.5 ? PaintColor(0.8, 0.66, 0.34) : PaintColor(0.76, 0.77, 0.79)
  }

  /// A muted color between two levels.
  private static func any(_ random: inout SplitMix64, from low: Float, to high: Float)
    -> PaintColor
  {
    let level = low + (high - low) * random.nextUnit()
    func tint() -> Float { level + 0.16 * (random.nextUnit() - 0.5) }
    return PaintColor(tint(), tint(), tint())
  }
}

/// A displayed color in 0…1.
private struct PaintColor {
  var value: SIMD3<Float>

  init(_ red: Float, _ green: Float, _ blue: Float) { value = SIMD3(red, green, blue) }

  /// Part of the way to another color, 0…1.
  func mixed(with other: PaintColor, _ share: Float) -> PaintColor {
    var mixed = self
    mixed.value += (other.value - value) * share
    return mixed
  }

  /// The color times a factor.
  func darkened(_ factor: Float) -> PaintColor {
    var darker = self
    darker.value *= factor
    return darker
  }

  /// As 8 bits a channel.
  var rounded: RGBColor {
    let (black, white) = (SIMD3<Float>(repeating: 0), SIMD3<Float>(repeating: 255))
    let steps = (value * white + 0.5).clamped(lowerBound: black, upperBound: white)
    return RGBColor(UInt8(steps.x), UInt8(steps.y), UInt8(steps.z))
  }
}
