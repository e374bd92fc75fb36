import Foundation
import Gradients
import Graphs
import Kernels
import Networks
import Recipes
import SystemRecipes
import Systems
import Tensors
import TestSupport
import Testing

/// The training of the compact generator.
struct GeneratorRecipeTests {
  // MARK: Penalty

  private struct Content: Decodable {
    struct Penalty: Decodable {
      let value: Double
      let gradients: [String: [Double]]
    }

    let seed: UInt64
    let shape: [Int]
    let shapes: [String: [Int]]
    let penalties: [String: Penalty]
  }

  /// The critic of `Tools/make_penalty_golden.py`.
  private struct Critic: SingleInputNetwork {
    let isSmooth: Bool
    let name = "critic"
    let inputShape = [3, 8, 8]

    func describe(_ scope: Scope, _ input: Value) -> Value {
      func layer(_ scope: Scope, _ x: Value) -> Value {
        let y = scope.convolution(x, to: 8, kernel: 3, padding: 1, bias: isSmooth)
        return isSmooth
          ? y.silu() : scope.leakyReLU(y, StyleOperation.LeakyReLU(slope: 0.2, gain: 1))
      }
      let second = layer(scope["second"], layer(scope["first"], input))
      return scope["last"].linear(second.flattened(), to: 1)
    }
  }

  /// The penalty's gradient beside PyTorch's second derivatives: the cosine of both, and the ratio of their lengths.
  private func penalty(
    isSmooth: Bool
  ) throws -> (value: Double, wanted: Double, cosine: Double, ratio: Double) {
    let content: Content = try GoldenFolder().decoded("penalty.json")
    let golden = try #require(content.penalties[isSmooth ? "silu" : "leaky"])
    let graph = try Graph(tracing: Critic(isSmooth: isSmooth))
    let parameters = ParameterBlock(graph.trainableParameters)
    try parameters.fill(
      from: Dictionary(
        uniqueKeysWithValues: content.shapes.map { name, shape in
          (name, SeededParameters.tensor(named: name, shape: shape, seed: content.seed))
        }))
    let program = try GradientProgram(
      graph, capacity: content.shape[0],
      settings: GradientSettings(
        parameters: Set(parameters.specifications.map(\.name)), inputs: [Graph.mainInput]))
    program.fill(
      (0..<content.shape[0]).map {
        SeededParameters.input(
          shape: Array(content.shape.dropFirst()), seed: content.seed + UInt64($0))
      })
    // Packs the weights, which the penalty takes as they are.
    program.forward(count: content.shape[0], parameters: parameters)
    let gradients = parameters.zeroed()
    let value = GradientPenalty.add(
      program, count: content.shape[0], weight: 1, parameters: parameters, to: gradients)
    var (product, own, other) = (0.0, 0.0, 0.0)
    for (name, wanted) in golden.gradients {
      let found = try #require(gradients.tensors[name]).values
      for (found, wanted) in zip(found, wanted) {
        product += Double(found) * wanted
        own += Double(found) * Double(found)
        other += wanted * wanted
      }
    }
    return (
      value, golden.value, product / (own * other).squareRoot(), (own / other).squareRoot()
    )
  }

  /// Differences over a reach of 0.05 are off by its square times third derivatives, a thousandth or less.
  @Test func penaltiesHaveTheGradientOfSecondDerivatives() throws {
    let found = try penalty(isSmooth: true)
    #expect(abs(found.value / found.wanted - 1) < 1e-5, "\(found)")
    #expect(found.cosine > 0.999 && abs(found.ratio - 1) < 0.01, "\(found)")
  }

  /// Why critics are smooth: differences see kinks that derivatives do not.
  @Test func kinksSpoilPenalties() throws {
    let found = try penalty(isSmooth: false)
    #expect(abs(found.value / found.wanted - 1) < 1e-5, "\(found)")
    #expect(found.cosine < 0.99 || abs(found.ratio - 1) > 0.1, "\(found)")
  }

  // MARK: Pairs

  /// `log(1 + e^d)`, its derivative, and `−(1 − σ) / σ`, also where exponentials are large.
  @Test(arguments: [-300.0, -20, -1.5, 0, 0.25, 3, 300])
  func pairsAreJudgedByTheirDifference(difference: Double) {
    let pair = PairLoss(real: 1, made: 1 + difference)
    let held = min(max(difference, -60), 60)
    #expect(abs(pair.loss - (held > 0 ? held + log1p(exp(-held)) : log1p(exp(held)))) < 1e-6)
    #expect(abs(pair.slope - 1 / (1 + exp(-held))) < 1e-6)
    #expect(pair.generatorRatio.isFinite)
    let wanted = -(1 - 1 / (1 + exp(held))) / (1 / (1 + exp(held)))
    let mirrored = PairLoss(real: 1, made: 1 - difference)
    #expect(abs(Double(mirrored.generatorRatio) / wanted - 1) < 1e-6 || abs(held) > 30)
  }

  // MARK: Training

  /// Both parts, with a penalty in the first step of the second, stopped in each and resumed.
  @Test func trainingIsReproducible() throws {
    let faces = SyntheticTrainingSet.Plan(people: 4, photos: 2)
    let recipe = GeneratorRecipe(
      steps: 2, sharpeningSteps: 2, batchSize: 4, faces: faces, meanCount: 32)
    let training = try RepeatedTraining([recipe], on: faces)
    let once = try training.run(workers: 1) { environment in
      let generator = try FaceGenerator(
        .compact, checkpoint: environment.path(recipe.fileNames[0]), workers: environment.workers)
      #expect(generator.mean.count == 128 && generator.mean.contains { $0 != 0 })
      let codes = try generator.codes(seeds: [1, 2], workers: environment.workers)
      let pictures = try generator.pictures(of: codes, workers: environment.workers)
      #expect(pictures.map(\.shape) == [[3, 64, 64], [3, 64, 64]] && pictures[0] != pictures[1])
    }
    #expect(try training.run(workers: 2, stops: 3) == once)
    #expect(once.losses.count == 4 && once.losses.allSatisfy { $0.isFinite && $0 > 0 })
  }
}
