import Graphs
import Networks
import Tensors
import TestSupport
import Testing

/// Networks of latent diffusion against the official classes in float64; made by `Tools/make_latent_goldens.py`.
struct LatentNetworkTests {
  private struct Content: Decodable {
    struct Run: Decodable {
      let inputShape: [Int]
      let taps: [Golden.Tap]
      let tokens: [Float]?
      let timestep: Float?
      let contextShape: [Int]?

      var golden: Golden.Case { Golden.Case(inputShape: inputShape, tokens: tokens, taps: taps) }

      func sample(seed: UInt64) -> [String: Tensor] {
        if let tokens {
          return [Graph.mainInput: Tensor(shape: inputShape, values: tokens)]
        }
        let image = SeededParameters.input(shape: inputShape, seed: seed)
        guard let timestep, let contextShape else { return [Graph.mainInput: image] }
        return [
          "latent": image, "timestep": Tensor(shape: [1], values: [timestep]),
          "context": SeededParameters.input(shape: contextShape, seed: seed + 1),
        ]
      }
    }

    struct Listing: Decodable {
      let tensors: Int
      let values: Int
      let asked: Int
      let digest: String
    }

    let seed: UInt64
    let compactValues: Int
    let cases: [String: [Run]]
    let published: [String: Listing]
  }

  private let content: Content

  init() throws { content = try GoldenFolder().decoded("latent_networks.json") }

  // MARK: Reduced configurations

  private static let autoencoders: [LatentAutoencoder] = {
    var variational = LatentAutoencoder.Configuration(imageSize: 32, multipliers: [1, 2, 4])
    variational.channels = 32
    var quantized = LatentAutoencoder.Configuration(imageSize: 16, multipliers: [1, 2])
    quantized.channels = 32
    quantized.residualBlocks = 1
    quantized.isVariational = false
    quantized.codes = 300
    return [
      LatentAutoencoder(name: "kl", summary: "", variational),
      LatentAutoencoder(name: "vq", summary: "", quantized),
      LatentAutoencoder(name: "compact", summary: "", .compact(size: 32)),
    ]
  }()

  private static let unets: [LatentUNet] = {
    // Heads of 2, 3 and 5 channels.
    var counted = LatentUNet.Configuration(
      latentSize: 16, latentChannels: 3, channels: 32, multipliers: [1, 2, 3, 5],
      attentionLevels: [1, 2, 3], heads: .count(32), contextCount: 19, contextWidth: 40)
    counted.outputChannels = 1
    counted.residualBlocks = 1
    let fixed = LatentUNet.Configuration(
      latentSize: 8, latentChannels: 4, channels: 32, multipliers: [1, 2], attentionLevels: [1],
      heads: .width(16), contextCount: 77, contextWidth: 24)
    return [
      LatentUNet(name: "counted-heads", summary: "", counted),
      LatentUNet(name: "fixed-heads", summary: "", fixed),
    ]
  }()

  private static let reduced: [any Network] =
    autoencoders.flatMap { [$0.encoder, $0.decoder] as [any Network] } + unets + [
      BERTEmbedder(
        name: "text", summary: "", width: 48, layers: 2, context: 9, vocabulary: 60),
      MaskEncoder.collaborative,
    ]

