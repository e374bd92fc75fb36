import COpenBLAS

extension LinearAlgebra {
  /// OpenBLAS's version and build, the processor family whose kernels it chose, and its threads.
  ///
  /// The family matters to a record of numbers: the last bits depend on it.
  package static var description: String {
    configure()
    let build = String(cString: openblas_get_config())
    let family = String(cString: openblas_get_corename())
    let threads = openblas_get_num_threads()
    return "\(build.split(separator: " ").joined(separator: " ")); core \(family); "
      + "\(threads) thread\(threads == 1 ? "" : "s")"
  }
}
