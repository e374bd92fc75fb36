import Kernels
import Testing

/// What measures the machine's peak computes what it says.
@Suite struct PeakProbeTests {
  @Test(arguments: CPULevel.allCases.filter { $0 <= .best })
  func sumsItsProducts(level: CPULevel) {
    let probe = PeakProbe(level: level)
    // 128 products of 1/2 · 1/2, exact in any order.
    #expect(probe.run() == 32)
    #expect(probe.operations >= 500_000_000)
  }
}
