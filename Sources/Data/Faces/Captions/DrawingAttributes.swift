/// What a caption says that changes a portrait's colors and textures all over, as numbers.
package enum DrawingAttributes {
  /// The traits, in order; whether it is a woman stands behind them.
  private static let traits: [FaceTraits.Trait] = [
    .blackHair, .brownHair, .blondHair, .redHair, .grayHair, .paleSkin, .tannedSkin, .heavyMakeup,
    .lipstick, .young, .old,
  ]

  /// Number of values.
  package static let count = traits.count + 1

  /// 1 for what is claimed, −1 for what is denied, 0 for what is left open.
  package static func values(of caption: CaptionReading) -> [Float] {
    traits.map { caption.claims.contains($0) ? 1 : caption.denials.contains($0) ? -1 : 0 }
      + [caption.isWoman.map { $0 ? 1 : -1 } ?? 0]
  }
}
