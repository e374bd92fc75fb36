import Foundation
import TestSupport
import Testing

/// Running the program leaves nothing behind in the process of the tests.
@Suite struct ProgramTests {
  @Test func noFileOfAnEndedRunStaysOpen() throws {
    let faces = try Faces(1, side: 32)
    for _ in 0..<3 { _ = try Program.run(["--version"], in: faces.path) }
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
      // One of another test may be gone by now.
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
    }
    // Runs remove their files at their end, and Linux says so of a file that is still open.
    #expect(open.filter { $0.contains("evalkit-run-") && $0.hasSuffix("(deleted)") } == [])
  }
}
