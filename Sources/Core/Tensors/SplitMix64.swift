/// Steele, Lea and Flood's SplitMix64: small, fast, and the same on every platform.
///
/// Source: "Fast splittable pseudorandom number generators", OOPSLA 2014.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts the sequence that belongs to a seed.
  package init(seed: UInt64) { state = seed }

  /// Starts a sequence that shares no bits with those of neighboring seeds: the first number of a seed's own
  /// sequence tells them apart in every bit.
  package init(mixing seed: UInt64) {
    var own = Self(seed: seed)
    self.init(seed: own.next())
  }

  /// The next 64 bits of the sequence.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A value in `[0, 1)` with 24 random bits.
  package mutating func nextUnit() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// An index in `0 ..< bound` by widening multiplication; the bias is below `bound / 2⁶⁴`.
  ///
  /// Own arithmetic instead of `Int.random(in:using:)`, whose algorithm the standard library does
  /// not promise to keep.
  package mutating func nextIndex(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}

extension Array {
  /// Fisher–Yates, from the last element down, reproducible on every platform.
  package mutating func shuffle(seed: UInt64) { exchange(seed: seed) }

  @inline(__always)
  fileprivate mutating func exchange(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for last in stride(from: count - 1, to: 0, by: -1) {
      swapAt(last, random.nextIndex(below: last + 1))
    }
  }
}

extension [Double] {
  /// As for any array; tests shuffle numbers a thousand times, and what other modules call is not specialized for them.
  package mutating func shuffle(seed: UInt64) { exchange(seed: seed) }
}
