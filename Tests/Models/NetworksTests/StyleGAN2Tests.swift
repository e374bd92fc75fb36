import Graphs
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// StyleGAN2 against rosinality's classes in float64; made by `Tools/make_stylegan_goldens.py`.
@Suite struct StyleGAN2Tests {
  private struct Content: Decodable {
    struct Run: Decodable {
      let inputShape: [Int]
      let taps: [Golden.Tap]

      var golden: Golden.Case { Golden.Case(inputShape: inputShape, tokens: nil, taps: taps) }
    }

    struct Listing: Decodable {
      let tensors: Int
      let values: Int
      let digest: String
    }

    let seed: UInt64
    let cases: [String: Run]
    let published: [String: [String: Listing]]
  }

  private let content: Content

  init() throws { content = try GoldenFolder().decoded("stylegan2.json") }

  private static let reduced = StyleGAN2(
    name: "synthesis", summary: "",
    configuration: StyleGAN2.Configuration(
      size: 16, codeWidth: 32, mappingLayers: 3, channels: [512, 512, 512], hasNoise: true))

  private func network(_ half: String, of generator: StyleGAN2) -> any PublishedNetwork {
    half == "mapping" ? generator.mapping : generator.synthesis
  }

  /// Every tap, with convolutions as plain sums and by Winograd's filtering.
  ///
  /// `Golden.tolerance` is the square of 3e-5; PyTorch's own float32 strays by 2e-6 at most.
  @Test(arguments: ["mapping", "synthesis"], Arithmetic.allCases)
  func agreesTapByTap(half: String, arithmetic: Arithmetic) throws {
    let graph = try Graph(tracing: network(half, of: Self.reduced))
    let parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: content.seed))
      })
    let run = try #require(content.cases[half])
    let executable = try Executable(
      graph, parameters: parameters, outputs: run.taps.map(\.name), arithmetic: arithmetic)
    let found = executable.run(
      SeededParameters.input(shape: run.inputShape, seed: content.seed),
      in: executable.makeWorkspace())
    let complaint = run.golden.firstBadTap(in: found, seed: content.seed)
    #expect(complaint == nil, "\(complaint ?? "")")
  }

  @Test(arguments: [256, 512, 1024], ["mapping", "synthesis"])
  func namesAndShapesAreTheOfficialOnes(size: Int, half: String) throws {
    let generator = StyleGAN2(
      name: "", summary: "", configuration: .published(size: size))
    let listing = try #require(content.published["\(size)"]?[half])
    let parameters = try Graph(tracing: network(half, of: generator)).parameters
    let lines = parameters.map { "\($0.name) " + $0.shape.map(String.init).joined(separator: " ") }
    let digest = String(
      SeededParameters.fowlerNollVo(lines.sorted().joined(separator: "\n")), radix: 16)
    #expect(digest == listing.digest.drop { $0 == "0" })
    #expect(parameters.count == listing.tensors)
    #expect(parameters.reduce(0) { $0 + $1.shape.elementCount } == listing.values)
  }

  /// 10⁹ operations by the official classes, which count 16 taps of the fixed filters for each value that is doubled:
  /// features and pictures of all levels but the first.
  @Test func costsAreTheOfficialOnes() throws {
    for (size, expected) in [(256, 90.7), (512, 120.4), (1024, 150.8)] {
      let generator = StyleGAN2(name: "", summary: "", configuration: .published(size: size))
      let cost = try Graph(tracing: generator.synthesis).cost(computing: [Graph.mainOutput])
      let filtered = generator.configuration.channels.enumerated().dropFirst().reduce(0) {
        $0 + ($1.element + 3) << (2 * ($1.offset + 2))
      }
      let operations = Double(cost.operations + 2 * 16 * filtered) / 1e9
      #expect(abs(operations - expected) <= 0.05, "\(size): \(operations)")
    }
  }

  @Test func compactNetworksHaveTheirSize() throws {
    func count(_ network: some Network) throws -> Int {
      try Graph(tracing: network).parameters.filter { !$0.isCounter }
        .reduce(0) { $0 + $1.shape.elementCount }
    }
    func cost(_ network: some Network) throws -> Double {
      Double(try Graph(tracing: network).cost(computing: [Graph.mainOutput]).operations) / 1e9
    }
    let generator = StyleGAN2.compact
    let discriminator = CompactDiscriminator(name: "critic", for: generator.configuration)
    #expect(try count(generator.mapping) + count(generator.synthesis) == 995_183)
    #expect(try count(discriminator) == 1_055_969)
    #expect(abs(try cost(generator.synthesis) - 0.311) < 0.01)
    #expect(abs(try cost(discriminator) - 0.313) < 0.01)
  }

  /// Inside, doubling a picture is bilinear; its borders are zeros, so it is no bilinear resize there.
  @Test func picturesAreDoubledWithBordersOfZeros() throws {
    struct Doubling: SingleInputNetwork {
      let isBilinear: Bool
      let name = "doubling"
      let inputShape = [2, 5, 6]

      func describe(_ scope: Scope, _ input: Value) -> Value {
        isBilinear
          ? input.resizedBilinear(rows: 10, columns: 12, alignCorners: false) : input.doubled()
      }
    }
    let input = SeededParameters.input(shape: [2, 5, 6], seed: 3)
    let results = try [false, true].map { isBilinear in
      try #require(
        try Graph(tracing: Doubling(isBilinear: isBilinear))
          .evaluate(input, parameters: [:])[Graph.mainOutput])
    }
    for channel in 0..<2 {
      for row in 0..<10 {
        for column in 0..<12 {
          let place = (channel * 10 + row) * 12 + column
          let difference = abs(results[0].values[place] - results[1].values[place])
          let isInside = (1..<9).contains(row) && (1..<11).contains(column)
          // Sums of four products of values up to 2.
          if isInside { #expect(difference <= 5e-7, "\(row), \(column)") }
        }
      }
    }
    #expect(abs(results[0].values[0] - 0.75 * 0.75 * input.values[0]) < 1e-6)
  }
}
