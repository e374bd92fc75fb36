/// How probable each whole number is, from the least one on.
struct ScoreDistribution: Sendable {
  /// The least number.
  let least: Int
  /// Probabilities of `least`, `least + 1`, ….
  let shares: [Double]

  /// Takes probabilities as they are.
  init(least: Int, shares: [Double]) {
    self.least = least
    self.shares = shares
  }

  /// The scores of all orders of some numbers, each as likely as the others.
  init(ofOrdersOf numbers: [Int], score: ([Int]) -> Int) {
    var counts: [Int: Int] = [:]
    Self.forEachOrder(numbers) { counts[score($0), default: 0] += 1 }
    let least = counts.keys.min() ?? 0
    let all = Double(counts.values.reduce(0, +))
    var shares = [Double](repeating: 0, count: (counts.keys.max() ?? 0) - least + 1)
    for (score, count) in counts { shares[score - least] = Double(count) / all }
    self.init(least: least, shares: shares)
  }

  /// The distribution of the sum with an independent number.
  func adding(_ other: ScoreDistribution) -> ScoreDistribution {
    var sums = [Double](repeating: 0, count: shares.count + other.shares.count - 1)
    for (place, share) in shares.enumerated() where share > 0 {
      for (step, further) in other.shares.enumerated() { sums[place + step] += share * further }
    }
    return ScoreDistribution(least: least + other.least, shares: sums)
  }

  /// The probability of a number or a larger one; at most 1 in spite of rounding.
  func upperTail(_ number: Int) -> Double {
    min(1, shares.dropFirst(max(0, number - least)).reversed().reduce(0, +))
  }

  /// Heap's algorithm.
  private static func forEachOrder(_ numbers: [Int], _ body: ([Int]) -> Void) {
    var order = numbers
    var places = [Int](repeating: 0, count: numbers.count)
    body(order)
    var index = 1
    while index < order.count {
      if places[index] < index {
        order.swapAt(index.isMultiple(of: 2) ? 0 : places[index], index)
        body(order)
        places[index] += 1
        index = 1
      } else {
        places[index] = 0
        index += 1
      }
    }
  }
}
