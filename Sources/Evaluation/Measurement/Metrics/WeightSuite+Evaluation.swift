import Metrics
import Models
import Networks

extension WeightSuite {
  /// The size at which label maps are compared: that of the compact parser whatever a protocol says, since
  /// it cannot be blamed for lines that it never saw.
  func labelSize(for request: MeterRequest) -> LabelSize {
    isCompactNetwork(for: .parser)
      ? .resized(CompactNetworks.imageSize) : request.labelSize.map(LabelSize.required) ?? .own
  }

  /// Whether faces are found and aligned before the identity network: those of the compact suite are drawn
  /// in one place, and nothing finds them.
  func aligns(_ request: MeterRequest) -> Bool {
    request.alignsIdentity && !isCompactNetwork(for: .id)
  }

  /// Side at which pictures are drawn where a dataset draws them; nil leaves it to the dataset.
  package func drawnSize(for request: MeterRequest) -> Int? {
    isCompactNetwork(for: .parser) ? 256 : request.labelSize
  }
}
