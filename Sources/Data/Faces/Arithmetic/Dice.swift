import Tensors

/// Random draws by name, so that a new draw moves none of those that were there before.
struct Dice {
  private var random: SplitMix64

  /// The draws that belong to a seed and a purpose.
  init(seed: UInt64, _ purpose: String) {
    random = SplitMix64(
      seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ SeededParameters.fowlerNollVo(purpose))
  }

  /// A value in 0…1.
  mutating func fraction() -> Float { random.nextUnit() }

  /// A value in a range, all equally likely.
  mutating func within(_ low: Float, _ high: Float) -> Float { mix(low, high, fraction()) }

  /// A value near a normal distribution (the sum of four uniform ones, so within 3.5 deviations).
  mutating func normal(_ mean: Float = 0, _ deviation: Float = 1) -> Float {
    let sum = fraction() + fraction() + fraction() + fraction()
    return mean + deviation * (sum - 2) * 1.7320508
  }

  /// Whether something of a probability happens.
  mutating func happens(_ probability: Float) -> Bool { fraction() < probability }

  /// One of several, by their weights.
  mutating func pick<Value>(_ weighted: [(Value, Float)]) -> Value {
    var left = fraction() * weighted.reduce(0) { $0 + $1.1 }
    for (value, weight) in weighted.dropLast() {
      if left < weight { return value }
      left -= weight
    }
    return weighted[weighted.count - 1].0
  }

  /// 32 bits that seed noise.
  mutating func noiseSeed() -> UInt32 { UInt32(truncatingIfNeeded: random.next() >> 32) }
}
