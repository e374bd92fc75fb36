import Tensors

extension Raster {
  /// The samples in −1…1, pixel by pixel as programs' results lie, `[H·W, C]`.
  var signedValues: [Float] { samples.map { Float($0) / 127.5 - 1 } }
}
