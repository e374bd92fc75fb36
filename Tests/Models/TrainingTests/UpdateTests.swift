import Gradients
import Graphs
import Tensors
import TestSupport
import Testing
import Training

@Suite struct UpdateTests {
  private struct Content: Decodable {
    let optimizers: [String: [Double]]
    let rates: [Double]
    let average: [Double]
    let norm: Double
    let clipped: [Double]
  }

  private let golden: Content

  init() throws { golden = try Golden.folder.decoded("updates.json") }

  private func block(_ name: String, axes: [Int] = [5]) throws -> ParameterBlock {
    let block = ParameterBlock([ParameterSpecification(name: "p", shape: axes)])
    try block.fill(from: [
      "p": Tensor(shape: axes, values: Golden.values(name, axes.elementCount))
    ])
    return block
  }

  private func values(_ block: ParameterBlock) -> [Float] {
    block.specifications.flatMap { block.tensor($0).values }
  }

  static let configurations: [(String, OptimizerConfiguration, Float)] = [
    ("momentum", .sgd(momentum: 0.9, weightDecay: 0.01), 0.1),
    ("nesterov", .sgd(momentum: 0.8, isNesterov: true), 0.1),
    ("descent", .sgd(momentum: 0), 0.1),
    ("adam", .adam(weightDecay: 0.1), 0.01),
    ("adamw", .adamW(beta1: 0.8, beta2: 0.95, weightDecay: 0.2), 0.01),
  ]

  /// Six steps of at most ten roundings each, of numbers below 4.
  @Test(arguments: UpdateTests.configurations.map { $0.0 })
  func followsPyTorch(_ name: String) throws {
    let (_, configuration, rate) = try #require(Self.configurations.first { $0.0 == name })
    let parameters = try block("parameters")
    let optimizer = Optimizer(configuration, of: parameters)
    for step in 0..<6 {
      optimizer.update(with: try block("gradient \(step)"), rate: rate)
    }
    let distance = Golden.distance(values(parameters), try #require(golden.optimizers[name]))
    #expect(distance <= 4 * 60 * Golden.rounding, "\(name): \(distance)")
  }

  @Test func onlyMatricesDecayIfAsked() throws {
    let vector = try block("parameters")
    let matrix = try block("parameters", axes: [1, 5])
    let (before, configuration) = (values(vector), OptimizerConfiguration.adamW(weightDecay: 0.5))
    for block in [vector, matrix] {
      Optimizer(configuration, of: block, weightDecayScope: .matrices)
        .update(with: block.zeroed(), rate: 0.1)
    }
    #expect(values(vector) == before)
    let shrunk = before.map { $0 - $0 * (Float(0.1) * Float(0.5)) }
    #expect(values(matrix) == shrunk)
  }

  /// The rate is computed in Float64 and rounded once.
  @Test func ratesFollowPyTorch() {
    let schedule = LearningRateSchedule.cosine(
      peak: 0.4, warmupSteps: 4, totalSteps: 12, minimum: 0.05)
    let rates = (0..<12).map { schedule.rate(at: $0) }
    #expect(Golden.distance(rates, golden.rates) <= 2 * Golden.rounding)
    #expect(LearningRateSchedule.constant(0.3).rate(at: 7) == 0.3)
    #expect(schedule.rate(at: 100) == 0.05)
  }

  /// Six steps of three roundings of numbers below 1.
  @Test func averagesFollowPyTorch() throws {
    let source = try block("parameters")
    let average = ExponentialMovingAverage(of: source, decay: 0.9)
    for step in 0..<6 {
      try source.fill(from: try block("gradient \(step)").tensors)
      average.update()
    }
    #expect(Golden.distance(values(average.values), golden.average) <= 18 * Golden.rounding)
  }

  @Test func clippingFollowsPyTorch() throws {
    let gradients = ParameterBlock(
      ["a", "b"].map { ParameterSpecification(name: $0, shape: [5]) })
    try gradients.fill(from: [
      "a": Tensor(shape: [5], values: Golden.values("gradient 0", 5)),
      "b": Tensor(shape: [5], values: Golden.values("gradient 1", 5)),
    ])
    let norm = GradientClipping.norm(of: gradients)
    #expect(abs(norm - golden.norm) <= 1e-10)
    let scale = GradientClipping.scale(norm: norm, maximum: 0.5)
    let clipped = values(gradients).map { $0 * scale }
    #expect(Golden.distance(clipped, golden.clipped) <= 2 * Golden.rounding)
    #expect(GradientClipping.scale(norm: 0.2, maximum: 0.5) == 1)
  }

  @Test func noBitDependsOnTheWorkers() throws {
    let shape = [70_001]
    func trained(_ workers: Int) throws -> [Float] {
      let parameters = try block("parameters", axes: shape)
      let optimizer = Optimizer(.adamW(), of: parameters, workers: Workers(count: workers))
      for step in 0..<3 {
        optimizer.update(with: try block("gradient \(step)", axes: shape), rate: 0.1, scale: 0.5)
      }
      return values(parameters)
    }
    let one = try trained(1)
    #expect(try trained(2) == one)
    #expect(try trained(5) == one)
  }

  /// Weights and checkpoints hold these words; whoever renames a case must not change them.
  @Test func storedTextsStayWhatTheyAre() {
    func plan(
      _ optimizer: OptimizerConfiguration, _ schedule: LearningRateSchedule, norm: Double? = nil,
      ema: Float? = nil
    ) -> String {
      TrainingPlan(
        steps: 400, batchSize: 24, seed: 97, optimizer: optimizer, schedule: schedule,
        maximumGradientNorm: norm, emaDecay: ema
      ).description
    }
    let cosine = LearningRateSchedule.cosine(
      peak: 2e-3, warmupSteps: 20, totalSteps: 400, minimum: 2e-5)
    #expect(
      plan(.adamW(weightDecay: 0.01), cosine, norm: 5)
        == "400 steps of 24, seed 97, adamW(firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-08, "
        + "decay: 0.01), decay of matrices, cosine(peak: 0.002, warmUp: 20, steps: 400, "
        + "final: 2e-05), norm 5.0, average none")
    #expect(
      plan(.adam(), .constant(0.1), ema: 0.995)
        == "400 steps of 24, seed 97, adam(firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-08, "
        + "decay: 0.0), decay of matrices, constant(0.1), norm any, average 0.995")
    #expect(
      plan(.sgd(), .constant(0.1)).contains(
        "momentum(momentum: 0.9, isNesterov: false, decay: 0.0)"))
  }
}
