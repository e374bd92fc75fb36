import Measurement

extension MetricPlan {
  /// Width and height of what built-in methods make: the size that images are measured at, else 256.
  var generatedSide: Int { resolution.side ?? GenerateOptions.defaultSide }
}
