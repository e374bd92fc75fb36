import Metrics
import Provenance
import Tensors

/// How the features of two sets are compared, for all metrics that share them.
package struct FeatureDistances: Equatable, Sendable {
  /// The metrics that need no other network pass than FID's.
  package static let metrics: [MetricIdentifier] = [.fid, .kid, .fidInfinity]

  /// The input pipeline of the features.
  package var mode = FrechetMode.pytorchFID
  /// Which subsets KID draws.
  package var kid = KernelInceptionDistance.Variant.cleanFID
  /// How many, and of which size.
  package var draw = KernelInceptionDistance.Draw()

  /// The defaults.
  package init() {}

  /// What of this can move a metric.
  func settings(of metric: MetricIdentifier) -> [String: String] {
    var settings = ["mode": mode.rawValue, "linear-algebra": LinearAlgebra.fingerprint]
    switch metric {
    case .kid:
      settings["kernel"] = "(x·y/d+1)^3,float64,unbiased"
      settings["variant"] = kid.rawValue
      if kid != .fullSet {
        settings["subsets"] = "\(draw.count)x\(draw.size),splitmix64,seed=\(draw.seed)"
      }
    case .fidInfinity:
      settings["statistics"] = "float64,n-1"
      settings["line"] =
        "\(FrechetExtrapolation.usualPoints) sizes,1/n,splitmix64,seed=\(draw.seed)"
    default: settings["statistics"] = "float64,n-1"
    }
    return settings
  }
}

/// A distance of two sets with what belongs beside it.
struct SetDistance {
  let value: Double
  var standardError: Double?
  var details: [String: String]

  /// Features of the real images, or only their mean and covariance.
  enum Reference {
    case features(FeatureMatrix)
    case statistics(FeatureStatistics)

    /// What is said of a stored covariance with an eigenvalue below 0.
    fileprivate var negativeEigenvalue: String? {
      guard case .statistics(let statistics) = self else { return nil }
      return statistics.negativeEigenvalue.map { "\($0), counted as 0" }
    }
  }

  /// FID.
  static func frechet(_ reference: Reference, _ generated: FeatureMatrix) throws -> SetDistance {
    let distance =
      switch reference {
      case .features(let real): try FrechetDistance.between(real, generated)
      case .statistics(let real):
        try FrechetDistance.between(real, FeatureStatistics(generated))
      }
    var details = [
      "form": distance.form.rawValue,
      "rank": "\(distance.first.rank), \(distance.second.rank)",
      "dimensions": "\(generated.columns)",
    ]
    details["smallest eigenvalue"] = reference.negativeEigenvalue
    return SetDistance(value: distance.value, details: details)
  }

  /// FID∞.
  static func extrapolated(
    _ reference: Reference, _ generated: FeatureMatrix, seed: UInt64, workers: Workers
  ) throws -> SetDistance {
    let line =
      switch reference {
      case .features(let real):
        try FrechetExtrapolation.between(real, generated, seed: seed, workers: workers)
      case .statistics(let real):
        try FrechetExtrapolation.between(real, generated, seed: seed, workers: workers)
      }
    var details = [
      "dimensions": "\(generated.columns)", "slope": "\(line.slope)",
      "sizes": line.points.map { "\($0.count)" }.joined(separator: ", "),
      "fid": line.points.last.map { "\($0.distance)" } ?? "",
    ]
    details["smallest eigenvalue"] = reference.negativeEigenvalue
    // Beside the value, and not as its standard error: it knows nothing of other images.
    details["fit standard error"] = line.standardError.map { "\($0)" }
    return SetDistance(value: line.value, details: details)
  }

  /// KID.
  static func kernel(
    _ reference: Reference, _ generated: FeatureMatrix,
    _ variant: KernelInceptionDistance.Variant, _ draw: KernelInceptionDistance.Draw,
    workers: Workers
  ) throws -> SetDistance {
    guard case .features(let real) = reference else {
      throw HarnessError(.usage, "KID compares images with images; statistics are not enough")
    }
    let distance = try KernelInceptionDistance.between(
      real, generated, variant: variant, draw: draw, workers: workers)
    var details = [
      "dimensions": "\(generated.columns)", "variant": variant.rawValue,
      "subsets": "\(distance.subsets)",
    ]
    details["subset size"] = distance.subsetSize.map { "\($0)" }
    details["standard deviation"] = distance.standardDeviation.map { "\($0)" }
    // Subsets of all images are one and the same: their spread tells nothing.
    let isAll = distance.subsetSize.map { $0 == real.rows && $0 == generated.rows } ?? true
    return SetDistance(
      value: distance.value, standardError: isAll ? nil : distance.standardError,
      details: details)
  }
}
