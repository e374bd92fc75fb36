import Foundation
import Gradients
import Graphs
import Kernels
import Objectives
import Tensors
import TestSupport
import Testing
import Training

/// Pictures 12×12 of one of four shapes at a random place, with noise.
struct ShapePictures: BatchSource {
  struct Batch: Sendable {
    let pictures: [Tensor]
    let shapes: [Int32]
  }

  let sampleCount: Int
  var failsAt: Int?

  struct Broken: Error {}

  func batch(_ request: BatchRequest) throws -> Batch {
    if request.step == failsAt { throw Broken() }
    let made = request.samples.map { picture($0, noise: request.seed) }
    return Batch(pictures: made.map(\.0), shapes: made.map(\.1))
  }

  func picture(_ sample: Int, noise: UInt64) -> (Tensor, Int32) {
    var random = SplitMix64(seed: UInt64(sample) &* 7919)
    let shape = random.nextIndex(below: 4)
    let (top, left) = (random.nextIndex(below: 7), random.nextIndex(below: 7))
    var noise = SplitMix64(seed: noise &+ UInt64(sample))
    var values = (0..<144).map { _ in noise.nextUnit() - 0.5 }
    for i in 0..<6 {
      let (row, column): (Int, Int) =
        switch shape {
        case 0: (top + i, left + 2)
        case 1: (top + 2, left + i)
        case 2: (top + i, left + i)
        default: (top + i, left + 5 - i)
        }
      values[row * 12 + column] += 1.5
    }
    return (Tensor(shape: [1, 12, 12], values: values), Int32(shape))
  }
}

private struct ShapeReader: SingleInputNetwork {
  let name = "shape reader"
  let inputShape = [1, 12, 12]

  func describe(_ scope: Scope, _ input: Value) -> Value {
    var x = scope["first"].convolution(input, to: 16, kernel: 3, padding: 1, bias: false)
    x = scope["norm"].batchNorm(x).relu().maxPool(2, stride: 2)
    x = scope["second"].convolution(x, to: 24, kernel: 3, padding: 1)
    return scope["head"].linear(x.relu().globalAveragePool().flattened(), to: 4)
  }
}

/// One training of the shape reader.
private final class ShapeTraining {
  static let plan = TrainingPlan(
    steps: 80, batchSize: 32, seed: 5, optimizer: .adamW(weightDecay: 0.01),
    schedule: .cosine(peak: 0.01, warmupSteps: 5, totalSteps: 80), maximumGradientNorm: 5,
    emaDecay: 0.9)

  let graph: Graph
  let program: GradientProgram
  let state: TrainingState
  let workers: Workers
  private(set) var losses: [Double] = []

  init(workers count: Int = 2) throws {
    workers = Workers(count: count)
    graph = try Graph(tracing: ShapeReader())
    let parameters = ParameterBlock(graph.trainableParameters)
    let statistics = ParameterBlock(graph.buffers)
    let initial = Initialization.values(of: graph, seed: 3)
    try parameters.fill(from: initial)
    try statistics.fill(from: initial)
    state = TrainingState(
      parameters: parameters, statistics: statistics, plan: Self.plan, workers: workers)
    program = try GradientProgram(
      graph, capacity: 32,
      settings: GradientSettings(parameters: Set(parameters.specifications.map(\.name))),
      workers: workers)
  }

  func run(
    until stop: Int? = nil, source: ShapePictures = ShapePictures(sampleCount: 500)
  ) throws {
    try Trainer(Self.plan, on: source).run(state, until: stop) { batch, state in
      program.fill(batch.pictures)
      program.forward(
        count: batch.pictures.count, parameters: state.parameters, buffers: state.statistics)
      let loss = CrossEntropy().measure(
        program.values(of: Graph.mainOutput), targets: batch.shapes,
        addingTo: program.gradients(of: Graph.mainOutput), workers: workers
      ).loss
      program.backward(into: state.gradients)
      return loss
    } progress: { progress, _ in
      #expect(progress.samplesPerSecond > 0 && progress.gradientNorm > 0)
      losses.append(progress.loss)
    }
  }
}

@Suite struct TrainerTests {
  /// Pictures that training never saw, by the averaged weights in a network compiled for inference.
  @Test func learnsShapes() throws {
    let training = try ShapeTraining()
    try training.run()
    let executable = try Executable(training.graph, parameters: training.state.result)
    let workspace = executable.makeWorkspace()
    let source = ShapePictures(sampleCount: 1)
    let right = (1000..<1200).filter { sample in
      let (picture, shape) = source.picture(sample, noise: 77)
      let scores = executable.run(picture, in: workspace)[Graph.mainOutput]?.values ?? []
      return scores.firstIndex(of: scores.max() ?? 0) == Int(shape)
    }.count
    #expect(right >= 190, "\(right) of 200 right, last loss \(training.losses.last ?? .nan)")
    #expect(training.losses.count == 80)
  }

