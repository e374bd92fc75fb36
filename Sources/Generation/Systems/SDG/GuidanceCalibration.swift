import Networks

/// What the weights of a guidance are multiplied by beside a guide, so that a number of the paper means as much there as
/// beside the guide that it was chosen for.
///
/// How far a weight draws depends on the guide: on its size, on how sure it is of noisy images, on what its maps hold.
package struct GuidanceCalibration: Equatable, Sendable {
  /// Factor of ``Guidance/text``.
  package var text = 1.0
  /// Factor of ``Guidance/content``.
  package var content = 1.0
  /// Factor of ``Guidance/structure``.
  package var structure = 1.0
  /// Factor of ``Guidance/style``.
  package var style = 1.0

  /// Weights act as they are given.
  package init() {}

  /// The published guides', which the paper's numbers are for.
  package static let published = GuidanceCalibration()

  /// The compact guide's, found on drawn faces of the validation world.
  package static let compact = GuidanceCalibration()

  /// That of a guide's network.
  ///
  /// - Parameter network: its name in the catalogue.
  /// - Returns: the factors.
  package static func usual(for network: String) -> GuidanceCalibration {
    network == CompactNetworks.guide.name ? .compact : .published
  }

  /// All factors, for fingerprints; nil where weights act as they are given.
  package var fingerprint: String? {
    self == .published
      ? nil : "calibration=\(text),\(content),\(structure),\(style)"
  }
}

extension Guidance {
  /// With every weight times its factor.
  func calibrated(by calibration: GuidanceCalibration) -> Guidance {
    var guidance = self
    guidance.text *= calibration.text
    guidance.content *= calibration.content
    guidance.structure *= calibration.structure
    guidance.style *= calibration.style
    return guidance
  }
}
