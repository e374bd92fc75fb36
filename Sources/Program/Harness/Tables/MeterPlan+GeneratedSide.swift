import Measurement

extension MeterPlan {
  /// Width and height of what built-in methods make: the size that images are measured at, else 256.
  var generatedSide: Int { working.side ?? GenerateOptions.defaultSide }
}
