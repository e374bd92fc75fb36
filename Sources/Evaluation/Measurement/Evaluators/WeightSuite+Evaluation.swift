import Models

extension WeightSuite {
  /// Side at which pictures are drawn where a dataset draws them; nil leaves it to the dataset.
  package func drawnSize(for configuration: MetricConfiguration) -> Int? {
    isCompactNetwork(for: .parser) ? 256 : configuration[FaceParsing.self].labelSize
  }
}
