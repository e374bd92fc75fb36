import Images
import Measurement
import Metrics
import Provenance
import Synchronization
import Tensors
import Terms

/// How often something happened, on any thread.
final class Tally: Sendable {
  private let counts = Mutex<[String: Int]>([:])

  /// Counts one more.
  func note(_ name: String) { counts.withLock { $0[name, default: 0] += 1 } }

  /// How often it happened.
  subscript(name: String) -> Int { counts.withLock { $0[name] ?? 0 } }
}

/// The mean sample of an image, which fails for images by name.
struct Brightness: MetricEvaluator {
  static let metric = Metric("brightness", "Brightness", .higher, of: .image, digits: 1)

  /// States in which images fail, by what errors call the image.
  var states: [String: String] = [:]
  /// How often which image was measured, and how often settings were asked for.
  let tally = Tally()

  var metrics: [Metric] { [Self.metric] }
  var inputs: [EvaluatorInput] { [] }

  func settings(of metric: Metric) -> MetricSettings {
    tally.note("settings")
    return MetricSettings(settings: ["reduction": "mean"])
  }

  func reduction(of metric: Metric) -> any SetReduction { MeanReduction() }

  func measure(_ group: inout MeasurementGroup) {
    group.update(by: self) { _, image, found in
      tally.note(image.name)
      if let state = states[image.name] {
        throw ImageFailure(
          state: LedgerState(rawValue: state), reason: "\(image.name) is \(state)")
      }
      found.scores[Self.metric] = Self.mean(try image.image)
    }
  }

  /// The mean sample.
  static func mean(_ image: Raster) -> Double {
    Double(image.samples.reduce(0) { $0 + Int($1) }) / Double(image.samples.count)
  }
}

/// By how much an image is brighter than its real one; remembered under the contents of both.
struct Contrast: MetricEvaluator {
  static let metric = Metric("contrast", "Contrast", .lower, of: .image, digits: 1)

  /// How often two images were compared.
  let tally = Tally()

  var metrics: [Metric] { [Self.metric] }
  var inputs: [EvaluatorInput] { [.counterpart] }

  func settings(of metric: Metric) -> MetricSettings { MetricSettings(settings: [:]) }
  func reduction(of metric: Metric) -> any SetReduction { MeanReduction() }

  func measure(_ group: inout MeasurementGroup) throws {
    try group.compare(Self.metric, for: self) { real, other in
      tally.note("compared")
      return Brightness.mean(other) - Brightness.mean(real)
    }
  }
}

/// Mean samples of an image's channels as a vector, of real images too; one evaluator for two metrics of sets.
struct ChannelMeans: MetricEvaluator {
  var metrics: [Metric] { [.fid, .kid] }
  var inputs: [EvaluatorInput] { [.realImages] }

  func settings(of metric: Metric) -> MetricSettings { MetricSettings(settings: [:]) }

  func reduction(of metric: Metric) -> any SetReduction {
    Reductions.frechet(metric, .fullSet)
  }

  func measure(_ group: inout MeasurementGroup) throws {
    group.updateReferences { $1.vectors[.features] = Self.means(try $0.image) }
    group.update(by: self) { _, image, found in
      found.vectors[.features] = Self.means(try image.image)
    }
  }

  private static func means(_ image: Raster) -> [Float] {
    (0..<3).map { channel in
      let samples = stride(from: channel, to: image.samples.count, by: 3).map { image.samples[$0] }
      return Float(samples.reduce(0) { $0 + Int($1) }) / Float(samples.count)
    }
  }
}
