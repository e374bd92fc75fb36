import Foundation
import Gradients
import Graphs
import Kernels
import Objectives
import Tensors
import Testing
import Training

/// A residual network as torchvision's ResNet-18 with half the width, for pictures 64×64.
private struct BenchResidual: SingleInputNetwork {
  let name = "residual"
  let inputShape = [3, 64, 64]

  func describe(_ scope: Scope, _ input: Value) -> Value {
    let stem = scope["stem"].convolution(
      input, to: 32, kernel: 3, stride: 2, padding: 1, bias: false)
    var x = scope["norm"].batchNorm(stem).relu()
    for (stage, width) in [32, 64, 128, 256].enumerated() {
      for block in 0..<2 {
        x = self.block(
          scope["stage\(stage)"]["\(block)"], x, to: width, stride: stage > 0 && block == 0 ? 2 : 1)
      }
    }
    return scope["head"].linear(x.globalAveragePool().flattened(), to: 100)
  }

  private func block(_ scope: Scope, _ x: Value, to width: Int, stride: Int) -> Value {
    let first = scope["conv1"].convolution(
      x, to: width, kernel: 3, stride: stride, padding: 1, bias: false)
    let second = scope["conv2"].convolution(
      scope["bn1"].batchNorm(first).relu(), to: width, kernel: 3, padding: 1, bias: false)
    var short = x
    if stride > 1 {
      short = scope["downbn"].batchNorm(
        scope["down"].convolution(x, to: width, kernel: 1, stride: stride, bias: false))
    }
    return (scope["bn2"].batchNorm(second) + short).relu()
  }
}

/// A vision transformer of width 192 with 6 blocks and 65 tokens.
private struct BenchTransformer: SingleInputNetwork {
  let name = "transformer"
  let inputShape = [3, 64, 64]

  func describe(_ scope: Scope, _ input: Value) -> Value {
    let width = 192
    let patches = scope["patches"].convolution(input, to: width, kernel: 8, stride: 8)
    var x = scope.adding("rows", rows: 65, to: scope.prepending("start", to: patches.asTokens()))
    for index in 0..<6 {
      let scope = scope["block\(index)"]
      let packed = scope["packed"].linear(scope["norm1"].layerNorm(x), to: 3 * width)
      let parts = (0..<3).map { packed.channels(from: $0 * width, count: width) }
      let mixed = Value.attention(
        queries: parts[0], keys: parts[1], values: parts[2], Attention(heads: 3))
      x = x + scope["mixed"].linear(mixed, to: width)
      let hidden = scope["up"].linear(scope["norm2"].layerNorm(x), to: 4 * width)
      x = x + scope["down"].linear(hidden.gelu(), to: width)
    }
    return scope["head"].linear(scope["norm"].layerNorm(x).row(0), to: 100)
  }
}

/// Times of a training step, printed for comparison with those of Tools/bench_training.py.
///
/// Asked for by `EVALKIT_STEP_TIMES=1`; no time is checked.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["EVALKIT_STEP_TIMES"] != nil))
struct StepTimes {
  @Test func residualNetwork() throws { try time(BenchResidual()) }

  @Test func transformer() throws { try time(BenchTransformer()) }

  private func time(_ network: some Network) throws {
    let graph = try Graph(tracing: network)
    let parameters = ParameterBlock(graph.trainableParameters)
    let statistics = ParameterBlock(graph.buffers)
    let initial = Initialization.values(of: graph, seed: 3)
    try parameters.fill(from: initial)
    try statistics.fill(from: initial)
    let plan = TrainingPlan(
      steps: 100, batchSize: 64, seed: 5, optimizer: .adamW(), schedule: .constant(1e-3))
    let state = TrainingState(parameters: parameters, statistics: statistics, plan: plan)
    let program = try GradientProgram(
      graph, capacity: 64,
      settings: GradientSettings(parameters: Set(parameters.specifications.map(\.name))))
    program.fill((0..<64).map { SeededParameters.input(shape: [3, 64, 64], seed: $0) })
    let targets = (0..<64).map { Int32($0) }
    var times: [[Double]] = []
    for _ in 0..<12 {
      let clock = ContinuousClock()
      let forward = clock.measure {
        program.forward(count: 64, parameters: parameters, buffers: statistics)
      }
      let backward = clock.measure {
        _ = CrossEntropy().measure(
          program.values(of: Graph.mainOutput), targets: targets,
          addingTo: program.gradients(of: Graph.mainOutput))
        state.gradients.clear()
        program.backward(into: state.gradients)
      }
      let update = clock.measure { state.optimizer.update(with: state.gradients, rate: 1e-3) }
      times.append([forward, backward, update].map { $0 / .milliseconds(1) })
    }
    let medians = (0..<3).map { part in times.dropFirst(2).map { $0[part] }.sorted()[5] }
    print(
      "\(network.name): forward \(medians[0]) ms, backward \(medians[1]) ms, update "
        + "\(medians[2]) ms, memory \(program.byteCount >> 20) MB")
  }
}
