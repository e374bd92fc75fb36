import Foundation
import Gradients
import Graphs
import Kernels
import Objectives
import Tensors
import TestSupport
import Testing

@Suite struct LossTests {
  struct Measured: Decodable {
    let loss: Double
    let gradients: [[Double]]
  }

  private struct Content: Decodable {
    let plain, smoothed, weighted, squared, absolute, binary, ranking, angular,
      contrastive: Measured
    let weightedAndSmoothed: Measured
    let hard: [String: Measured]

    enum CodingKeys: String, CodingKey {
      case plain, smoothed, weighted, squared, absolute, binary, ranking, angular, contrastive, hard
      case weightedAndSmoothed = "weighted and smoothed"
    }
  }

  private let golden: Content

  init() throws { golden = try Golden.folder.decoded("losses.json") }

  /// Scores lie between −3 and 3: their exponentials and sums are a dozen roundings of numbers below 4.
  static let bound = 64 * Golden.rounding

  private func check(
    _ loss: Double, _ gradients: [[Float]], _ expected: Measured, bound: Double = LossTests.bound,
    _ name: String
  ) {
    #expect(abs(loss - expected.loss) <= bound, "\(name): \(loss), \(expected.loss)")
    #expect(gradients.count == expected.gradients.count)
    for (found, expected) in zip(gradients, expected.gradients) {
      let distance = Golden.distance(found, expected)
      #expect(distance <= bound, "\(name): gradient off by \(distance)")
    }
  }

  private func check(
    _ entropy: CrossEntropy, targets: [Int32], _ expected: Measured, _ name: String
  ) {
    let scores = OwnedRows(Golden.values("scores", targets.count * 4).map { 3 * $0 }, width: 4)
    let gradient = OwnedRows(zeros: targets.count, width: 4)
    let measured = entropy.measure(scores.map, targets: targets, addingTo: gradient.map)
    check(measured.loss, [gradient.values], expected, name)
    let counted = targets.filter { $0 != 255 }.count
    #expect(measured.counted == counted)
    let alone = entropy.measure(scores.map, targets: targets, workers: Workers(count: 1))
    #expect(alone == measured)
  }

  @Test func crossEntropyFollowsPyTorch() {
    let targets: [Int32] = [0, 3, 1, 2, 255, 3]
    let weights: [Float] = [0.5, 1, 2, 1.5]
    func entropy(_ smoothing: Float, _ weights: [Float]?) -> CrossEntropy {
      CrossEntropy(smoothing: smoothing, ignoredTarget: 255, weights: weights)
    }
    check(entropy(0, nil), targets: targets, golden.plain, "plain")
    check(entropy(0.1, nil), targets: targets, golden.smoothed, "smoothed")
    check(entropy(0, weights), targets: targets, golden.weighted, "weighted")
    check(entropy(0.2, weights), targets: targets, golden.weightedAndSmoothed, "both")
  }

