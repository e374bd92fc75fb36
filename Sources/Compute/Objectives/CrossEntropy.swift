import Kernels
import Tensors

/// Cross entropy of class scores, one target a pixel: `−Σ_k q_k log softmax(x)_k`.
///
/// A batch's vectors `[N, K]` and label maps `[N·H, W, K]` are the same to it. With weights and smoothing,
/// `q_k = (1 − ε) w_t [k = t] + ε w_k / K`, and the mean divides by `Σ w_t`, as PyTorch's
/// `cross_entropy` does.
package struct CrossEntropy: Sendable {
  /// Only pixels that are hard count: those whose loss passes a threshold, or the hardest of all if these
  /// are fewer than `minimum`.
  ///
  /// Source: CoinCheung/BiSeNet, lib/ohem_ce_loss.py.
  package struct HardExamples: Sendable {
    /// Loss above which every pixel counts; `−log 0.7` keeps those that get less than 70 %.
    package let threshold: Double
    /// Share of the pixels that counts at least, a sixteenth by default.
    package let minimumShare: Double

    /// Keeps pixels whose target got less than `probability`.
    package init(probability: Double = 0.7, minimumShare: Double = 1.0 / 16) {
      threshold = -Elementary.logarithm(probability)
      self.minimumShare = minimumShare
    }
  }

  /// `ε`.
  package let smoothing: Float
  /// A target that does not count.
  package let ignoredTarget: Int?
  /// `w`, `[K]`; nil for ones.
  package let weights: [Float]?
  /// Nil if every pixel counts; only without weights.
  package let hardExamples: HardExamples?

  /// Pixels of one piece of work.
  private static let pixelsPerPiece = 2048

  /// Describes the loss.
  package init(
    smoothing: Float = 0, ignoredTarget: Int? = nil, weights: [Float]? = nil,
    hardExamples: HardExamples? = nil
  ) {
    precondition(hardExamples == nil || weights == nil, "hard examples are not weighted")
    self.smoothing = smoothing
    self.ignoredTarget = ignoredTarget
    self.weights = weights
    self.hardExamples = hardExamples
  }

  /// What was measured.
  package struct Measurement: Equatable, Sendable {
    /// The mean loss; 0 if no pixel counts.
    package let loss: Double
    /// Pixels whose largest score is the target's.
    package let correct: Int
    /// Pixels with a target.
    package let counted: Int
  }

  /// Measures and adds `weight` times the gradient.
  ///
  /// - Parameters:
  ///   - scores: `[P, K]`, pixels of the whole batch.
  ///   - targets: `[P]`, classes.
  ///   - gradient: shaped like the scores; nil to measure alone.
  ///   - weight: factor of this loss in a sum of losses.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: loss and hits.
  package func measure(
    _ scores: MapView, targets: [Int32], addingTo gradient: MapView? = nil,
    weight: Double = 1, workers: Workers = Workers()
  ) -> Measurement {
    precondition(
      targets.count == scores.pixels, "\(targets.count) targets, \(scores.pixels) pixels")
    let rows = ScoreRows(scores: scores.map, gradient: gradient?.map)
    let count = targets.count
    let pieces = (count + Self.pixelsPerPiece - 1) / Self.pixelsPerPiece
    let parts = workers.map(pieces) { piece, _ in
      measure(rows, targets: targets, pixels: Self.pixels(ofPiece: piece, of: count))
    }
    let losses = parts.flatMap(\.losses)
    let logSums = parts.flatMap(\.logSums)
    let kept = hardExamples.map { hardest($0, losses, targets) }
    let divisor =
      kept.map { Double($0.count(where: \.self)) } ?? parts.reduce(0) { $0 + $1.weight }
    var total = 0.0
    for (index, loss) in losses.enumerated() where kept?[index] ?? true { total += loss }
    if gradient != nil, divisor > 0 {
      workers.forEach(pieces) { piece, _ in
        var probabilities = rows.scratch
        for pixel in Self.pixels(ofPiece: piece, of: count) where kept?[pixel] ?? true {
          addGradient(
            rows, pixel: pixel, target: targets[pixel], logSum: logSums[pixel],
            factor: weight / divisor, &probabilities)
        }
      }
    }
    return Measurement(
      loss: divisor > 0 ? total / divisor : 0, correct: parts.reduce(0) { $0 + $1.correct },
      counted: parts.reduce(0) { $0 + $1.counted })
  }

  private static func pixels(ofPiece piece: Int, of count: Int) -> Range<Int> {
    piece * pixelsPerPiece..<min((piece + 1) * pixelsPerPiece, count)
  }

  /// What one piece of the pixels yields.
  private struct Part: Sendable {
    var losses: [Double] = []
    /// `log Σ e^x` of each pixel.
    var logSums: [Float] = []
    var weight = 0.0
    var correct = 0
    var counted = 0
  }

  private func counts(_ target: Int32) -> Bool { ignoredTarget != Int(target) }

  private func weight(_ index: Int) -> Double { weights.map { Double($0[index]) } ?? 1 }

  private func measure(_ rows: ScoreRows, targets: [Int32], pixels: Range<Int>) -> Part {
    var part = Part()
    var scratch = rows.scratch
    for pixel in pixels {
      guard counts(targets[pixel]) else {
        part.losses.append(0)
        part.logSums.append(0)
        continue
      }
      let target = Int(targets[pixel])
      let scores = rows.scores(pixel)
      let summary = rows.summary(pixel, &scratch)
      var loss = Double(1 - smoothing) * weight(target) * (summary.logSum - Double(scores[target]))
      if smoothing > 0 {
        var spread = 0.0
        for index in 0..<rows.classes {
          spread += weight(index) * (summary.logSum - Double(scores[index]))
        }
        loss += Double(smoothing) / Double(rows.classes) * spread
      }
      part.losses.append(loss)
      part.logSums.append(Float(summary.logSum))
      part.weight += weight(target)
      part.counted += 1
      if summary.largest == target { part.correct += 1 }
    }
    return part
  }

  private func hardest(
    _ rule: HardExamples, _ losses: [Double], _ targets: [Int32]
  ) -> [Bool] {
    let counted = losses.indices.filter { counts(targets[$0]) }
    let minimum = Int(Double(counted.count) * rule.minimumShare)
    let hard = counted.filter { losses[$0] > rule.threshold }
    var kept = [Bool](repeating: false, count: losses.count)
    let chosen =
      hard.count > minimum
      ? hard : Array(counted.sorted { (-losses[$0], $0) < (-losses[$1], $1) }.prefix(minimum))
    for index in chosen { kept[index] = true }
    return kept
  }

  private func addGradient(
    _ rows: ScoreRows, pixel: Int, target: Int32, logSum: Float, factor: Double,
    _ probabilities: inout [Float]
  ) {
    guard counts(target), let gradient = rows.gradient(pixel) else { return }
    let scores = rows.scores(pixel)
    let target = Int(target)
    let spread = Double(smoothing) / Double(rows.classes)
    var total = Double(1 - smoothing) * weight(target)
    if smoothing > 0 {
      for index in 0..<rows.classes { total += spread * weight(index) }
    }
    let (own, each) = (Float(factor * Double(1 - smoothing) * weight(target)), factor * spread)
    let scale = Float(factor * total)
    rows.exponentials.write(scores, less: logSum, to: &probabilities)
    for index in 0..<rows.classes {
      var change = scale * probabilities[index]
      if each > 0 { change -= Float(each * weight(index)) }
      gradient[index] += change
    }
    gradient[target] -= own
  }
}

