import Graphs
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct InversionTests {
  private static let small = InversionConfiguration(
    middleChannels: 6, middleSize: 4, featureChannels: 5, featureSize: 8, modulationWidth: 4,
    mapperWidth: 6, codeWidth: 3, codeCount: 2)

  private func seeded(_ graph: Graph) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 5))
      })
  }

  private func values(_ network: some Network) throws -> Int {
    try Graph(tracing: network).parameters.reduce(0) { $0 + $1.shape.elementCount }
  }

  /// Sizes as counted by hand from the layers.
  @Test func networksHaveTheirSizes() throws {
    let compact = InversionConfiguration.compact(codeCount: 10, codeWidth: 128)
    #expect(try values(CodeMapping(name: "m", summary: "", compact)) == 571_008)
    #expect(try values(StyleModulation(name: "t", summary: "", compact)) == 306_754)
    // A trunk of 10.6 million, and 512 · 9216 + 9216.
    #expect(try values(CodeMapping.published) == 5_898_752 + 2 * 2_359_808 + 4_727_808)
  }

  /// All of DDGI's compact networks, two bytes a value.
  @Test func compactNetworksTakeSixteenMegabytes() throws {
    let base = try values(CompactNetworks.controlledBase)
    let controlled = try CompactNetworks.Hint.allCases.reduce(base) {
      try $0 + values(CompactNetworks.controlled(by: $1)) - base
    }
    let (faces, heads) = (CompactNetworks.inversion, CompactNetworks.headInversion)
    let others: [any Network] = [
      StyleGAN2.compact.mapping, StyleGAN2.compact.synthesis, faces.mapping, faces.modulation,
      CompactNetworks.headPlanes.mapping, CompactNetworks.headPlanes.synthesis,
      CompactNetworks.headDecoder, heads.mapping, heads.modulation, CompactNetworks.headStance,
    ]
    let count = try others.reduce(controlled) { try $0 + values($1) }
    #expect((7_000_000...8_000_000).contains(count), "\(count) values")
  }

  @Test func middlesOfAnySizeBecomeOnePixel() throws {
    let graph = try Graph(tracing: CodeMapping(name: "m", summary: "", Self.small))
    #expect(
      graph.parameters.map(\.name).sorted() == [
        "convs.0.bias", "convs.0.weight", "convs.2.bias", "convs.2.weight", "linear.bias",
        "linear.weight",
      ])
    #expect(graph.shape(of: Graph.mainOutput) == [6])
  }

  /// With all weight on the first, scales come from what is local alone, and shifts from what is global alone.
  @Test func localAndGlobalChangePlaces() throws {
    let graph = try Graph(tracing: StyleModulation(name: "t", summary: "", Self.small))
    var parameters = seeded(graph)
    for name in ["scale.share", "shift.share"] {
      parameters[name] = Tensor(shape: [1], values: [80])
    }
    func results(_ local: UInt64, _ global: UInt64) throws -> (scale: Tensor, shift: Tensor) {
      let found = try graph.evaluate(
        named: [
          "local": SeededParameters.input(shape: [5, 8, 8], seed: local),
          "global": SeededParameters.input(shape: [1, 8, 8], seed: global),
        ], parameters: parameters)
      return (
        try #require(found[Graph.mainOutput]), try #require(found[StyleModulation.shift])
      )
    }
    let (base, otherLocal, otherGlobal) = try (results(1, 2), results(3, 2), results(1, 3))
    #expect(base.scale == otherGlobal.scale && base.scale != otherLocal.scale)
    #expect(base.shift == otherLocal.shift && base.shift != otherGlobal.shift)
  }

  /// Untrained last layers leave codes as they are: nothing is added to a scale of one and a shift of zero.
  @Test func zeroLayersAddNothing() throws {
    let graph = try Graph(tracing: StyleModulation(name: "t", summary: "", Self.small))
    var parameters = seeded(graph)
    for name in parameters.keys where name.contains("_style.linear.") {
      parameters[name] = parameters[name].map { Tensor(shape: $0.shape) }
    }
    let found = try graph.evaluate(
      named: [
        "local": SeededParameters.input(shape: [5, 8, 8], seed: 1),
        "global": SeededParameters.input(shape: [1, 8, 8], seed: 2),
      ], parameters: parameters)
    for name in [Graph.mainOutput, StyleModulation.shift] {
      #expect(found[name] == Tensor(shape: [6]), "\(name)")
    }
  }
}
