import Foundation
import Kernels
import Metrics
import TestSupport
import Testing

@Suite struct LinearAlgebraTests {
  private static let requested = ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"]

  /// One set of kernels on every processor that can run it, whatever OpenBLAS would choose for it.
  @Test(.enabled(if: CPULevel.best >= .avx2 && requested == nil, "another set is asked for"))
  func theKernelsAreHaswells() throws {
    #expect(try LinearAlgebra.description.contains("; core Haswell; 1 thread"))
    #expect(LinearAlgebra.fingerprint.wholeMatch(of: /OpenBLAS \d+\.\d+\.\d+ Haswell/) != nil)
    #expect(LinearAlgebra.fault == nil)
    // What a child process would inherit.
    #expect(getenv("OPENBLAS_CORETYPE") == nil && getenv("OPENBLAS_NUM_THREADS") == nil)
  }

  @Test func anotherSetIsAFaultThatSaysWhatToDo() throws {
    #expect(LinearAlgebra.fault(core: "Haswell", requested: "haswell") == nil)
    let asked = try #require(LinearAlgebra.fault(core: "Zen", requested: "zen"))
    #expect(
      asked.hasPrefix("OPENBLAS_CORETYPE is 'zen'") && asked.hasSuffix("unset it"), "\(asked)")
    let found = try #require(LinearAlgebra.fault(core: "Prescott", requested: nil))
    #expect(found.contains("Prescott") && found.contains("install"), "\(found)")
  }
}
