import Checkpoints
import Essentials
import Graphs
import Images
import Metrics
import Models
import Provenance
import Tables
import Tensors
import Terms

extension Metric {
  /// Fréchet inception distance.
  package static let fid = Metric("fid", "FID", .lower, of: .set, digits: 2, comparesSets: true)
  /// Kernel inception distance.
  package static let kid = Metric("kid", "KID", .lower, of: .set, digits: 5, comparesSets: true)
  /// FID extrapolated to infinitely many images.
  package static let fidInfinity = Metric(
    "fid-infinity", "FID∞", .lower, of: .set, digits: 2, comparesSets: true, isBlocking: false)
}

extension Intermediate {
  /// Features of FID's network.
  package static let features = Intermediate("features")
}

/// FID's input pipelines, by the package whose numbers they reproduce.
package enum FrechetMode: String, CaseIterable, Sendable {
  case pytorchFID = "pytorch-fid"
  case torchFidelity = "torch-fidelity"
  case cleanFID = "clean-fid"

  /// From RGB to Inception's input.
  package var preprocessing: Preprocessing {
    switch self {
    case .pytorchFID: .fidPytorch
    case .torchFidelity: .fidTorchFidelity
    case .cleanFID: .fidClean
    }
  }
}

/// FID, KID and FID∞: how the features of two sets are compared, for all metrics that share them.
package struct FrechetDistances: MetricFamily, Equatable {
  /// The input pipeline of the features.
  package var mode = FrechetMode.pytorchFID
  /// FID's result; nil takes the weight suite's, or else 2048.
  package var tap: String?
  /// Which subsets KID draws.
  package var kid = KernelInceptionDistance.Variant.cleanFID
  /// How many, and of which size.
  package var draw = KernelInceptionDistance.Draw()

  package init() {}

  package static let metrics: [Metric] = [.fid, .kid, .fidInfinity]
  package static let metricsOfVectors = metrics
  package static func siblings(of metric: Metric) -> [Metric] { metrics }
  /// Those for which mean and covariance of the real features are enough.
  package static let ofStatistics: [Metric] = [.fid, .fidInfinity]
  package static let switches = ["fid_impl", "fid_ref"]
  package static let reductions: [any SetReduction.Type] = [
    FrechetReduction.self, ExtrapolationReduction.self, KernelReduction.self,
  ]

  private static let taps = ["64", "192", "768", "2048"]

  package static let options = [
    MetricOption(
      "fid-mode", storedAs: "fidMode", valueName: "mode", "Input pipeline of FID",
      of: FrechetMode.self,
      default: .pytorchFID),
    MetricOption(
      "fid-dims", storedAs: "fidDims", .number, valueName: "dims", "Inception features of FID",
      among: taps,
      default: "the weights' own, else 2048"),
    MetricOption(
      "kid-variant", storedAs: "kid", valueName: "variant", "KID subsets",
      of: KernelInceptionDistance.Variant.self, default: .cleanFID),
    MetricOption(
      "kid-subsets", storedAs: "kidSubsets", "Number of KID subsets", in: .kidSubsets,
      default: "\(KernelInceptionDistance.Draw().count)"),
    MetricOption(
      "kid-subset-size", storedAs: "kidSubsetSize", "Images of each side in a KID subset",
      in: .kidSubsetSize, default: "\(KernelInceptionDistance.Draw().size)"),
  ]

  package mutating func read(_ options: MetricOptionValues) throws {
    mode = try options["fid-mode"].map { try FrechetMode.named($0) } ?? mode
    tap = try options["fid-dims"].map { dims in
      try choose(dims, as: "FID dimension", from: Self.taps) {
        Self.taps.contains($0) ? $0 : nil
      }
    }
    kid = try options.choice("kid-variant", as: "KID variant") ?? kid
    draw.count = try options.number("kid-subsets") ?? draw.count
    draw.size = try options.number("kid-subset-size") ?? draw.size
    _ = try NumberRange.kidRows.checked(
      draw.count * draw.size, for: "--kid-subsets times --kid-subset-size")
    draw.seed = options.seed
  }

  package mutating func read(_ switches: ProtocolSwitches) throws {
    try switches.require("fid_ref", in: ["gt_same_ids", "test", "all"])
    mode = try switches.value("fid_impl", FrechetMode.init(rawValue:)) ?? mode
  }

  package func require(_ metric: Metric, from loader: ModelLoader) throws {
    try loader.require(.fid, .fid, "inception-fid")
  }

  package func evaluator(
    of metric: Metric, from loader: ModelLoader
  ) throws -> any MetricEvaluator {
    FrechetEvaluator(
      extractor: try loader.fidExtractor(mode.preprocessing, tap: tap), distances: self)
  }

  package func reduction(of metric: Metric) -> any SetReduction {
    switch metric {
    case .kid: KernelReduction(variant: kid, draw: draw)
    case .fidInfinity: ExtrapolationReduction(seed: draw.seed)
    default: FrechetReduction()
    }
  }
}

