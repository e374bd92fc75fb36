import Graphs
import Networks
import Tensors
import TestSupport
import Testing

/// U-Nets of diffusion models against the official classes in float64; made by
/// `Tools/make_diffusion_goldens.py`.
struct DiffusionUNetTests {
  private struct Content: Decodable {
    struct Run: Decodable {
      let timestep: Float
      let inputShape: [Int]
      let taps: [Golden.Tap]

      var golden: Golden.Case { Golden.Case(inputShape: inputShape, tokens: nil, taps: taps) }
    }

    struct Totals: Decodable {
      let tensors: Int
      let values: Int
    }

    let seed: UInt64
    let cases: [String: [Run]]
    let published: [String: Totals]
  }

  private static let reduced: [any Network] = {
    var small = ADMUNet.Configuration(
      imageSize: 16, channels: 32, multipliers: [1, 2], residualBlocks: 1, attentionSizes: [8])
    small.headChannels = 32
    var plain = ADMUNet.Configuration(
      imageSize: 32, channels: 32, multipliers: [1, 2, 2], residualBlocks: 2,
      attentionSizes: [16, 8])
    plain.headChannels = 16
    plain.resamplesInBlocks = false
    plain.outputChannels = 3
    return [
      ADMUNet(name: "adm-reduced", summary: "", small),
      ADMUNet(name: "adm-reduced-convolutions", summary: "", plain),
      DDPMUNet(
        name: "ddpm-reduced", summary: "",
        DDPMUNet.Configuration(
          imageSize: 16, channels: 32, multipliers: [1, 2], residualBlocks: 2, attentionSizes: [8])
      ),
    ]
  }()

  @Test(arguments: ["adm-reduced", "adm-reduced-convolutions", "ddpm-reduced"])
  func agreesTapByTap(name: String) throws {
    let content: Content = try GoldenFolder().decoded("diffusion_unets.json")
    let network = try #require(Self.reduced.first { $0.name == name })
    let graph = try Graph(tracing: network)
    let parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: content.seed))
      })
    let runs = try #require(content.cases[name])
    #expect(runs.count == 2)
    for run in runs {
      let sample = [
        "image": SeededParameters.input(shape: run.inputShape, seed: content.seed),
        "timestep": Tensor(shape: [1], values: [run.timestep]),
      ]
      let executable = try Executable(
        graph, parameters: parameters, outputs: run.taps.map(\.name))
      let found = try executable.run(named: sample, in: executable.makeWorkspace())
      let firstBad = run.golden.firstBadTap(in: found, seed: content.seed)
      #expect(firstBad == nil, "\(name) at \(run.timestep): \(firstBad ?? "")")
    }
  }

  @Test(arguments: [ADMUNet.ffhq, ADMUNet.lsun, DDPMUNet()] as [any PublishedNetwork])
  func namesAndShapesAreTheOfficialOnes(network: any PublishedNetwork) throws {
    let content: Content = try GoldenFolder().decoded("diffusion_unets.json")
    let totals = try #require(content.published[network.name])
    let graph = try Graph(tracing: network)
    let asked = Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.shape) })
    let official = try Golden.parameters(of: network.name)
    #expect(Set(asked.keys).symmetricDifference(official.keys).sorted() == [])
    for (parameter, shape) in official { #expect(asked[parameter] == shape, "\(parameter)") }
    #expect(asked.count == totals.tensors)
    #expect(asked.values.reduce(0) { $0 + $1.elementCount } == totals.values)
  }

  /// A network on folded pixels has the map's size outside and a quarter of the pixels inside.
  @Test func foldingKeepsTheImagesSize() throws {
    var configuration = ADMUNet.Configuration(
      imageSize: 32, channels: 32, multipliers: [1, 2], residualBlocks: 1, attentionSizes: [16])
    configuration.fold = 2
    configuration.headChannels = 32
    let graph = try Graph(tracing: ADMUNet(name: "folded", summary: "", configuration))
    #expect(graph.shape(of: Graph.mainOutput) == [6, 32, 32])
    #expect(graph.shape(of: "input_blocks.0") == [32, 16, 16])
    let shapes = Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.shape) })
    #expect(shapes["input_blocks.0.0.weight"] == [32, 12, 3, 3])
    #expect(shapes["input_blocks.1.1.qkv.weight"] == [96, 32, 1])
    #expect(shapes["out.2.weight"] == [24, 32, 3, 3])
  }
}
