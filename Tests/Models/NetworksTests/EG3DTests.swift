import Checkpoints
import Graphs
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// EG3D's networks against NVIDIA's classes in float64; made by `Tools/make_eg3d_goldens.py`.
@Suite struct EG3DTests {
  private struct Content: Decodable {
    struct Run: Decodable {
      let inputs: [String: [Int]]
      let taps: [Golden.Tap]
    }

    struct Counts: Decodable {
      let tensors: Int
      let values: Int
    }

    let seed: UInt64
    let cases: [String: Run]
    let published: [String: [Int]]
    let parameters: Counts
  }

  private let content: Content

  init() throws { content = try GoldenFolder().decoded("eg3d.json") }

  private static let reduced = EG3D(
    name: "reduced", summary: "",
    configuration: EG3D.Configuration(
      planeSize: 16, channels: [24, 24, 16], codeWidth: 32, labelWidth: 25, features: 4, hidden: 64,
      superresolution: EG3D.Configuration.Superresolution(size: 8, channels: [8, 6])))

  /// The official decoder is not to be had with fewer channels, nor the super-resolution with fewer than eight.
  private static func reduced(features: Int) -> EG3D {
    let sizes = reduced.configuration
    return EG3D(
      name: "reduced", summary: "",
      configuration: EG3D.Configuration(
        planeSize: 16, channels: sizes.planes.channels, codeWidth: 32, labelWidth: 25,
        features: features, hidden: 64, superresolution: sizes.superresolution))
  }

  private static func part(_ name: String) -> any PublishedNetwork {
    switch name {
    case "mapping": reduced.mapping
    case "planes": reduced.planes
    case "decoder": reduced(features: 32).decoder
    default: reduced(features: 8).superresolution
    }
  }

  /// Every tap, with convolutions as plain sums and by Winograd's filtering.
  ///
  /// `Golden.tolerance` is the square of 3e-5; PyTorch's own float32 strays by 4e-7 at most.
  @Test(arguments: ["mapping", "planes", "decoder", "superresolution"], Arithmetic.allCases)
  func agreesTapByTap(part: String, arithmetic: Arithmetic) throws {
    let run = try #require(content.cases[part])
    let network = Self.part(part)
    var shapes = run.inputs
    // One input has no name of its own.
    if let only = network.inputs.first, network.inputs.count == 1 {
      shapes = [only.name: run.inputs.values.first ?? []]
    }
    let graph = try Graph(tracing: network, inputShapes: shapes)
    let parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map { parameter in
        var tensor = SeededParameters.tensor(
          named: parameter.name, shape: parameter.shape, seed: content.seed)
        // Filters of a size at which the 1e-8 beside their squares is nothing, as published ones are.
        if parameter.name.hasSuffix("conv.weight") {
          tensor.values = tensor.values.map { 100 * $0 }
        }
        return (parameter.name, tensor)
      })
    let executable = try Executable(
      graph, parameters: parameters, outputs: run.taps.map(\.name), arithmetic: arithmetic)
    let found = try executable.run(
      named: shapes.mapValues { SeededParameters.input(shape: $0, seed: content.seed) },
      in: executable.makeWorkspace())
    let golden = Golden.Case(inputShape: [], tokens: nil, taps: run.taps)
    let complaint = golden.firstBadTap(in: found, seed: content.seed)
    #expect(complaint == nil, "\(complaint ?? "")")
  }

  /// Every tensor of the official generator belongs to one of the networks, in its size, or is named here.
  @Test func everyPublishedTensorIsRead() throws {
    let generator = EG3D.ffhq
    let networks: [any PublishedNetwork] = [
      generator.mapping, generator.planes, generator.decoder, generator.superresolution,
    ]
    var counts: [String: Int] = [:]
    for network in networks {
      for parameter in try Graph(tracing: network).parameters where !parameter.isCounter {
        counts[parameter.name] = parameter.shape.elementCount
      }
    }
    var unread: [String] = []
    for (name, shape) in content.published {
      guard let ours = NameSpelling.nvidia.name(for: name), let count = counts[ours] else {
        unread.append(name)
        continue
      }
      #expect(count == shape.elementCount, "\(name)")
      counts[ours] = nil
    }
    #expect(counts.isEmpty, "\(counts.keys.sorted())")
    // Fixed filters, noise that is never added, and the mean code, which is no network's.
    let rest = unread.filter {
      !$0.hasSuffix("resample_filter")
        && !($0.hasPrefix("superresolution.") && $0.contains(".noise_"))
    }
    #expect(rest == ["backbone.mapping.w_avg"])
    #expect(content.parameters.tensors == 132)
    #expect(content.parameters.values == 30_662_136)
    #expect(generator.planes.configuration.codeCount == 14)
  }
}
