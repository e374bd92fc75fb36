import CKernels

extension CPULevel {
  /// The filters over pixels of this level; all levels give the same bits.
  ///
  /// - Precondition: the processor can run it.
  package var filters: ek_filters { ek_filters_for(kernels.level).pointee }
}
