import Checkpoints
import Foundation
import Graphs
import Images
import Metrics
import Models
import Provenance

/// Mean and covariance of real images' features from a file, and by which pipeline they were made.
///
/// The form is pytorch-fid's, `mu` and `sigma` in an `.npz`. A third array, `evalkit`, holds the origin as
/// UTF-8 bytes of JSON; pytorch-fid reads the arrays that it asks for and passes over the third.
package struct ReferenceStatistics {
  let path: String
  /// Mean and covariance, Float64.
  package let statistics: FeatureStatistics
  /// Nil in a file that another program wrote.
  let origin: Origin?

  private static let originName = "evalkit"

  /// Everything that must be alike for two sets of statistics to compare.
  package struct Origin: Codable, Equatable {
    /// FID's input pipeline.
    var mode: String
    var network: String
    /// Which result of the network.
    var tap: String
    /// SHA-256 of the weights.
    var weights: String
    /// Every step from the decoded image to the network.
    var preprocessing: String
    /// The size at which images were compared.
    var workingSize: String
    /// How many images there were.
    var count: Int

    /// What differs from the origin of other features, apart from their number; both sides of each.
    func differences(from other: Origin) -> [String] {
      let parts: [(name: String, value: KeyPath<Origin, String>)] = [
        ("mode", \.mode), ("network", \.network), ("tap", \.tap), ("weights", \.weights),
        ("preprocessing", \.preprocessing), ("size", \.workingSize),
      ]
      return parts.filter { self[keyPath: $0.value] != other[keyPath: $0.value] }.map {
        "\($0.name) \(self[keyPath: $0.value]) and not \(other[keyPath: $0.value])"
      }
    }
  }

  /// Joins statistics that were just made and their origin.
  package init(_ statistics: FeatureStatistics, origin: Origin, path: String) {
    self.statistics = statistics
    self.origin = origin
    self.path = path
  }

  /// Reads a file.
  ///
  /// - Throws: `CheckpointError`, `FrechetError`; ``HarnessError`` for an origin that is not understood.
  package init(contentsOf path: String) throws {
    self.path = path
    let file = try NPZFile.read(path)
    origin =
      file.tensors.contains { $0.name == Self.originName }
      ? try Self.origin(in: file, path) : nil
    let (mean, covariance) = (try file.tensor(named: "mu"), try file.tensor(named: "sigma"))
    let width = mean.shape.first ?? 0
    guard mean.shape == [width], covariance.shape == [width, width] else {
      throw HarnessError(
        .runtime,
        "\(path) holds mu of shape \(mean.shape) and sigma of shape \(covariance.shape); a mean [D] and "
          + "a covariance [D, D] are needed")
    }
    do {
      statistics = try FeatureStatistics(
        count: origin?.count, mean: try mean.doubles(), covariance: try covariance.doubles(),
        precision: covariance.elementType.relativeRounding)
    } catch let error as FrechetError {
      throw HarnessError(.runtime, "\(path): \(error)")
    }
  }

  private static func origin(in file: Checkpoint, _ path: String) throws -> Origin {
    let bytes = try file.tensor(named: originName).doubles().map { UInt8(clamping: Int($0)) }
    do { return try JSONDecoder().decode(Origin.self, from: Data(bytes)) } catch {
      throw HarnessError(
        .runtime,
        "the array '\(originName)' of \(path) does not say how its statistics were made; write the file "
          + "again by --save-stats")
    }
  }

  /// Writes the file.
  ///
  /// - Throws: `CheckpointError`.
  package func write() throws {
    let width = statistics.dimensions
    let origin = Array(JSONText.encode(origin).utf8)
    try NPZFile.write(
      [
        ("mu", .doubles(statistics.mean, shape: [width])),
        ("sigma", .doubles(statistics.covariance, shape: [width, width])),
        (Self.originName, .bytes(origin, shape: [origin.count])),
      ], to: path)
  }

  /// What to know before a plan's features are compared with these; nil where their origins agree.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` for another origin.
  package func note(for plan: MetricPlan) throws -> String? {
    guard let wanted = plan.origin(count: 0) else { return nil }
    guard let origin else {
      return
        "\(path) does not say how its statistics were made: what is compared with them is right only if "
        + "that was \(wanted.mode) with \(wanted.network), tap \(wanted.tap), weights "
        + "\(wanted.weights.prefix(12)), as here."
    }
    let differences = origin.differences(from: wanted)
    if differences.isEmpty { return nil }
    throw HarnessError(
      .notComparable,
      "\(path) was made with \(differences.joined(separator: "; ")), as this run measures; write it again "
        + "by --save-stats, or measure as it was made")
  }
}

extension MetricPlan {
  /// Where the features of its distances come from; nil where there are none.
  package func origin(count: Int) -> ReferenceStatistics.Origin? {
    evaluators.lazy.compactMap { $0 as? FrechetEvaluator }.first.map { evaluator in
      let extractor = evaluator.extractor
      return ReferenceStatistics.Origin(
        mode: evaluator.distances.mode.rawValue, network: extractor.network.network.name,
        tap: extractor.tap, weights: extractor.network.weights.sha256,
        preprocessing: extractor.preprocessing.fingerprint, workingSize: resolution.description,
        count: count)
    }
  }
}
