import Provenance
import Testing

/// The high-water mark of the process's memory.
@Suite struct PeakMemoryTests {
  @Test(.enabled(if: PeakMemory.reset(), "this system keeps the high-water mark"))
  func forgets() throws {
    let size = 256 << 20
    PeakMemory.reset()
    let before = try #require(PeakMemory.bytes)
    var block = [UInt8](repeating: 1, count: size)
    block[size / 2] = 2
    let during = try #require(PeakMemory.bytes)
    #expect(during - before > size / 2, "\(before) \(during) \(block[size / 2])")
    block = []
    PeakMemory.reset()
    // Other tests run beside this one, so only most of it must be gone.
    #expect(try #require(PeakMemory.bytes) < during - size / 2)
  }
}