  @Test func noBitDependsOnTheWorkers() throws {
    let one = try ShapeTraining(workers: 1)
    try one.run(until: 6)
    for workers in [2, 3] {
      let many = try ShapeTraining(workers: workers)
      try many.run(until: 6)
      #expect(many.losses == one.losses)
      #expect(many.state.result == one.state.result)
    }
  }

  @Test func resumingEqualsNeverStopping() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appendingPathComponent("training.safetensors").path
    let whole = try ShapeTraining()
    try whole.run(until: 20)
    let first = try ShapeTraining()
    try first.run(until: 9)
    try TrainingCheckpoint.write(first.state, plan: ShapeTraining.plan, to: path)
    let second = try ShapeTraining()
    try TrainingCheckpoint.read(path, plan: ShapeTraining.plan, into: second.state)
    #expect(second.state.step == 9)
    try second.run(until: 20)
    #expect(first.losses + second.losses == whole.losses)
    #expect(second.state.result == whole.state.result)
    #expect(second.state.parameters.tensors == whole.state.parameters.tensors)
    for (found, expected) in zip(second.state.optimizer.memories, whole.state.optimizer.memories) {
      #expect(found.tensors == expected.tensors)
    }
  }

  @Test func refusesForeignCheckpoints() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appendingPathComponent("training.safetensors").path
    let training = try ShapeTraining()
    try TrainingCheckpoint.write(training.state, plan: ShapeTraining.plan, to: path)
    let other = TrainingPlan(
      steps: 3, batchSize: 1, seed: 1, optimizer: .adamW(), schedule: .constant(0.1), emaDecay: 0.9)
    #expect(
      throws: TrainingError.otherPlan(
        path: path, found: ShapeTraining.plan.description, expected: other.description)
    ) { try TrainingCheckpoint.read(path, plan: other, into: training.state) }

    let larger = TrainingState(
      parameters: ParameterBlock([ParameterSpecification(name: "x", shape: [2])]),
      statistics: ParameterBlock([]), plan: ShapeTraining.plan)
    #expect(
      throws: TrainingError.unfit(
        path: path, name: "parameters/x", expected: [2], found: nil)
    ) { try TrainingCheckpoint.read(path, plan: ShapeTraining.plan, into: larger) }
  }

  @Test func aSourcesErrorStopsTheTraining() throws {
    let training = try ShapeTraining()
    #expect(throws: ShapePictures.Broken.self) {
      try training.run(source: ShapePictures(sampleCount: 500, failsAt: 3))
    }
    #expect(training.state.step == 3)
  }

  @Test func divergenceIsAnError() throws {
    let block = ParameterBlock([ParameterSpecification(name: "p", shape: [1])])
    let plan = TrainingPlan(
      steps: 4, batchSize: 1, seed: 0, optimizer: .sgd(), schedule: .constant(0.1))
    let state = TrainingState(parameters: block, statistics: ParameterBlock([]), plan: plan)
    #expect(throws: TrainingError.self) {
      try Trainer(plan, on: ShapePictures(sampleCount: 3)).run(state) { _, state in
        state.step == 2 ? .nan : 1
      }
    }
    #expect(state.step == 2)
  }

  @Test func everyEpochSeesEverySampleOnce() {
    let order = SampleOrder(count: 10, seed: 4)
    let seen = (0..<5).flatMap { order.samples(ofStep: $0, batchSize: 4) }
    #expect(Set(seen[..<10]) == Set(0..<10) && Set(seen[10...]) == Set(0..<10))
    #expect(Array(seen[..<10]) != Array(seen[10...]))
    #expect(order.samples(ofStep: 2, batchSize: 4) == Array(seen[8..<12]))
    #expect(SampleOrder(count: 10, seed: 5).permutation(of: 0) != order.permutation(of: 0))
    #expect(order.stepSeed(0) != order.stepSeed(1))
  }

  @Test func initialValuesFollowTheirRoles() throws {
    let graph = try Graph(tracing: ResidualNetwork())
    let values = Initialization.values(of: graph, seed: 1)
    #expect(values["norm.weight"]?.values == [Float](repeating: 1, count: 16))
    #expect(values["norm.running_var"]?.values == [Float](repeating: 1, count: 16))
    #expect(values["norm.running_mean"]?.values == [Float](repeating: 0, count: 16))
    #expect(values["slope.weight"]?.values == [Float](repeating: 0.25, count: 16))
    let filter = try #require(values["first.weight"]).values.map(Double.init)
    let variance = filter.reduce(0) { $0 + $1 * $1 } / Double(filter.count)
    // 2304 draws: the variance of a normal sample strays by a share of √(2/2304) = 0.03.
    #expect(abs(variance / (2.0 / 144) - 1) < 0.15)
    #expect(values == Initialization.values(of: graph, seed: 1))
  }
}
