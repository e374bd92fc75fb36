import Metrics
import Models
import Provenance
import Tensors
import Terms

extension Metric {
  /// Mean absolute difference of pixels.
  package static let mae = Metric("mae", "MAE", .lower, of: .image, digits: 4, sheetRank: 8)
  /// Peak signal-to-noise ratio.
  package static let psnr = Metric(
    "psnr", "PSNR", .higher, of: .image, unit: .decibels, digits: 2, sheetRank: 9)
}

/// MAE and PSNR.
package struct PixelDifferences: MetricFamily {
  package init() {}

  package static let metrics: [Metric] = [.mae, .psnr]

  package func evaluator(of metric: Metric, from loader: ModelLoader) -> any MetricEvaluator {
    DifferenceEvaluator(metric: metric)
  }
}

/// The difference of images from their real ones, pixel by pixel.
package struct DifferenceEvaluator: MetricEvaluator {
  /// Which of the metrics.
  let metric: Metric

  /// Measures one of the two.
  package init(metric: Metric) { self.metric = metric }

  package var metrics: [Metric] { [metric] }
  package var inputs: [EvaluatorInput] { [.counterpart] }

  private var difference: @Sendable (Raster, Raster) throws -> Double {
    if metric == .psnr { return PixelDifference.peakSignalToNoiseRatio }
    return PixelDifference.meanAbsoluteError
  }

  package func settings(of metric: Metric) -> MetricSettings {
    MetricSettings(settings: ["reduction": "mean"])
  }

  package func measure(_ group: inout MeasurementGroup) throws {
    try group.compare(metric, for: self, pixels: difference)
  }

  package func steps(_ fingerprints: [Metric: Fingerprint], side: Int) -> [EvaluationStep] {
    [.comparison(metric, fingerprints[metric], difference)]
  }
}
