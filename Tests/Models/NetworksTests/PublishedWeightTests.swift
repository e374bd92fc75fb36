import Checkpoints
import Graphs
import Networks
import Tensors
import TestSupport
import Testing

/// Published checkpoints bind strictly and give PyTorch's numbers, tap by tap.
@Suite(.serialized, .enabled(if: Fixtures.arePresent))
struct PublishedWeightTests {
  @Test(arguments: [
    ("inception-fid", "inception_fid_real92of94.pth"), ("alexnet", "alexnet_features.pth"),
    ("squeezenet1_1", "squeezenet1_1_features.pth"),
    ("mobilefacenet", "mobilefacenet_xiaoccer_068.ckpt"),
  ])
  func agreesTapByTap(name: String, file: String) throws {
    let network = try NetworkCatalogue.named(name)
    let golden = try Golden(of: "\(name).published")
    #expect(!golden.cases.isEmpty)
    let checkpoint = try Checkpoint.open(path: Fixtures.path("weights/\(file)"))
    for run in golden.cases {
      let graph = try Graph(tracing: network, inputShape: run.inputShape)
      let parameters = try checkpoint.bind(
        to: graph.parameters, ignoring: network.ignorableCheckpointPrefixes)
      let executable = try Executable(
        graph, parameters: parameters, outputs: run.taps.map(\.name))
      let found = executable.run(golden.input(run), in: executable.makeWorkspace())
      let firstBad = run.firstBadTap(in: found, seed: golden.seed)
      #expect(firstBad == nil, "\(name), first bad tap: \(firstBad ?? "")")
    }
  }

  @Test(arguments: [("alexnet", "alex"), ("vgg16", "vgg"), ("squeezenet1_1", "squeeze")])
  func headsBind(trunk: String, file: String) throws {
    let network = PerceptualNetwork(trunk: try NetworkCatalogue.perceptualTrunk(named: trunk))
    let checkpoint = try Checkpoint.open(path: Fixtures.path("weights/lpips_v0.1/\(file).pth"))
    let heads = try checkpoint.bind(to: network.heads)
    #expect(heads.count == network.heads.count)
    // LPIPS keeps its heads non-negative while it trains them.
    #expect(heads.values.allSatisfy { $0.values.allSatisfy { $0 >= 0 } })
  }
}