  @Test func hardExamplesFollowBiSeNet() throws {
    let targets: [Int32] = [0, 1, 2, 3, 3, 2, 1, 0, 255, 2, 1, 0]
    for (name, probability, share) in [("threshold", 0.2, 0.01), ("minimum", 0.0001, 0.5)] {
      let entropy = CrossEntropy(
        ignoredTarget: 255,
        hardExamples: CrossEntropy.HardExamples(probability: probability, minimumShare: share))
      check(entropy, targets: targets, try #require(golden.hard[name]), name)
    }
  }

  @Test func nothingToCountCostsNothing() {
    let scores = OwnedRows([1, 2, 3, 4], width: 4)
    let gradient = OwnedRows(zeros: 1, width: 4)
    let measured = CrossEntropy(ignoredTarget: 7).measure(
      scores.map, targets: [7], addingTo: gradient.map)
    #expect(measured.loss == 0 && measured.counted == 0)
    #expect(gradient.values == [0, 0, 0, 0])
  }

  @Test func noBitDependsOnTheWorkers() {
    let (pixels, classes) = (9001, 3)
    let scores = OwnedRows(Golden.values("scores", pixels * classes), width: classes)
    let targets = (0..<pixels).map { Int32($0 % classes) }
    func run(_ workers: Int) -> ([Float], CrossEntropy.Measurement) {
      let gradient = OwnedRows(zeros: pixels, width: classes)
      let measured = CrossEntropy().measure(
        scores.map, targets: targets, addingTo: gradient.map, workers: Workers(count: workers))
      return (gradient.values, measured)
    }
    let one = run(1)
    for workers in [2, 3] {
      let many = run(workers)
      #expect(many.0 == one.0 && many.1 == one.1)
    }
  }

  @Test func valueLossesFollowPyTorch() {
    let targets = Golden.values("targets", 12).map { ($0 + 1) / 2 }
    let cases: [(ValueLoss, Measured)] = [
      (.squared, golden.squared), (.absolute, golden.absolute),
      (.binaryCrossEntropy, golden.binary),
    ]
    for (loss, expected) in cases {
      let values = OwnedRows(Golden.values("values", 12).map { 2 * $0 }, width: 4)
      let gradient = OwnedRows(zeros: 3, width: 4)
      let measured = loss.measure(values.map, targets: targets, addingTo: gradient.map)
      check(measured, [gradient.values], expected, "\(loss)")
    }
  }

  @Test func rankingFollowsPyTorch() {
    let (near, far) = (Golden.values("near", 6), Golden.values("far", 6))
    let (loss, slopes) = PairwiseRanking(temperature: 0.5).measure(
      nearer: near.map(Double.init), farther: far.map(Double.init))
    check(loss, [slopes.map(Float.init), slopes.map { Float(-$0) }], golden.ranking, "ranking")
  }

  private func unitRows(_ name: String, _ count: Int, _ width: Int) -> OwnedRows {
    let values = Golden.values(name, count * width)
    let rows = stride(from: 0, to: values.count, by: width).flatMap { start -> [Float] in
      let row = values[start..<start + width].map(Double.init)
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { Float($0 / norm) }
    }
    return OwnedRows(rows, width: width)
  }

  /// Scores are up to 16 and gradients up to 16 times larger than above.
  @Test func angularMarginFollowsInsightFace() throws {
    let loss = AngularMargin(name: "centres", classes: 5, width: 7, capacity: 6, scale: 16)
    let parameters = ParameterBlock([loss.parameter])
    try parameters.fill(from: [
      "centres": Tensor(shape: [5, 7], values: Golden.values("centres", 35))
    ])
    let gradients = parameters.zeroed()
    let embeddings = unitRows("embeddings", 6, 7)
    let gradient = OwnedRows(zeros: 6, width: 7)
    let measured = loss.measure(
      embeddings.map, targets: [0, 4, 2, 1, 3, 0], parameters: parameters,
      addingTo: gradient.map, gradients: gradients)
    check(
      measured.loss, [gradient.values, gradients.tensor(loss.parameter).values], golden.angular,
      bound: 16 * Self.bound, "angular margin")
  }

  /// Scores are up to e^2.5 times a cosine.
  @Test func contrastiveLossFollowsCLIP() throws {
    let loss = ContrastiveLoss(name: "t", width: 6, capacity: 8)
    let parameters = ParameterBlock([loss.parameter])
    try parameters.fill(from: ["t": Tensor(shape: [], values: [2.5])])
    let gradients = parameters.zeroed()
    let (images, texts) = (unitRows("images", 5, 6), unitRows("texts", 5, 6))
    let (forImages, forTexts) = (OwnedRows(zeros: 5, width: 6), OwnedRows(zeros: 5, width: 6))
    let measured = loss.measure(
      images: images.map, texts: texts.map, parameters: parameters,
      addingTo: (forImages.map, forTexts.map, gradients))
    check(
      measured.loss,
      [forImages.values, forTexts.values, gradients.tensor(loss.parameter).values],
      golden.contrastive, bound: 13 * Self.bound, "contrastive")
  }

  @Test func temperatureStopsAtItsLimit() throws {
    let loss = ContrastiveLoss(name: "t", width: 2, capacity: 2)
    let parameters = ParameterBlock([loss.parameter])
    func run(_ temperature: Float) throws -> (Double, Float) {
      try parameters.fill(from: ["t": Tensor(shape: [], values: [temperature])])
      let gradients = parameters.zeroed()
      let rows = OwnedRows([1, 0, 0.6, 0.8], width: 2)
      let targets = (OwnedRows(zeros: 2, width: 2), OwnedRows(zeros: 2, width: 2))
      let measured = loss.measure(
        images: rows.map, texts: rows.map, parameters: parameters,
        addingTo: (targets.0.map, targets.1.map, gradients))
      return (measured.loss, gradients.tensor(loss.parameter).values[0])
    }
    let (beyond, limit, below) = (try run(9), try run(4.605_170_2), try run(1))
    #expect(beyond.0 == limit.0 && beyond.1 == limit.1)
    #expect(beyond.1 == 0)
    #expect(below.1 != 0)
  }
}
