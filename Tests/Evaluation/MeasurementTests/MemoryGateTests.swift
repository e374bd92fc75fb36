import Foundation
import Measurement
import Provenance
import Synchronization
import Tensors
import Testing

@Suite struct MemoryGateTests {
  @Test func halfIsDealtOutAndHalfIsForWhoNeedsMore() {
    let gate = MemoryGate(MemoryLimit(bytes: 800), workers: 4)
    #expect(gate.share == 100 && gate.largest == 500)
  }

  /// Whoever holds more than a share, all together hold no more than the limit.
  @Test func neverHandsOutMoreThanThereIs() {
    let (limit, workers) = (800, 4)
    let gate = MemoryGate(MemoryLimit(bytes: limit), workers: workers)
    let held = Mutex((now: 0, most: 0))
    Workers(count: workers).forEach(200) { index, _ in
      let bytes = 50 + index * 37 % 451
      gate.holding(bytes) {
        held.withLock { held in
          held.now += bytes
          held.most = max(held.most, held.now)
        }
        held.withLock { $0.now -= bytes }
      }
    }
    held.withLock { #expect($0.now == 0 && $0.most <= limit) }
  }

  @Test func whatThrowsGivesItsMemoryBack() {
    let gate = MemoryGate(MemoryLimit(bytes: 800), workers: 1)
    for _ in 0..<3 {
      #expect(throws: CancellationError.self) {
        try gate.holding(700) { throw CancellationError() }
      }
    }
  }

  @Test func theMachineHasMemory() throws {
    #expect(MemoryLimit.ofMachine.bytes > 64 << 20)
    #expect(try MemoryLimit(parsing: "2GB").bytes == 2_000_000_000)
  }
}