/// Features for the distances of two sets; by themselves they give no score.
package struct FrechetEvaluator: MetricEvaluator {
  /// Inception, or what stands in for it.
  package let extractor: FeatureExtractor
  /// How its features are compared.
  package let distances: FrechetDistances

  /// Joins an extractor and choices.
  package init(extractor: FeatureExtractor, distances: FrechetDistances = FrechetDistances()) {
    self.extractor = extractor
    self.distances = distances
  }

  package var metrics: [Metric] { FrechetDistances.metrics }
  package var inputs: [EvaluatorInput] { [.realImages] }
  package var loadedNetworks: [LoadedNetwork] { [extractor.network] }
  package func roles(for metric: Metric) -> [WeightRole] { [.fid] }

  package func settings(of metric: Metric) -> MetricSettings {
    var settings: [String: String?] = [
      "mode": distances.mode.rawValue, "linear-algebra": LinearAlgebra.fingerprint,
    ]
    let draw = distances.draw
    switch metric {
    case .kid:
      settings["kernel"] = "(x·y/d+1)^3,float64,unbiased"
      settings["variant"] = distances.kid.rawValue
      if distances.kid != .fullSet {
        settings["subsets"] = "\(draw.count)x\(draw.size),splitmix64,seed=\(draw.seed)"
      }
    case .fidInfinity:
      settings["statistics"] = "float64,n-1"
      settings["line"] =
        "\(FrechetExtrapolation.usualPoints) sizes,1/n,splitmix64,seed=\(draw.seed)"
    default: settings["statistics"] = "float64,n-1"
    }
    return MetricSettings(settings: settings, parts: ["extractor": extractor.fingerprint])
  }

  package func reduction(of metric: Metric) -> any SetReduction { distances.reduction(of: metric) }

  package func measure(_ group: inout MeasurementGroup) throws {
    try group.takeFeatures(by: extractor, as: .features, for: self)
  }

  package func standIns(for metric: Metric, in suite: WeightSuite) -> [String] {
    suite.isCompact || extractor.tap == "2048"
      ? []
      : [
        "FID, FID∞ and KID are computed on Inception's result \(extractor.tap); only 2048 compares "
          + "with published values."
      ]
  }

  package func use(ofSwitch name: String, in run: SwitchUse) -> String? {
    switch name {
    case "fid_ref": return run.table.value(of: name)
    case "fid_impl":
      let isUsual =
        extractor.network.network.name == "inception-fid" && extractor.tap == "2048"
        && extractor.preprocessing.name == distances.mode.preprocessing.name
      if isUsual { return distances.mode.rawValue }
      return SwitchUse.name(extractor.network, extractor.preprocessing)
        + ", result \(extractor.tap)"
    default: return nil
    }
  }

  package func steps(_ fingerprints: [Metric: Fingerprint], side: Int) -> [EvaluationStep] {
    [.features(of: extractor, withReferences: true)]
  }
}

// MARK: Scores of sets

/// Features of the real images, or only their mean and covariance.
private enum Reference {
  case features(FeatureMatrix)
  case statistics(FeatureStatistics)

  /// What is said of a stored covariance with an eigenvalue below 0.
  var negativeEigenvalue: String? {
    guard case .statistics(let statistics) = self else { return nil }
    return statistics.negativeEigenvalue.map { "\($0), counted as 0" }
  }
}

extension MeasuredSet {
  /// A distance between the features of both sides, of which the real one may be given by its statistics.
  fileprivate func distance(
    _ distance: (_ reference: Reference, _ made: FeatureMatrix) throws -> SetDistance
  ) -> SetOutcome {
    let (real, made) = vectors(.features)
    let references = statistics == nil ? real.count : statistics?.count
    return SetOutcome(count: made.count, references: references) {
      let reference: Reference =
        if let statistics { .statistics(statistics) } else {
          .features(try FeatureMatrix(stacking: real))
        }
      return try distance(reference, try FeatureMatrix(stacking: made))
    }
  }
}

/// FID of a set.
struct FrechetReduction: SetReduction {
  static let identifier = "frechet"

  var comparison: SetComparison { .sets }
  var attribution: SetAttribution { .influence }

  /// KID's unbiased form: a change that only FID sees may be one of its bias.
  var second: (metric: Metric, reduction: any SetReduction)? {
    (.kid, KernelReduction(variant: .fullSet, draw: KernelInceptionDistance.Draw()))
  }