/// Scores and their gradients pixel by pixel; pieces of work touch different pixels.
private struct ScoreRows: @unchecked Sendable {
  private let scoreMap: FeatureMap
  private let gradientMap: FeatureMap?
  let exponentials = Exponentials()

  init(scores: FeatureMap, gradient: FeatureMap?) {
    scoreMap = scores
    gradientMap = gradient
  }

  var classes: Int { scoreMap.channels }

  /// Room for one value a class.
  var scratch: [Float] { [Float](repeating: 0, count: classes) }

  func scores(_ pixel: Int) -> UnsafePointer<Float> {
    UnsafePointer(scoreMap.base + pixel * scoreMap.pixelStride)
  }

  func gradient(_ pixel: Int) -> UnsafeMutablePointer<Float>? {
    gradientMap.map { $0.base + pixel * $0.pixelStride }
  }

  /// `log Σ e^x` and the first largest class.
  func summary(_ pixel: Int, _ scratch: inout [Float]) -> (logSum: Double, largest: Int) {
    let scores = scores(pixel)
    var largest = 0
    for index in 1..<max(classes, 1) where scores[index] > scores[largest] { largest = index }
    exponentials.write(scores, less: scores[largest], to: &scratch)
    var sum: Float = 0
    for exponential in scratch { sum += exponential }
    return (Double(scores[largest]) + Elementary.logarithm(Double(sum)), largest)
  }
}