  private func seeded(_ graph: Graph) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: content.seed))
      })
  }

  /// Every tap of the reduced networks.
  ///
  /// Published bounds are 1e-5 of the rms for a block, 5e-5 for a U-Net and 1e-4 for the text encoder, the latter for
  /// 32 layers. Float32's own rounding is below 3e-6 everywhere (the script prints it), so `Golden.tolerance`, which is
  /// the square of 3e-5 and leaves room for Winograd's transforms, serves all of these smaller networks.
  @Test(arguments: reduced.map(\.name))
  func agreesTapByTap(name: String) throws {
    let network = try #require(Self.reduced.first { $0.name == name })
    let graph = try Graph(tracing: network)
    let parameters = seeded(graph)
    for run in try #require(content.cases[name]) {
      let executable = try Executable(
        graph, parameters: parameters, outputs: run.taps.map(\.name))
      let found = try executable.run(
        named: run.sample(seed: content.seed), in: executable.makeWorkspace())
      let complaint = run.golden.firstBadTap(in: found, seed: content.seed)
      #expect(complaint == nil, "\(name): \(complaint ?? "")")
    }
  }

  @Test func everyReducedNetworkHasItsGolden() {
    #expect(Set(content.cases.keys) == Set(Self.reduced.map(\.name)))
  }

  /// A word in place of padding changes every token, since nothing is masked.
  @Test func tokensSeePadding() throws {
    let runs = try #require(content.cases["text"])
    let network = try #require(Self.reduced.first { $0.name == "text" })
    let graph = try Graph(tracing: network)
    let executable = try Executable(graph, parameters: seeded(graph))
    let results = try runs.map { run in
      try #require(
        try executable.run(
          named: run.sample(seed: content.seed), in: executable.makeWorkspace())[Graph.mainOutput])
    }
    #expect(results.allSatisfy { $0.shape == [48, 9, 1] })
    for token in 0..<9 {
      #expect(results[0].values[token] != results[1].values[token], "\(token)")
    }
  }

  /// Both halves one behind the other are the whole, whose latents are the means.
  @Test(arguments: autoencoders)
  func halvesMakeTheWhole(autoencoder: LatentAutoencoder) throws {
    func run(_ network: some Network, _ input: Tensor) throws -> Tensor {
      let graph = try Graph(tracing: network)
      let executable = try Executable(graph, parameters: seeded(graph))
      return try #require(
        executable.run(input, in: executable.makeWorkspace())[Graph.mainOutput])
    }
    let size = autoencoder.configuration.imageSize
    let image = SeededParameters.input(shape: [3, size, size], seed: 5)
    let encoded = try run(autoencoder.encoder, image)
    let shape = autoencoder.decoder.inputShape
    #expect(encoded.count == shape.elementCount * (autoencoder.name == "vq" ? 1 : 2))
    let means = Tensor(shape: shape, values: Array(encoded.values.prefix(shape.elementCount)))
    let decoded = try run(autoencoder.decoder, means)
    #expect(decoded.shape == image.shape)
    #expect(try run(autoencoder, image) == decoded)
  }

  // MARK: Published configurations

  /// SCA-DM's own have a suite of their own.
  private static let published: [any PublishedNetwork] =
    NetworkCatalogue.latentDiffusion.filter { !$0.name.hasPrefix("sca-dm") } + [
      LatentUNet(name: "stable-diffusion", summary: "", .stableDiffusion)
    ]

  @Test(arguments: published.map(\.name))
  func namesAndShapesAreTheOfficialOnes(name: String) throws {
    let network = try #require(Self.published.first { $0.name == name })
    let listing = try #require(content.published[name])
    let parameters = try Graph(tracing: network).parameters
    let lines = parameters.map { "\($0.name) " + $0.shape.map(String.init).joined(separator: " ") }
    let digest = String(
      SeededParameters.fowlerNollVo(lines.sorted().joined(separator: "\n")), radix: 16)
    #expect(digest == listing.digest.drop { $0 == "0" })
    #expect(parameters.count == listing.asked)
  }

  /// The papers' and the cards' numbers.
  @Test func totalsAreThePublishedOnes() throws {
    let totals = [
      "kl-f4": (204, 55_312_063), "kl-f8": (248, 83_639_999),
      "vq-f4": (205, 55_322_782), "ldm-collaborative": (688, 403_623_939),
      "dynamic-diffuser": (688, 13_136_321), "stable-diffusion": (686, 859_520_964),
      // With the head of 30,522 tokens, which nothing reads.
      "bert-text": (422, 186_154_682), "mask-encoder": (2, 656_000),
    ]
    #expect(Set(totals.keys) == Set(content.published.keys))
    for network in Self.published {
      let listing = try #require(content.published[network.name])
      #expect((listing.tensors, listing.values) == (try #require(totals[network.name])))
      let found = try Graph(tracing: network).parameters.reduce(0) { $0 + $1.shape.elementCount }
      let unread = network is BERTEmbedder ? 30_522 * 641 : 0
      #expect(found == listing.values - unread, "\(network.name)")
    }
    let compact = LatentAutoencoder(name: "", summary: "", .compact(size: 128))
    let values = try Graph(tracing: compact).parameters.reduce(0) { $0 + $1.shape.elementCount }
    #expect(values == content.compactValues && values == 630_032)
    #expect(try Graph(tracing: compact.encoder).shape(of: Graph.mainOutput) == [8, 32, 32])
    let stable = LatentAutoencoder(name: "", summary: "", .stableDiffusion)
    let parameters = try Graph(tracing: stable).parameters
    #expect(parameters.count == 248)
    #expect(parameters.reduce(0) { $0 + $1.shape.elementCount } == 83_653_863)
  }

  /// The halves share a file: what one does not ask for the other does, and each passes over the other's.
  @Test(arguments: [LatentAutoencoder.kl4, .kl8, .vq4])
  func halvesShareTheFile(autoencoder: LatentAutoencoder) throws {
    let whole = Set(try Graph(tracing: autoencoder).parameters.map(\.name))
    var seen: Set<String> = []
    for half in [autoencoder.encoder, autoencoder.decoder] as [any PublishedNetwork] {
      let own = Set(try Graph(tracing: half).parameters.map(\.name))
      #expect(own.isSubset(of: whole) && seen.isDisjoint(with: own))
      seen.formUnion(own)
      let prefixes = half.ignorableCheckpointPrefixes
      for name in whole {
        #expect(own.contains(name) != prefixes.contains(where: name.hasPrefix), "\(name)")
      }
    }
    #expect(seen == whole)
  }

  /// 10⁹ operations, as the official classes count them.
  @Test func costsAreTheOfficialOnes() throws {
    func cost(_ network: some Network, _ shapes: [String: [Int]] = [:]) throws -> Double {
      let graph = try Graph(tracing: network, inputShapes: shapes)
      return Double(graph.cost(computing: [Graph.mainOutput]).operations) / 1e9
    }
    let costs = [
      (try cost(LatentAutoencoder.kl4.encoder), 345),
      (try cost(LatentAutoencoder.kl4.decoder), 671),
      (try cost(LatentAutoencoder.kl8.encoder), 1117),
      (try cost(LatentAutoencoder.kl8.decoder), 2514),
      (try cost(LatentUNet.collaborativeBranch), 211.4),
      (try cost(LatentUNet.collaborativeBranch, ["context": [640, 19, 1]]), 209.2),
      (try cost(LatentUNet.collaborativeDiffuser), 7.5),
      (try cost(BERTEmbedder.collaborative), 23.0),
    ]
    // Rounded to the digits shown: one behind the point below 300, none above.
    for (found, expected) in costs {
      #expect(abs(found - expected) <= (expected < 300 ? 0.05 : 0.5), "\(found), \(expected)")
    }
  }
}