  func inputs(of metric: Metric, _ fingerprint: Fingerprint) throws -> [SetInput] {
    [.vector(.features, try fingerprint.part("extractor", of: metric))]
  }

  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    if let real = set.statistics, let made = set.madeStatistics {
      return SetOutcome(count: made.count ?? 0, references: real.count) {
        found(try FrechetDistance.between(real, made), of: .statistics(real), made.dimensions)
      }
    }
    return set.distance { reference, made in
      let distance =
        switch reference {
        case .features(let real): try FrechetDistance.between(real, made)
        case .statistics(let real): try FrechetDistance.between(real, FeatureStatistics(made))
        }
      return found(distance, of: reference, made.columns)
    }
  }

  private func found(
    _ distance: FrechetDistance, of reference: Reference, _ dimensions: Int
  ) -> SetDistance {
    var details = [
      "form": distance.form.rawValue, "rank": "\(distance.first.rank), \(distance.second.rank)",
      "dimensions": "\(dimensions)",
    ]
    details["smallest eigenvalue"] = reference.negativeEigenvalue
    return SetDistance(value: distance.value, details: details)
  }

  func statistic(of results: any SetResults) throws -> @Sendable ([Int]) throws -> Double {
    try vectorStatistic(results) { try FrechetSubsets($0, $1).distance(of:) }
  }

  func harms(of results: any SetResults) throws -> [Double?] {
    let (real, made) = try results.vectors()
    do {
      let influence = try FrechetInfluence(
        of: FeatureMatrix(stacking: made.compactMap(\.self)),
        against: FeatureMatrix(stacking: real.compactMap(\.self)))
      var raises = influence.raises[...]
      return made.map { $0 == nil ? nil : raises.popFirst() }
    } catch { throw HarnessError(.invalid, "\(error)") }
  }
}

/// FID∞ of a set.
struct ExtrapolationReduction: SetReduction {
  static let identifier = "extrapolation"

  /// Of the draws of smaller sets.
  var seed: UInt64

  var comparison: SetComparison {
    .none(reason: "nothing tells the uncertainty of an extrapolation")
  }

  func inputs(of metric: Metric, _ fingerprint: Fingerprint) throws -> [SetInput] {
    [.vector(.features, try fingerprint.part("extractor", of: metric))]
  }

  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    set.distance { reference, made in
      let line =
        switch reference {
        case .features(let real):
          try FrechetExtrapolation.between(real, made, seed: seed, workers: set.workers)
        case .statistics(let real):
          try FrechetExtrapolation.between(real, made, seed: seed, workers: set.workers)
        }
      var details = [
        "dimensions": "\(made.columns)", "slope": "\(line.slope)",
        "sizes": line.points.map { "\($0.count)" }.joined(separator: ", "),
        "fid": line.points.last.map { "\($0.distance)" } ?? "",
      ]
      details["smallest eigenvalue"] = reference.negativeEigenvalue
      // Beside the value, and not as its standard error: it knows nothing of other images.
      details["fit standard error"] = line.standardError.map { "\($0)" }
      return SetDistance(value: line.value, details: details)
    }
  }
}

/// KID of a set.
struct KernelReduction: SetReduction {
  static let identifier = "kernel"

  /// Which subsets are drawn.
  var variant: KernelInceptionDistance.Variant
  /// How many, and of which size.
  var draw: KernelInceptionDistance.Draw

  /// Earlier versions stored the parts by their places.
  private enum CodingKeys: String, CodingKey {
    case variant = "_0"
    case draw = "_1"
  }

  var comparison: SetComparison { .sets }
  /// The statistic takes all images at once, whatever subsets the score draws.
  var isItsStatistic: Bool { false }

  func inputs(of metric: Metric, _ fingerprint: Fingerprint) throws -> [SetInput] {
    [.vector(.features, try fingerprint.part("extractor", of: metric))]
  }

  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    set.distance { reference, made in
      guard case .features(let real) = reference else {
        throw HarnessError(.usage, "KID compares images with images; statistics are not enough")
      }
      let distance = try KernelInceptionDistance.between(
        real, made, variant: variant, draw: draw, workers: set.workers)
      var details = [
        "dimensions": "\(made.columns)", "variant": variant.rawValue,
        "subsets": "\(distance.subsets)",
      ]
      details["subset size"] = distance.subsetSize.map { "\($0)" }
      details["standard deviation"] = distance.standardDeviation.map { "\($0)" }
      // Subsets of all images are one and the same: their spread tells nothing.
      let isAll = distance.subsetSize.map { $0 == real.rows && $0 == made.rows } ?? true
      return SetDistance(
        value: distance.value, standardError: isAll ? nil : distance.standardError,
        details: details)
    }
  }

  func statistic(of results: any SetResults) throws -> @Sendable ([Int]) throws -> Double {
    try vectorStatistic(results) { try KernelInceptionDistance.subsets($0, $1) }
  }
}
