import Checkpoints
import Graphs
import Networks
import Objectives
import Tensors
import Training

/// Fits LPIPS's linear heads: weights, none below zero, that put damaged pictures in their order.
enum PerceptualHeads {
  private static let rounds = 400
  private static let rate = 0.05
  /// Pulls weights towards each other, so that no channel is ignored because it had few examples.
  private static let decay = 1e-3

  /// Minimizes the ranking loss of all triplets by Adam with one gradient over all of them a round.
  ///
  /// Everything is in Float64 and one order, so the same triplets give the same weights.
  static func fitted(
    to triplets: [DistortionTriplet.Differences]
  ) -> (weights: [Float], curve: LossCurve) {
    let width = triplets.first?.nearer.count ?? 0
    var weights = [Double](repeating: 1, count: width)
    var (first, second) = (weights.map { _ in 0.0 }, weights.map { _ in 0.0 })
    // A tenth of the mean distance counts as clear.
    let mean =
      triplets.reduce(0) { $0 + sum(weights, $1.farther) } / Double(max(triplets.count, 1))
    let ranking = PairwiseRanking(temperature: mean / 10)
    var curve = LossCurve(name: CompactNetworks.alexNet.name + "-heads")
    for round in 1...rounds {
      let measured = ranking.measure(
        nearer: triplets.map { sum(weights, $0.nearer) },
        farther: triplets.map { sum(weights, $0.farther) })
      var gradient = weights.map { decay * ($0 - 1) }
      for (triplet, slope) in zip(triplets, measured.slopes) {
        for index in 0..<width {
          gradient[index] += slope * Double(triplet.nearer[index] - triplet.farther[index])
        }
      }
      for index in 0..<width {
        first[index] = 0.9 * first[index] + 0.1 * gradient[index]
        second[index] = 0.999 * second[index] + 0.001 * gradient[index] * gradient[index]
        let (early, late) = (1 - pow(0.9, round), 1 - pow(0.999, round))
        let step = first[index] / early / ((second[index] / late).squareRoot() + 1e-8)
        weights[index] = max(0, weights[index] - rate * step)
      }
      if round.isMultiple(of: 4) { curve.points.append((round, measured.loss)) }
    }
    return (weights.map { Float($0) }, curve)
  }

  /// The weights times what brings some differences to a distance on average.
  static func scaled(
    _ weights: [Float], putting differences: [[Float]], at distance: Double
  ) -> [Float] {
    let mean =
      differences.reduce(0) { $0 + self.distance(weights, $1) } / Double(differences.count)
    return weights.map { Float(Double($0) * distance / mean) }
  }

  /// Whole powers by multiplication, which is the same on every machine.
  private static func pow(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  private static func sum(_ weights: [Double], _ differences: [Float]) -> Double {
    var sum = 0.0
    for index in weights.indices { sum += weights[index] * Double(differences[index]) }
    return sum
  }

  /// The distance by weights in the order of layers and channels.
  static func distance(_ weights: [Float], _ differences: [Float]) -> Double {
    sum(weights.map(Double.init), differences)
  }

  /// The weights of a file or of the program, in the order of layers and channels.
  ///
  /// - Throws: `CheckpointError` or `BindingError`.
  static func read(_ path: String) throws -> [Float] {
    let heads = PerceptualNetwork(trunk: CompactNetworks.alexNet).heads
    let file =
      try CompactWeights.bytes(of: path).map { try Checkpoint.decode($0, named: path) }
      ?? Checkpoint.open(path: path)
    let tensors = try file.bind(to: heads)
    return heads.flatMap { tensors[$0.name]?.values ?? [] }
  }
}
