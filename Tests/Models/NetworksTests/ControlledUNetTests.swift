import Graphs
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// ControlNet against the official classes in float64; made by `Tools/make_control_goldens.py`.
@Suite struct ControlledUNetTests {
  private struct Content: Decodable {
    struct Run: Decodable {
      let timestep: Float
      let inputs: [String: [Int]]
      let taps: [Golden.Tap]
    }

    struct Listing: Decodable {
      let tensors: Int
      let values: Int
      let digest: String
    }

    let seed: UInt64
    let cases: [Run]
    let published: Listing
  }

  private let content: Content

  init() throws { content = try GoldenFolder().decoded("controlnet.json") }

  private static let reduced: ControlledUNet = {
    var configuration = LatentUNet.Configuration(
      latentSize: 8, latentChannels: 4, channels: 32, multipliers: [1, 2], attentionLevels: [0, 1],
      heads: .count(4), contextCount: 11, contextWidth: 24)
    configuration.residualBlocks = 1
    return ControlledUNet(name: "reduced", summary: "", configuration, hint: .published)
  }()

  private func sample(_ run: Content.Run) throws -> [String: Tensor] {
    func input(_ name: String, _ step: UInt64) throws -> Tensor {
      SeededParameters.input(
        shape: try #require(run.inputs[name]), seed: content.seed + step)
    }
    return [
      "latent": try input("latent", 0), "context": try input("context", 1),
      "hint": try input("hint", 2), "timestep": Tensor(shape: [1], values: [run.timestep]),
    ]
  }

  private func parameters(of graph: Graph) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: content.seed))
      })
  }

  /// Every tap, with convolutions as plain sums and by Winograd's filtering.
  ///
  /// `Golden.tolerance` is the square of 3e-5; PyTorch's own float32 strays by 2e-6 at most.
  @Test(arguments: Arithmetic.allCases)
  func agreesTapByTap(arithmetic: Arithmetic) throws {
    let graph = try Graph(tracing: Self.reduced)
    for run in content.cases {
      let executable = try Executable(
        graph, parameters: parameters(of: graph), outputs: run.taps.map(\.name),
        arithmetic: arithmetic)
      let found = try executable.run(named: sample(run), in: executable.makeWorkspace())
      let golden = Golden.Case(inputShape: [], tokens: nil, taps: run.taps)
      let complaint = golden.firstBadTap(in: found, seed: content.seed)
      #expect(complaint == nil, "\(complaint ?? "")")
    }
  }

  @Test func looksAtTokensAddUpToOne() throws {
    let run = try #require(content.cases.last)
    let graph = try Graph(tracing: Self.reduced)
    let names = run.taps.map(\.name).filter { $0.hasSuffix(".probabilities") }
    let executable = try Executable(graph, parameters: parameters(of: graph), outputs: names)
    let found = try executable.run(named: sample(run), in: executable.makeWorkspace())
    // Two levels and the middle of the copy; of the U-Net the way up's four blocks as well.
    #expect(names.count == 3 + 7)
    for name in names {
      let share = try #require(found[name])
      let pixels = share.count / share.shape[0]
      for pixel in 0..<pixels {
        let sum = (0..<share.shape[0]).reduce(Float(0)) { $0 + share.values[$1 * pixels + pixel] }
        #expect(abs(sum - 1) <= 1e-6, "\(name)")
      }
    }
  }

  /// Without what the copy adds, the U-Net is the plain one.
  @Test func zeroConvolutionsChangeNothing() throws {
    let run = try #require(content.cases.last)
    let controlled = try Graph(tracing: Self.reduced)
    var values = parameters(of: controlled)
    for name in values.keys where name.contains(".zero_convs.") || name.contains("middle_block_out")
    {
      values[name] = values[name].map { Tensor(shape: $0.shape) }
    }
    let plain = LatentUNet(name: "plain", summary: "", Self.reduced.configuration)
    let prefix = "model.diffusion_model."
    let own = Dictionary(
      uniqueKeysWithValues: values.filter { $0.key.hasPrefix(prefix) }
        .map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    var inputs = try sample(run)
    let both = try Executable(controlled, parameters: values)
    let found = try both.run(named: inputs, in: both.makeWorkspace())[Graph.mainOutput]
    inputs["hint"] = nil
    let alone = try Executable(Graph(tracing: plain), parameters: own)
    let wanted = try alone.run(named: inputs, in: alone.makeWorkspace())[Graph.mainOutput]
    #expect(found == wanted)
  }

  @Test func namesAndShapesAreTheOfficialOnes() throws {
    let parameters = try Graph(tracing: ControlledUNet.stableDiffusion).parameters
    let lines = parameters.map { "\($0.name) " + $0.shape.map(String.init).joined(separator: " ") }
    let digest = String(
      SeededParameters.fowlerNollVo(lines.sorted().joined(separator: "\n")), radix: 16)
    #expect(digest == content.published.digest.drop { $0 == "0" })
    #expect(parameters.count == content.published.tensors)
    #expect(parameters.reduce(0) { $0 + $1.shape.elementCount } == content.published.values)
    let unet = try Graph(tracing: LatentUNet.stableDiffusion).parameters
    #expect(unet.count == 686)
    #expect(unet.reduce(0) { $0 + $1.shape.elementCount } == 859_520_964)
  }

  /// 10⁹ operations, by the official classes: the U-Net 803.3, the copy with its hint 283.3.
  @Test func costsAreTheOfficialOnes() throws {
    let both = try Graph(tracing: ControlledUNet.stableDiffusion).cost(
      computing: [Graph.mainOutput])
    #expect(abs(Double(both.operations) / 1e9 - 1086.6) < 1)
  }
}
