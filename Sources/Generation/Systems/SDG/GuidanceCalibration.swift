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

  /// The compact guide's, found on 120 drawn faces of the validation world, a text or an image each.
  ///
  /// With a text weight of 120 the second compact CLIP finds 26 % of the texts first among 99 others, as the paper's
  /// table has 25 %; with an image weight of 100 it finds 29 % of the images. Structure and style are as strong as lets
  /// twice the weight still end in faces.
  package static let compact = {
    var calibration = GuidanceCalibration()
    calibration.text = 2
    calibration.content = 6
    calibration.structure = 0.25
    calibration.style = 1e-7
    return calibration
  }()

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
