import CFuzzing

/// What the calling thread allocates.
package enum Allocations {
  /// Whether allocations can be counted, which takes glibc.
  package static var canBeCounted: Bool { fuzz_can_count() != 0 }

  /// The most bytes that the calling thread held at one time while something ran, beside what it held before.
  package static func most(during body: () throws -> Void) rethrows -> Int {
    fuzz_count_allocations()
    defer { _ = fuzz_most_allocated() }
    try body()
    return Int(fuzz_most_allocated())
  }
}
