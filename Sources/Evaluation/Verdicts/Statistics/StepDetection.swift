import Tensors

/// Finds the places where the level of a series changed.
///
/// Binary segmentation: the split with the largest studentized difference of means is kept if hardly any
/// shuffle of the segment has one as large, and both parts are searched in turn. Shuffling makes no
/// assumption about the noise but that nights can be exchanged, so a steady series raises a false alarm
/// with at most ``level``, outliers or not. Found places are then settled once more between their
/// neighbors.
///
/// Sources: Scott and Knott, Biometrics 30, 1974 (binary segmentation); Matteson and James, "A
/// Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data", JASA 109, 2014
/// (permutation criterion).
package struct StepDetection: Sendable {
  /// Probability of any step in a series without one.
  package var level = 0.01
  /// Nights that a level lasts at least.
  package var shortestLevel = 3
  /// Shuffles of a segment.
  package var shuffles = 999
  /// Start of the shuffles.
  package var seed: UInt64 = 0

  /// A detection with the settings above.
  package init() {}

  /// A change of level.
  package struct Step: Sendable, Hashable {
    /// Position of the first value on the new level.
    package let index: Int
    /// Mean of the level before.
    package let before: Double
    /// Mean of the level after.
    package let after: Double
    /// Share of shuffles with a split as strong, the observed order included.
    package let pValue: Double
  }

  /// The steps of a series in their order.
  ///
  /// - Parameter values: finite, oldest first.
  /// - Returns: none for a steady or a short series.
  package func steps(in values: [Double]) -> [Step] {
    var found: [Int: Double] = [:]
    search(values, 0..<values.count, into: &found)
    var places = found.keys.sorted()
    var kept: [(index: Int, pValue: Double)] = []
    for (number, place) in places.enumerated() {
      let start = number == 0 ? 0 : places[number - 1]
      let end = number + 1 < places.count ? places[number + 1] : values.count
      let settled = strongest(values[start..<end]).map { $0.index + start } ?? place
      kept.append((settled, found[place] ?? 1))
      places[number] = settled
    }
    let edges = [0] + places + [values.count]
    return kept.enumerated().map { number, step in
      Step(
        index: step.index, before: Self.mean(values[edges[number]..<edges[number + 1]]),
        after: Self.mean(values[edges[number + 1]..<edges[number + 2]]), pValue: step.pValue)
    }
  }

  private func search(_ values: [Double], _ range: Range<Int>, into found: inout [Int: Double]) {
    let segment = values[range]
    guard let split = strongest(segment) else { return }
    let p = pValue(of: split.strength, in: Array(segment))
    guard p <= level else { return }
    let place = range.lowerBound + split.index
    found[place] = p
    search(values, range.lowerBound..<place, into: &found)
    search(values, place..<range.upperBound, into: &found)
  }

  /// The split with the largest squared difference of means over its variance; `nil` where no split
  /// leaves two levels, or all values are equal.
  private func strongest(_ segment: ArraySlice<Double>) -> (index: Int, strength: Double)? {
    let count = segment.count
    guard count >= 2 * shortestLevel else { return nil }
    let total = segment.reduce(0, +)
    let center = total / Double(count)
    let spread = segment.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    // Rounding of a constant series is no spread.
    guard spread > 1e-24 * Double(count) * center * center else { return nil }
    var best: (index: Int, strength: Double)?
    var sum = 0.0
    for (position, value) in segment.enumerated() {
      if position >= shortestLevel, position <= count - shortestLevel {
        let left = Double(position)
        let right = Double(count - position)
        let gap = sum - left * center
        let strength = gap * gap * Double(count) / (left * right) / spread
        if strength > best?.strength ?? -1 { best = (position, strength) }
      }
      sum += value
    }
    return best
  }

  private func pValue(of strength: Double, in segment: [Double]) -> Double {
    var reached = 1
    for round in 0..<shuffles {
      var shuffled = segment
      shuffled.shuffle(seed: seed &+ UInt64(round) &* 0x9E37_79B9_7F4A_7C15)
      if let other = strongest(shuffled[...]), other.strength >= strength * (1 - 1e-9) {
        reached += 1
      }
    }
    return Double(reached) / Double(shuffles + 1)
  }

  private static func mean(_ values: ArraySlice<Double>) -> Double {
    values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
  }
}
