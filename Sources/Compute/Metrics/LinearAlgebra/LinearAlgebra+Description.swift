extension LinearAlgebra {
  /// OpenBLAS's version and build, the processor family whose kernels compute, and its threads.
  ///
  /// - Throws: ``OpenBLASError``.
  package static var description: String {
    get throws {
      let library = try OpenBLAS.opened.get()
      let build = library.build.split(separator: " ").joined(separator: " ")
      return "\(build); core \(library.core); 1 thread"
    }
  }

  /// What computes statistics of sets, for fingerprints: the library, its version and the kernels in use,
  /// which all move the last bits.
  package static var fingerprint: String {
    let library = OpenBLAS.shared
    let version = library.build.split(separator: " ").prefix(2).joined(separator: " ")
    return "\(version) \(library.core)"
  }

  /// What keeps the statistics from having the bits that other machines give them; nil if nothing does.
  package static var fault: String? {
    guard OpenBLAS.runsUsualCore, case .success(let library) = OpenBLAS.opened else { return nil }
    return fault(core: library.core, requested: library.requestedCore)
  }

  /// The same for kernels that are in use or were asked for with `OPENBLAS_CORETYPE`.
  package static func fault(core: String, requested: String?) -> String? {
    let usual = OpenBLAS.usualCore
    guard core != usual else { return nil }
    let consequence =
      "OpenBLAS computes FID, KID and CMMD with the kernels of \(core) and not of \(usual): their last "
      + "bits, and so their fingerprints, are not those of other machines"
    guard let requested else { return "\(consequence); install Debian's libopenblas0" }
    return "\(OpenBLAS.variable) is '\(requested)', so \(consequence); unset it"
  }
}
