import Faces
import Models
import Networks
import Tensors

/// DDGI's trained networks for heads: codes, and how a head stands before the camera.
///
/// - Deviation: the paper takes the camera of the real picture, found by another network; here the diffusion's middle tells
///   it, since label map or scribble show how the head stands.
package struct HeadFinder: Sendable {
  /// What finds codes.
  package let codes: CodeFinder
  /// The middle to six numbers; ``Networks/CompactNetworks/headStance`` with weights.
  private let stance: LoadedNetwork

  /// Where the network of stances is in a file of the layout `inversion`.
  package static let stancePart = "stance"

  /// Joins networks.
  package init(codes: CodeFinder, stance: LoadedNetwork) {
    self.codes = codes
    self.stance = stance
  }

  /// Joins what finds codes with the compact network of stances of the same file.
  ///
  /// - Throws: `CheckpointError`, `BindingError`.
  package init(codes: CodeFinder, in file: CompositeFile) throws {
    self.init(
      codes: codes, stance: try file.network(CompactNetworks.headStance, part: Self.stancePart))
  }

  /// Names everything that can move a picture.
  package var fingerprint: String { "\(codes.fingerprint) stance=\(stance.weights.identity)" }

  /// How heads stand.
  ///
  /// - Throws: `GraphError` for numbers that are not finite.
  package func views(of features: [DiffusionFeatures], workers: Workers) throws -> [HeadView] {
    try stance.vectors(features.count, workers: workers) { features[$0].middle }
      .map { HeadView(stance: $0) }
  }
}

/// A view as six numbers, 0 for a usual one and about 1 as far from it as views usually are.
extension HeadView {
  private static let middle: [Float] = [0, 0, 0, -12, -11, 24]
  private static let spread: [Float] = [15, 5, 3, 1, 1, 1]
  /// Degrees and centimeters that no view exceeds.
  private static let limits: [ClosedRange<Float>] = [
    -45...45, -30...30, -30...30, -20 ... -5, -20 ... -3, 12...40,
  ]

  /// The view of six numbers, which stays in the range of views that show a head.
  package init(stance: [Float]) {
    let values = (0..<6).map { place in
      let limits = Self.limits[place]
      let value = Self.middle[place] + Self.spread[place] * stance[place]
      return min(max(value, limits.lowerBound), limits.upperBound)
    }
    self.init(
      yaw: values[0], pitch: values[1], roll: values[2], left: values[3], top: values[4],
      width: values[5])
  }

  /// Six numbers.
  package var stance: [Float] {
    zip([yaw, pitch, roll, left, top, width], zip(Self.middle, Self.spread)).map {
      ($0 - $1.0) / $1.1
    }
  }
}
