import Graphs
import Images
import Models
import Provenance
import Tables
import Tensors
import Terms

/// Metrics ready to be measured together: their networks are loaded and everything about them is decided.
///
/// One evaluator serves several metrics where one pass over the images gives them all, as FID and KID. It is a value
/// that workers share; the images come in groups.
package protocol MetricEvaluator: Sendable {
  /// The metrics that it serves.
  var metrics: [Metric] { get }

  /// What it reads beside the image that it scores.
  var inputs: [EvaluatorInput] { get }

  /// What can move a metric's scores beside the decoder, the resolution and the metric's version.
  func settings(of metric: Metric) -> MetricSettings

  /// The networks that it runs.
  var loadedNetworks: [LoadedNetwork] { get }

  /// Files of weights beside those of the networks, by what they are called.
  var furtherWeights: [(name: String, weights: WeightFile)] { get }

  /// The jobs in a suite of weights that its networks do for a metric.
  func roles(for metric: Metric) -> [WeightRole]

  /// Networks and results that a metric is measured with in place of those asked for, one sentence each.
  func standIns(for metric: Metric, in suite: WeightSuite) -> [String]

  /// What was used for a switch of a protocol, in the switch's own words where they fit; nil for a switch that this
  /// evaluator has nothing to do with.
  func use(ofSwitch name: String, in run: SwitchUse) -> String?

  /// Measures the images of a few pairs.
  ///
  /// - Throws: errors of the store; what is wrong with an image is in its result.
  func measure(_ group: inout MeasurementGroup) throws

  /// Measures what belongs to a method's whole set and to none of its images.
  ///
  /// - Throws: ``HarnessError`` of kind `cancelled`; errors of the store.
  func measure(_ set: MethodImages, into found: inout SetMeasurements) throws

  /// How what was measured of images becomes a metric of their set.
  func reduction(of metric: Metric) -> any SetReduction

  /// What it runs for each image or pair, to tell beforehand what a run costs.
  ///
  /// - Parameters:
  ///   - fingerprints: of its metrics.
  ///   - side: of the images, which are square.
  /// - Returns: one step for each network that runs, or for each comparison of pixels.
  func steps(_ fingerprints: [Metric: Fingerprint], side: Int) -> [EvaluationStep]

  /// Bytes that an image takes beside its pixels while it is measured.
  ///
  /// - Parameters:
  ///   - width: in pixels.
  ///   - height: in pixels.
  ///   - share: bytes that a worker may take at any time; far below them rough figures do.
  /// - Returns: bytes, 0 where it is little.
  func bytes(width: Int, height: Int, share: Int) -> Int

  /// Whether both images of a pair take that at once.
  var holdsBothImages: Bool { get }
}

/// The part of a fingerprint that a metric's evaluator knows.
package struct MetricSettings {
  /// Choices by name; nil leaves a name out.
  var settings: [String: String?]
  /// Fingerprints of networks by their part.
  var parts: [String: Fingerprint] = [:]
  /// Whether pixels decide the score, so that decoder and resolution belong into its fingerprint.
  var readsPixels = true

  /// Joins the parts.
  package init(
    settings: [String: String?], parts: [String: Fingerprint] = [:], readsPixels: Bool = true
  ) {
    self.settings = settings
    self.parts = parts
    self.readsPixels = readsPixels
  }
}

extension MetricEvaluator {
  package func reduction(of metric: Metric) -> any SetReduction { MeanReduction() }
  package var loadedNetworks: [LoadedNetwork] { [] }
  package var furtherWeights: [(name: String, weights: WeightFile)] { [] }
  package func roles(for metric: Metric) -> [WeightRole] { [] }
  package func standIns(for metric: Metric, in suite: WeightSuite) -> [String] { [] }
  package func use(ofSwitch name: String, in run: SwitchUse) -> String? { nil }
  package func measure(_ set: MethodImages, into found: inout SetMeasurements) throws {}
  package func steps(_ fingerprints: [Metric: Fingerprint], side: Int) -> [EvaluationStep] { [] }

  /// What an image's way to a network takes; nothing where none runs.
  package func bytes(width: Int, height: Int, share: Int) -> Int {
    loadedNetworks.isEmpty ? 0 : ImageCosts.inputBytesInPixel * width * height
  }

  package var holdsBothImages: Bool { false }

  /// The networks that it uses, with the weights of each.
  package var networks: [(name: String, weights: WeightFile)] {
    loadedNetworks.map { (name: $0.network.name, weights: $0.weights) } + furtherWeights
  }

  /// Whether it compares an image with another one of the same id.
  package var isPairwise: Bool {
    inputs.contains { $0 == .counterpart || $0 == .labelMap }
  }

  /// Everything that can move a metric's scores, apart from the images.
  package func fingerprint(of metric: Metric, resolution: EvaluationResolution) -> Fingerprint {
    let own = settings(of: metric)
    var settings = own.settings
    settings["metric"] = "\(metric.name)@\(metric.version)"
    if own.readsPixels {
      settings["decoder"] = "libjpeg-islow-fancy,libpng,rgb8"
      settings["working-size"] = resolution.description
    }
    return Fingerprint(settings, parts: own.parts)
  }

  /// A sentence about a network that stands in for another; none where it is the one asked for.
  func standIn(
    _ what: String, _ found: String, for wanted: String, _ weights: WeightFile
  ) -> [String] {
    found == wanted ? [] : ["\(what) is \(found) from \(weights.name) in place of \(wanted)."]
  }
}

/// The size at which images are compared.
package struct EvaluationResolution: Sendable, CustomStringConvertible {
  /// Width and height in pixels; nil leaves images as they are.
  package let side: Int?
  /// How other sizes get there.
  package let filter: PillowFilter

  /// Images as they are.
  package static let native = EvaluationResolution(side: nil, filter: .bicubic)

  /// A square.
  package init(side: Int?, filter: PillowFilter) {
    self.side = side
    self.filter = filter
  }

  /// As fingerprints spell it, for example `256 pil-bicubic`.
  package var description: String { side.map { "\($0) pil-\(filter.rawValue)" } ?? "native" }

  /// An image at this resolution; one that has it already is left alone.
  package func apply(_ image: Raster) -> Raster {
    guard let side, image.width != side || image.height != side else { return image }
    return image.resized(width: side, height: side, filter: filter)
  }
}
