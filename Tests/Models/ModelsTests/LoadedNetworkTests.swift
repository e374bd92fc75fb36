import Checkpoints
import Graphs
import Kernels
import Models
import Networks
import Tensors
import TestSupport
import Testing

/// A network with its weights, run on several threads.
@Suite struct LoadedNetworkTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// All inputs are computed, never more than the limit at once, and no worker is idle in a round but the last inputs'.
  @Test func groupsKeepAllWorkersBusy() {
    for workers in 1...5 {
      for limit in 1...17 {
        for count in 0...70 {
          let size = LoadedNetwork.groupSize(of: count, atMost: limit, workers: workers)
          let groups = (count + size - 1) / size
          #expect((1...limit).contains(size))
          let rounds = (groups + workers - 1) / workers
          #expect(rounds == (count + limit * workers - 1) / (limit * workers))
          // One input more a group would leave a worker without any.
          #expect(size == 1 || rounds * workers * (size - 1) < count)
        }
      }
    }
    #expect(LoadedNetwork.groupSize(of: 8, atMost: 8, workers: 2) == 4)
    #expect(LoadedNetwork.groupSize(of: 40, atMost: 16, workers: 2) == 10)
  }

  /// Multiplies three channels, by two with the right weights.
  private struct Doubling: SingleInputNetwork {
    let name = "doubling"
    let inputShape = [3, 5, 4]

    func describe(_ scope: Scope, _ input: Value) -> Value {
      scope["layer"].convolution(input, to: 3, kernel: 1, bias: false).tapped("doubled")
    }
  }

  private func network(weight: Float = 2) throws -> LoadedNetwork {
    let diagonal = (0..<9).map { $0 % 4 == 0 ? weight : 0 }
    let path = folder.path("doubling.safetensors")
    try SafetensorsFile.write(
      [(name: "layer.weight", tensor: Tensor(shape: [3, 3, 1, 1], values: diagonal))], to: path)
    return try LoadedNetwork(Doubling(), checkpoint: OpenCheckpoint(path))
  }

  private func input(_ number: Int, _ shape: [Int] = [3, 5, 4]) -> Tensor {
    SeededParameters.input(shape: shape, seed: UInt64(number))
  }

  @Test(arguments: [0, 1, 7, 30])
  func inputsKeepTheirOrderOnAnyNumberOfThreads(count: Int) throws {
    let network = try network()
    let expected = (0..<count).map { input($0).values.map { 2 * $0 } }
    for workers in 1...3 {
      let found = try network.map(count, outputs: ["doubled"], workers: Workers(count: workers)) {
        input($0)
      } read: { _, result in
        result("doubled").planar(shape: [3, 5, 4]).values
      }
      #expect(found == expected)
      let vectors = try network.vectors(count, workers: Workers(count: workers)) { input($0) }
      #expect(vectors == expected)
    }
    for number in 0..<count {
      #expect(try network.result(of: input(number)).values == expected[number])
    }
  }

  @Test func readersGetTheNumberOfTheirInput() throws {
    let numbers = try network().map(20, workers: Workers(count: 2)) {
      input($0)
    } read: { index, _ in
      index
    }
    #expect(numbers == Array(0..<20))
  }

  @Test func inputsMayHaveAnotherShape() throws {
    let network = try network()
    let wide = try network.map(3, inputShape: [3, 2, 9], workers: Workers(count: 2)) {
      input($0, [3, 2, 9])
    } read: { _, result in
      result(Graph.mainOutput).columns
    }
    #expect(wide == [9, 9, 9])
    #expect(try network.result(of: input(1, [3, 2, 9])).shape == [3, 2, 9])
  }

  @Test func whatIsNotFiniteIsRefused() throws {
    let network = try network(weight: .infinity)
    let error = GraphError.notFinite(network: "doubling", output: Graph.mainOutput, index: 0)
    #expect(throws: error) { try network.result(of: input(1)) }
    #expect(throws: error) { try network.vectors(9, workers: Workers(count: 2)) { input($0) } }
    #expect(throws: GraphError.unknownOutput(name: "other", available: ["doubled", "output"])) {
      try network.map(1, outputs: ["other"], workers: Workers(count: 1)) {
        input($0)
      } read: { _, _ in
      }
    }
  }

  @Test func releasedNetworksRunAgain() throws {
    let network = try network()
    let before = try network.result(of: input(3))
    network.release()
    #expect(try network.result(of: input(3)) == before)
  }
}
