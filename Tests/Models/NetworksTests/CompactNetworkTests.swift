import Graphs
import Networks
import Tensors
import TestSupport
import Testing

/// The compact suite, which no published checkpoint stands behind: its networks against the plain form of
/// every operation, which the published ones are held against PyTorch with.
@Suite struct CompactNetworkTests {
  private static let seed: UInt64 = 17

  @Test(arguments: [
    "compact-inception", "compact-iresnet", "compact-bisenet", "compact-clip", "compact-denoiser",
  ])
  func agreesWithThePlainForm(name: String) throws {
    let graph = try Graph(tracing: NetworkCatalogue.named(name))
    let parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: Self.seed))
      })
    let sample = Dictionary(
      uniqueKeysWithValues: graph.inputs.map {
        ($0.name, SeededParameters.input(shape: $0.shape, seed: Self.seed))
      })
    let plain = try #require(
      graph.evaluate(named: sample, parameters: parameters)[Graph.mainOutput])
    let executable = try Executable(graph, parameters: parameters)
    let found = try #require(
      executable.run(named: sample, in: executable.makeWorkspace())[Graph.mainOutput])
    #expect(found.shape == plain.shape)
    // The bound of the published networks' parity.
    let agreement = Agreement(found.values, plain.values)
    #expect(agreement.nmse <= 1e-9, "seed \(Self.seed): \(agreement)")
  }

  @Test func shapesAreTheSuites() throws {
    let shapes: [(any Network, [Int], [Int])] = [
      (CompactNetworks.inception, [3, 128, 128], [192]),
      (CompactNetworks.alexNet, [3, 256, 256], [64, 7, 7]),
      (CompactNetworks.iResNet, [3, 96, 96], [128]),
      (CompactNetworks.biSeNet, [3, 128, 128], [19, 128, 128]),
      (CompactNetworks.clip, [3, 96, 96], [128]), (CompactNetworks.clipText, [77], [128]),
      (CompactNetworks.denoiser, [3, 128, 128], [3, 128, 128]),
    ]
    for (network, input, output) in shapes {
      let graph = try Graph(tracing: network)
      #expect(graph.inputShape == input, "\(network.name)")
      #expect(graph.shape(of: Graph.mainOutput) == output, "\(network.name)")
    }
  }

  /// The first layer sees picture, label map, noise and attributes as planes in this order, which is what its
  /// weights were trained for.
  @Test func theDenoiserStacksItsInputs() throws {
    let graph = try Graph(tracing: CompactNetworks.denoiser)
    #expect(graph.inputs.map(\.name) == ["picture", "labels", "noise", "attributes"])
    #expect(graph.parameters.first?.shape == [24, 35, 4, 4])
    let side = CompactNetworks.imageSize
    let labels = (0..<side * side).map { UInt8($0 % CompactDenoiser.classes) }
    let attributes = (0..<CompactDenoiser.attributeCount).map { Float($0) - 5.5 }
    let sample = CompactDenoiser.inputs(
      picture: (0..<3 * side * side).map { Float($0 % 7) }, labels: labels, attributes: attributes,
      noise: 0.75)
    let planes = try #require(sample["picture"]).values + #require(sample["labels"]).values
    let constants = [Float(0.75)] + attributes
    let expected = planes + constants.flatMap { [Float](repeating: $0, count: side * side) }
    let parameters: [String: Tensor] = [:]
    let executable = try Executable(graph, parameters: parameters, outputs: ["planes"])
    let found = try executable.run(named: sample, in: executable.makeWorkspace())["planes"]
    #expect(found == Tensor(shape: [35, side, side], values: expected))
    for (pixel, label) in labels.enumerated().prefix(40) {
      #expect(sample["labels"]?.values[Int(label) * side * side + pixel] == 1)
    }
  }

  @Test func theTextTowerStandsBesideTheImageTower() {
    #expect(CLIPModels.textTower(beside: "compact-clip")?.name == "compact-clip-text")
  }

  /// 208 tensors of 3,761,016 values, whatever the size of the pictures.
  @Test func theUNetHasItsParametersAtEverySize() throws {
    let graph = try Graph(tracing: CompactNetworks.unet)
    #expect(graph.parameters.count == 208)
    let counts = graph.parameters.map { $0.shape.reduce(1, *) }
    #expect(counts.reduce(0, +) == 3_761_016)
    #expect(try Graph(tracing: CompactNetworks.unet(size: 32)).parameters == graph.parameters)
    #expect(graph.shape(of: Graph.mainOutput) == [6, 64, 64])
  }
}
