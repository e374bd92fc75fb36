import Datasets
import Essentials
import Foundation
import Metrics
import Models
import Provenance
import Store
import Tables
import Tensors
import Terms

extension Metric {
  /// Mean LPIPS between images of one condition.
  package static let lpipsDiversity = Metric(
    "lpips-diversity", "LPIPS diversity", .higher, of: .set, digits: 3)
}

/// How the diversity of a method's images is measured.
package struct PerceptualDiversity: MetricFamily, Equatable {
  /// LPIPS on which trunk.
  package var role = WeightRole.lpipsAlex
  /// Which images of a group are compared.
  package var selection = Metrics.PairSelection.allPairs
  /// What counts once in the mean.
  package var weighting = Diversity.Weighting.pairs

  package init() {}

  package static let metrics: [Metric] = [.lpipsDiversity]
  package static let switches = ["lpips_net", "lpips_pairs"]
  package static let reductions: [any SetReduction.Type] = [DiversityReduction.self]

  private static let trunks: [String: WeightRole] = [
    "alex": .lpipsAlex, "vgg": .lpipsVGG, "squeeze": .lpipsSqueeze,
  ]

  package static let options = [
    MetricOption(
      "diversity-net", storedAs: "diversityNetwork", valueName: "net",
      "LPIPS network of lpips-diversity", among: ["alex", "vgg", "squeeze"], default: "alex"),
    MetricOption(
      "diversity-pairs", storedAs: "diversityPairs", valueName: "choice",
      "Pairs of lpips-diversity", of: Metrics.PairSelection.self, default: .allPairs),
    MetricOption(
      "diversity-mean", storedAs: "diversityMean", valueName: "what",
      "What the mean of lpips-diversity is taken over", of: Diversity.Weighting.self,
      default: .pairs),
  ]

  package mutating func read(_ options: MetricOptionValues) throws {
    if let network = options["diversity-net"] {
      role = try choose(network, as: "LPIPS network", from: Self.trunks.keys.sorted()) {
        Self.trunks[$0]
      }
    }
    selection = try options.choice("diversity-pairs", as: "choice of pairs") ?? selection
    weighting = try options.choice("diversity-mean", as: "mean of distances") ?? weighting
  }

  package mutating func read(_ switches: ProtocolSwitches) throws {
    guard switches.metrics.contains(.lpipsDiversity) else { return }
    selection =
      try switches.value("lpips_pairs", Metrics.PairSelection.init(rawValue:)) ?? selection
    role = try switches.value("lpips_net") { WeightRole(rawValue: "lpips-\($0)") } ?? role
  }

  package func require(_ metric: Metric, from loader: ModelLoader) throws {
    try loader.requirePerceptual(role)
  }

  package func evaluator(
    of metric: Metric, from loader: ModelLoader
  ) throws -> any MetricEvaluator {
    DiversityEvaluator(distance: try loader.perceptual(role), family: self)
  }

  package func reduction(of metric: Metric) -> any SetReduction {
    DiversityReduction(selection: selection, weighting: weighting)
  }
}

/// Distances between images of one method.
package struct DiversityEvaluator: MetricEvaluator {
  let distance: PerceptualDistance
  let family: PerceptualDiversity

  /// Joins a network and choices.
  package init(distance: PerceptualDistance, family: PerceptualDiversity = PerceptualDiversity()) {
    self.distance = distance
    self.family = family
  }

  package var metrics: [Metric] { [.lpipsDiversity] }
  package var inputs: [EvaluatorInput] { [] }
  package var loadedNetworks: [LoadedNetwork] { [distance.network] }
  package var furtherWeights: [(name: String, weights: WeightFile)] { distance.furtherWeights }
  package func roles(for metric: Metric) -> [WeightRole] { [family.role] }

  package func settings(of metric: Metric) -> MetricSettings {
    MetricSettings(
      settings: ["pairs": family.selection.rawValue, "mean-over": family.weighting.rawValue],
      parts: ["distance": distance.fingerprint])
  }

  package func reduction(of metric: Metric) -> any SetReduction { family.reduction(of: metric) }

  // Not of single images: it is measured when all images are known.
  package func measure(_ group: inout MeasurementGroup) { group.update(by: self) { _, _, _ in } }

  package func measure(_ set: MethodImages, into found: inout SetMeasurements) throws {
    let job = DiversityJob(set: set, evaluator: self)
    do { found.distances = .success(try job.measure()) } catch let failure as ImageFailure {
      found.distances = .failure(failure)
    } catch let error as ImagePairError { found.distances = .failure(ImageFailure(error)) }
  }

  package func standIns(for metric: Metric, in suite: WeightSuite) -> [String] {
    distance.standIns(for: metric, family.role, in: suite, by: self)
  }

  package func use(ofSwitch name: String, in run: SwitchUse) -> String? {
    switch name {
    case "lpips_net": distance.trunkName
    case "lpips_pairs": family.selection.rawValue
    default: nil
    }
  }

  package func bytes(width: Int, height: Int, share: Int) -> Int {
    distance.bytes(width: width, height: height, share: share)
  }

  package var holdsBothImages: Bool { true }
}

/// The mean distance of a set's images.
package struct DiversityReduction: SetReduction {
  package static let identifier = "diversity"

  /// Which images of a group are compared.
  package let selection: Metrics.PairSelection
  /// What counts once in the mean.
  let weighting: Diversity.Weighting

  private enum CodingKeys: String, CodingKey {
    case selection = "_0"
    case weighting = "_1"
  }

  package var comparison: SetComparison { .standardErrors }

  package func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    let distances = set.measurements.distances
    guard case .success(let found) = distances else {
      return SetOutcome(reason: distances.failure?.reason)
    }
    guard let diversity = Diversity(of: found.groups, weighting: weighting) else {
      return SetOutcome(reason: "no group has two images to compare")
    }
    var details = [
      "pairs": "\(diversity.pairs)", "groups": "\(diversity.groups)",
      "selection": selection.rawValue,
    ]
    details["standard error over pairs"] = "\(diversity.pairStandardError)"
    details["standard error over groups"] = diversity.groupStandardError.map { "\($0)" }
    return SetOutcome(
      value: diversity.mean, count: found.images,
      error: diversity.groupStandardError ?? diversity.pairStandardError, details: details)
  }
}
