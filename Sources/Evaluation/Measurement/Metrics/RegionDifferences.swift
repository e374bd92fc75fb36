import Datasets
import Essentials
import Images
import Metrics
import Models
import Provenance
import Tensors
import Terms

extension Metric {
  /// Mean absolute difference of pixels inside a region.
  package static let maeRegion = Metric(
    "mae-region", "MAE in region", .higher, of: .image, digits: 4)
  /// Mean absolute difference of pixels outside of it.
  package static let maeOutside = Metric(
    "mae-outside", "MAE outside", .lower, of: .image, digits: 4)
}

/// How much edits change a region of the label map, and how much the rest of the image.
package struct RegionDifferences: MetricFamily {
  /// The region: all classes but the background unless chosen.
  package var region = RegionDifference(
    classes: Set(1..<UInt8(LabelOrder.celebAMaskHQ.count)))

  package init() {}

  package static let metrics: [Metric] = [.maeRegion, .maeOutside]
  package static let options = [
    MetricOption(
      "region", storedAs: "region", valueName: "classes",
      "Classes of the region of mae-region and mae-outside, by name or number, joined by '+'",
      default: "all but the background"),
    MetricOption(
      "region-margin", storedAs: "regionMargin",
      "Pixels around the region that mae-outside leaves out", in: NumberRange(0...1000),
      default: "0"),
  ]

  package mutating func read(_ options: MetricOptionValues) throws {
    if let text = options["region"] {
      region.classes = try Set(
        text.split(separator: "+").map { name throws(HarnessError) in
          try Self.label(String(name))
        })
    }
    region.margin = try options.number("region-margin") ?? region.margin
  }

  private static func label(_ text: String) throws(HarnessError) -> UInt8 {
    let order = LabelOrder.celebAMaskHQ
    guard let index = order.index(of: text) else {
      throw HarnessError(
        .usage,
        "there is no class '\(text)' for --region; there are "
          + order.classes.joined(separator: ", "))
    }
    return UInt8(index)
  }

  package func evaluator(of metric: Metric, from loader: ModelLoader) -> any MetricEvaluator {
    RegionEvaluator(side: metric == .maeRegion ? .inside : .outside, region: region)
  }
}

/// The difference of images from their real ones on one side of a region's border.
struct RegionEvaluator: MetricEvaluator {
  let side: RegionDifference.Side
  let region: RegionDifference

  private var metric: Metric { side == .inside ? .maeRegion : .maeOutside }

  var metrics: [Metric] { [metric] }
  var inputs: [EvaluatorInput] { [.counterpart, .labelMap] }

  func settings(of metric: Metric) -> MetricSettings {
    MetricSettings(settings: [
      "region": region.classes.sorted().map { "\($0)" }.joined(separator: "+"),
      "margin": side == .outside ? "\(region.margin)" : nil, "reduction": "mean",
    ])
  }

  func measure(_ group: inout MeasurementGroup) throws {
    let masks = try group.loading.labelMaps(of: group.pairs, size: .own)
    group.update(by: self) { pair, image, found in
      guard let mask = try masks[pair.pair.id]?.get() else { return }
      let value = try region.meanAbsoluteError(
        side, try pair.comparable.image, try image.image, labels: try mask.image)
      guard let value else {
        throw ImageFailure(
          state: .noMask, reason: "\(mask.name) has no pixel \(side.rawValue) the region")
      }
      found.scores[metric] = value
    }
  }

  func steps(_ fingerprints: [Metric: Fingerprint], side: Int) -> [EvaluationStep] {
    let (region, part) = (region, self.side)
    let labels = Raster(width: 1, height: 1, channels: 1, samples: [1])
    return [
      .comparison(metric, fingerprints[metric]) {
        try region.meanAbsoluteError(part, $0, $1, labels: labels) ?? 0
      }
    ]
  }
}
