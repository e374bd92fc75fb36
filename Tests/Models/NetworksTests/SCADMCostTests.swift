import Gradients
import Graphs
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// What SCA-DM's networks hold and compute, and that they can be trained.
struct SCADMCostTests {
  private let golden: SCADMGolden

  init() throws { golden = try SCADMGolden.read() }

  @Test func namesAndShapesAreTheOfficialOnes() throws {
    for network in [SCADMUNet.published, SCADMStyleEncoder.published] as [any PublishedNetwork] {
      let totals = try #require(golden.published[network.name])
      let graph = try Graph(tracing: network)
      let asked = Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.shape) })
      var official = try Golden.parameters(of: network.name)
      #expect(official.count == totals.tensors)
      #expect(official.values.reduce(0) { $0 + $1.elementCount } == totals.values)
      let ignored = official.keys.filter { name in
        network.ignorableCheckpointPrefixes.contains { name.hasPrefix($0) }
      }
      #expect(ignored == (network.name == "sca-dm-unet" ? ["label_emb.weight"] : []))
      for name in ignored { official[name] = nil }
      #expect(Set(asked.keys).symmetricDifference(official.keys).sorted() == [])
      for (parameter, shape) in official { #expect(asked[parameter] == shape, "\(parameter)") }
    }
  }

  /// Averages are stored under names without dots; all 801 stay distinct, so each finds its own.
  @Test func namesOfAveragesAreDistinct() throws {
    let official = try Golden.parameters(of: SCADMUNet.published.name)
    let stripped = Set(official.keys.map { $0.replacing(".", with: "") })
    #expect(official.count == 801 && stripped.count == 801)
  }

  /// The official count without what cross-attention does beside a table of 19 rows; and all of the norms' scales and
  /// shifts and those tables last.
  @Test func costIsThePublishedOneWithoutDeadProducts() throws {
    let totals = try #require(golden.published["sca-dm-unet"])
    let graph = try Graph(tracing: SCADMUNet.published)
    let tables =
      totals.crossValueOperations
      + graph.parameters.filter { $0.name.hasSuffix("attn2.to_out.0.weight") }
      .reduce(0) { $0 + 2 * 19 * $1.shape.elementCount }
    let whole = graph.cost(computing: [Graph.mainOutput]).operations
    #expect(whole == totals.operations - totals.crossAttentionOperations + tables)
    let split = try SplitGraph(graph, varying: SCADMUNet.varyingInputs)
    let lasting = split.lasting.cost(computing: split.names).operations
    #expect(lasting == totals.normOperations + tables)
    #expect(split.varying.cost(computing: [Graph.mainOutput]).operations == whole - lasting)
    let style = try Graph(tracing: SCADMStyleEncoder.published)
    #expect(
      style.cost(computing: [Graph.mainOutput]).operations
        == golden.published["sca-dm-style"]?.operations)
  }

  /// Both compact networks learn together: the codes' gradient is the encoder's, and absent classes have none.
  @Test func compactNetworksHaveGradients() throws {
    let unet = try Graph(
      tracing: SCADMUNet(name: "compact-sca-dm", summary: "", .compact))
    let style = try Graph(tracing: SCADMStyleEncoder.compact)
    let costs = [unet, style].map { $0.cost(computing: [Graph.mainOutput]) }
    #expect(costs.map(\.parameters) == [3_447_556, 302_404])
    #expect(costs.map { $0.operations / 1_000_000 } == [1_192, 302])
    let settings = GradientSettings(
      parameters: Set(style.trainableParameters.map(\.name)), inputs: [], batchNorms: .evaluation)
    _ = try GradientProgram(style, capacity: 1, settings: settings)

    let trained = ParameterBlock(unet.trainableParameters)
    try trained.fill(from: golden.parameters(unet))
    let program = try GradientProgram(
      unet, capacity: 1,
      settings: GradientSettings(
        parameters: Set(unet.trainableParameters.map(\.name)), inputs: ["codes"],
        batchNorms: .evaluation))
    try program.fill(named: [
      [
        "latent": SeededParameters.input(shape: [4, 32, 32], seed: 3),
        "timestep": Tensor(shape: [1], values: [417]), "map": SCADMGolden.labelMap(128),
        "codes": SeededParameters.input(shape: [192, 19, 1], seed: 4),
      ]
    ])
    program.forward(count: 1, parameters: trained, buffers: ParameterBlock([]))
    program.gradients(of: Graph.mainOutput).map.fill(
      from: SeededParameters.input(shape: [4, 32, 32], seed: 5))
    let gradients = trained.zeroed()
    program.backward(into: gradients)
    let codes = program.gradients(ofInput: "codes").planar(shape: [192, 19, 1])
    for label in 0..<19 {
      #expect((0..<192).contains { codes.values[$0 * 19 + label] != 0 } == (label < 17), "\(label)")
    }
    let still = gradients.tensors.filter { $0.value.values.allSatisfy { $0 == 0 } }.keys
    #expect(
      still.allSatisfy { name in
        [".attn2.to_q.", ".attn2.to_k.", ".norm2."].contains { name.contains($0) }
      }, "\(still.sorted())")
  }
}
