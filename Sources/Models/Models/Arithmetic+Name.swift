import Kernels

extension Arithmetic {
  /// How this processor's arithmetic enters a fingerprint: levels that round alike share a name.
  ///
  /// AVX2 and AVX-512 kernels add the same products in the same order with the same fused steps. The
  /// number rises when Winograd's transforms round otherwise.
  package var name: String {
    let sums = CPULevel.current == .portable ? "float32" : "float32-fma"
    return self == .exact ? sums : sums + "-winograd2"
  }
}
