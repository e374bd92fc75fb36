import Graphs
import Networks
import Tensors
import Testing

/// Properties that need no golden: what else is computed, and what came before, changes no bit.
struct InvarianceTests {
  private let seed: UInt64 = 11

  private func seeded(_ graph: Graph) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: seed))
      })
  }

  /// The class token alone is computed behind the last attention, and the end-of-text token alone.
  @Test(arguments: ["clip-vit-l14", "clip-vit-l14-text", "clip-rn50x4"])
  func rowsThatAreLeftOutChangeNoBit(name: String) throws {
    let golden = try Golden(of: name)
    let graph = try Graph(tracing: Golden.network(named: name))
    let parameters = golden.seeded(graph.parameters)
    let input = golden.input(try #require(golden.cases.first))
    let all = try Executable(graph, parameters: parameters, outputs: graph.outputNames)
    let one = try Executable(graph, parameters: parameters)
    let together = all.run(input, in: all.makeWorkspace())
    let alone = one.run(input, in: one.makeWorkspace())
    #expect(together[Graph.mainOutput] == alone[Graph.mainOutput])
  }

  @Test(arguments: [
    ("squeezenet1_1", [3, 49, 37]), ("mobilefacenet", [3, 112, 96]), ("bisenet", [3, 64, 96]),
    ("celebamask-unet", [3, 32, 48]),
  ])
  func askingForMoreTapsChangesNoBit(name: String, shape: [Int]) throws {
    let graph = try Graph(tracing: NetworkCatalogue.named(name), inputShape: shape)
    let parameters = seeded(graph)
    let input = SeededParameters.input(shape: shape, seed: seed)
    let all = try Executable(graph, parameters: parameters, outputs: graph.outputNames)
    let one = try Executable(graph, parameters: parameters)
    let together = all.run(input, in: all.makeWorkspace())
    let alone = one.run(input, in: one.makeWorkspace())
    #expect(together[Graph.mainOutput] == alone[Graph.mainOutput], "seed \(seed)")
  }

  @Test(arguments: [
    ("squeezenet1_1", [3, 49, 37]), ("mobilefacenet", [3, 112, 96]), ("bisenet", [3, 64, 96]),
    ("celebamask-unet", [3, 32, 48]),
  ])
  func groupsChangeNoBit(name: String, shape: [Int]) throws {
    let graph = try Graph(tracing: NetworkCatalogue.named(name), inputShape: shape)
    let executable = try Executable(graph, parameters: seeded(graph), groupSize: 3)
    let workspace = executable.makeWorkspace()
    let inputs = (0..<4).map { SeededParameters.input(shape: shape, seed: seed + UInt64($0)) }
    let together = executable.run(inputs, in: workspace)
    #expect(together == inputs.map { executable.run($0, in: workspace) }, "seed \(seed)")
  }

  /// Layers that threads share are cut by pixels, panels, heads, groups or rows; seven threads cut unevenly.
  @Test(arguments: [
    ("squeezenet1_1", [3, 130, 97]), ("inception-fid", [3, 160, 139]), ("ir-se50", [3, 112, 112]),
    ("bisenet", [3, 192, 160]), ("celebamask-unet", [3, 96, 128]), ("clip-vit-b32", [3, 224, 224]),
    ("kl-f4", [3, 8, 8]),
  ])
  func threadsThatShareAnImageChangeNoBit(name: String, shape: [Int]) throws {
    let graph = try Graph(tracing: NetworkCatalogue.named(name), inputShape: shape)
    let executable = try Executable(graph, parameters: seeded(graph), outputs: graph.outputNames)
    let images = (0..<2).map { SeededParameters.input(shape: shape, seed: seed + UInt64($0)) }
    let workspace = executable.makeWorkspace()
    let expected = executable.run(images, in: workspace)
    for threads in [2, 7, 1] {
      workspace.threads = threads
      #expect(executable.run(images, in: workspace) == expected, "\(threads) threads")
      #expect(executable.run(images[0], in: workspace) == expected[0], "\(threads) threads")
    }
  }

  @Test func workspaceLeavesNoTrace() throws {
    let shape = [3, 49, 37]
    let graph = try Graph(tracing: SqueezeNet(), inputShape: shape)
    let executable = try Executable(graph, parameters: seeded(graph))
    let first = SeededParameters.input(shape: shape, seed: seed)
    let second = SeededParameters.input(shape: shape, seed: seed + 1)
    let workspace = executable.makeWorkspace()
    let fresh = executable.run(first, in: workspace)
    let other = executable.run(second, in: workspace)
    #expect(fresh != other)
    #expect(executable.run(first, in: workspace) == fresh, "seed \(seed)")
  }

  @Test func auxiliaryHeadsAreAskedForButNotComputed() throws {
    let graph = try Graph(tracing: BiSeNet())
    let needed = graph.nodes(neededFor: [Graph.mainOutput])
    let scopes = Set(needed.map { graph.nodes[$0].scope })
    #expect(!scopes.contains { $0.hasPrefix("conv_out16") || $0.hasPrefix("conv_out32") })
    #expect(scopes.contains("conv_out.conv_out"))
    #expect(graph.parameters.contains { $0.name == "conv_out16.conv_out.weight" })
    #expect(graph.parameters.contains { $0.name == "conv_out32.conv_out.weight" })
  }

  @Test func earlyTapsNeedOnlyTheStem() throws {
    let graph = try Graph(tracing: InceptionV3())
    let scopes = Set(graph.nodes(neededFor: ["64"]).map { graph.nodes[$0].scope })
    #expect(!scopes.contains { $0.hasPrefix("Mixed") || $0.hasPrefix("Conv2d_3b") })
  }

  @Test func identityEmbeddingEndsInANormalization() throws {
    let graph = try Graph(tracing: IRBackbone(.se50))
    let last = try #require(graph.outputs[Graph.mainOutput])
    #expect(graph.nodes[last].operation == .l2Normalize)
  }
}
