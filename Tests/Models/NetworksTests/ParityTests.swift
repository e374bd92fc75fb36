import Graphs
import Kernels
import Networks
import Tensors
import Testing

/// Every tap of every network against PyTorch in float64, on seeded parameters.
@Suite(.serialized) struct ParityTests {
  @Test(arguments: NetworkCatalogue.published.map(\.name))
  func agreesTapByTap(name: String) throws {
    let network = try Golden.network(named: name)
    let golden = try Golden(of: name)
    #expect(!golden.cases.isEmpty)
    let parameters = golden.seeded(try Graph(tracing: network).parameters)
    for run in golden.cases {
      try expectAgreement(network, run, golden, parameters, level: .current)
    }
  }

  /// The networks that reach every kernel, at their least size, on each instruction set.
  @Test(arguments: [
    "squeezenet1_1", "dists", "mobilefacenet", "bisenet", "celebamask-unet", "clip-vit-l14",
    "clip-rn50x4", "clip-rn50x4-text",
  ])
  func agreesOnEveryInstructionSet(name: String) throws {
    let network = try Golden.network(named: name)
    let golden = try Golden(of: name)
    let parameters = golden.seeded(try Graph(tracing: network).parameters)
    let smallest = try #require(golden.cases.last)
    let levels = CPULevel.allCases.filter { $0 <= .best }
    #expect(levels.contains(.portable))
    for level in levels {
      try expectAgreement(network, smallest, golden, parameters, level: level)
    }
  }

  private func expectAgreement(
    _ network: any PublishedNetwork, _ run: Golden.Case, _ golden: Golden,
    _ parameters: [String: Tensor], level: CPULevel
  ) throws {
    let graph = try Graph(tracing: network, inputShape: run.inputShape)
    let executable = try Executable(
      graph, parameters: parameters, outputs: run.taps.map(\.name), level: level)
    let found = executable.run(golden.input(run), in: executable.makeWorkspace())
    let firstBad = run.firstBadTap(in: found, seed: golden.seed)
    #expect(
      firstBad == nil,
      """
      \(network.name) at \(run.inputShape) on \(level), seed \(golden.seed), first bad tap: \
      \(firstBad ?? "")
      """)
  }
}
