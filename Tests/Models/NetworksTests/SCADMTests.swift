import Foundation
import Graphs
import Kernels
import Networks
import ReferenceKernels
import Tensors
import TestSupport
import Testing

/// SCA-DM's networks tap by tap, and what their cross-attention and style codes are.
struct SCADMTests {
  private let golden: SCADMGolden

  init() throws { golden = try SCADMGolden.read() }

  // MARK: U-Net

  @Test func unetAgreesTapByTap() throws {
    #expect(golden.unet.count == 4)
    for run in golden.unet {
      let graph = try Graph(tracing: SCADMGolden.unet(isMasked: run.isMasked))
      let executable = try Executable(
        graph, parameters: golden.parameters(graph), outputs: run.taps.map(\.name))
      let found = try executable.run(
        named: golden.sample(timestep: run.timestep, isConditioned: run.isConditioned),
        in: executable.makeWorkspace())
      let official = Golden.Case(inputShape: [3, 16, 16], tokens: nil, taps: run.taps)
      let firstBad = official.firstBadTap(in: found, seed: golden.seed)
      #expect(firstBad == nil, "\(run.timestep), \(run.isMasked): \(firstBad ?? "")")
    }
  }

  /// What label map and codes say may be computed once for all steps; no bit changes.
  @Test(arguments: [true, false])
  func conditionsComputedOnceGiveTheSameBits(isMasked: Bool) throws {
    let graph = try Graph(tracing: SCADMGolden.unet(isMasked: isMasked))
    let parameters = golden.parameters(graph)
    let split = try SplitGraph(graph, varying: SCADMUNet.varyingInputs)
    #expect(split.lasting.inputs.map(\.name) == ["map", "codes"])
    // Scale and shift of 12 norms, and of four attentions a row for each pixel or keys and values.
    #expect(split.names.count == 24 + (isMasked ? 4 : 8))
    #expect(split.varying.inputs.map(\.name) == ["latent", "timestep"] + split.names)
    let whole = try Executable(graph, parameters: parameters)
    let lasting = try Executable(split.lasting, parameters: parameters, outputs: split.names)
    let varying = try Executable(split.varying, parameters: parameters)
    for isConditioned in [true, false] {
      let given = golden.sample(timestep: 0, isConditioned: isConditioned)
      let kept = try lasting.run(
        named: given.filter { !SCADMUNet.varyingInputs.contains($0.key) },
        in: lasting.makeWorkspace())
      for timestep in [981, 1] as [Float] {
        let sample = golden.sample(timestep: timestep, isConditioned: isConditioned)
        let expected = try whole.run(named: sample, in: whole.makeWorkspace())
        let found = try varying.run(
          named: sample.filter { SCADMUNet.varyingInputs.contains($0.key) }
            .merging(kept) { first, _ in first },
          in: varying.makeWorkspace())
        #expect(found == expected)
      }
    }
  }

  /// The published layer, written out: products with other classes than the pixel's become the smallest number.
  @Test func maskedAttentionIsARowOfTheTable() throws {
    let (width, heads, size) = (32, 2, 8)
    let map = SCADMGolden.labelMap(size)
    func drawn(_ name: String, _ count: Int) -> [Float] {
      SeededParameters.tensor(named: "\(name).weight", shape: [count, width], seed: 5).values
    }
    let (queries, keys, values) = (drawn("q", size * size), drawn("k", 19), drawn("v", 19))
    let depth = width / heads
    var mixed = Tensor(shape: [width, size, size])
    for (pixel, head) in (0..<size * size).flatMap({ p in (0..<heads).map { (p, $0) } }) {
      let scores = (0..<19).map { label in
        let product = (head * depth..<(head + 1) * depth).reduce(Float(0)) {
          $0 + queries[pixel * width + $1] * keys[label * width + $1]
        }
        let masked = product * map.values[label * size * size + pixel]
        return masked == 0 ? -Float.greatestFiniteMagnitude : masked
      }
      let largest = scores.max() ?? 0
      let shares = scores.map { exp($0 - largest) }
      let total = shares.reduce(0, +)
      for channel in head * depth..<(head + 1) * depth {
        mixed.values[channel * size * size + pixel] = shares.indices.reduce(Float(0)) {
          $0 + shares[$1] / total * values[$1 * width + channel]
        }
      }
    }
    let table = Tensor(shape: [19, width], values: values).transposed.reshaped([width, 19, 1])
    #expect(mixed == Reference.rows(of: table, byClassIn: map))

    // Projecting the table's rows or the pixels gives the same bits.
    struct Layer: Network {
      let name = "layer"
      let inputs: [NetworkInput] = [
        .tokens("values", count: 19, width: 32), .map("map", channels: 19, rows: 8, columns: 8),
      ]
      func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
        let out = scope["to_out"][0]
        _ = out.linear(inputs["values"], to: 40).rows(byClassIn: inputs["map"]).tapped("before")
        let pixels = inputs["values"].rows(byClassIn: inputs["map"])
        return out.linear(pixels.asTokens(), to: 40).asMap(rows: 8, columns: 8)
      }
    }
    let graph = try Graph(tracing: Layer())
    let executable = try Executable(
      graph, parameters: golden.parameters(graph), outputs: ["before", Graph.mainOutput])
    let found = try executable.run(
      named: ["values": table, "map": map], in: executable.makeWorkspace())
    #expect(found["before"] == found[Graph.mainOutput])
  }

  /// Guidance's other side: without map and codes cross-attention adds its bias.
  @Test func zeroMapGivesTheBias() throws {
    let graph = try Graph(tracing: SCADMGolden.unet())
    let place = "input_blocks.3.1.transformer_blocks.0.attn2"
    let parameters = golden.parameters(graph)
    let executable = try Executable(graph, parameters: parameters, outputs: [place])
    let found = try executable.run(
      named: golden.sample(timestep: 417, isConditioned: false), in: executable.makeWorkspace())
    let bias = try #require(parameters["\(place).to_out.0.bias"]).values
    #expect(found[place]?.values == bias.flatMap { [Float](repeating: $0, count: 64) })
  }

  // MARK: Style encoder

  /// That filters see decoder and encoder features as they are concatenated, whatever class they are of, is part of
  /// what `Decoder.dec_layer_1` must be.
  @Test func styleEncoderAgreesTapByTap() throws {
    let graph = try Graph(tracing: SCADMGolden.style)
    let parameters = golden.parameters(graph)
    let executable = try Executable(
      graph, parameters: parameters, outputs: golden.style.map(\.name))
    let found = try executable.run(
      named: [
        "image": SeededParameters.input(shape: [3, 64, 64], seed: golden.seed),
        "map": SCADMGolden.labelMap(64),
      ], in: executable.makeWorkspace())
    let official = Golden.Case(inputShape: [3, 64, 64], tokens: nil, taps: golden.style)
    let firstBad = official.firstBadTap(in: found, seed: golden.seed)
    #expect(firstBad == nil, "\(firstBad ?? "")")
    // 1e-5 in amplitude.
    #expect(official.worstTap(in: found).nmse <= 1e-10)

    // A class without pixels has the tanh of its bias.
    let codes = try #require(found[Graph.mainOutput])
    for (level, label) in [(0, 17), (0, 18), (1, 17), (1, 18)] {
      let bias = try #require(parameters["out.out_\(level).0.bias"]).values
      for index in 0..<16 {
        #expect(
          codes.values[(16 * level + index) * 19 + label]
            == Float(tanh(Double(bias[label * 16 + index]))))
      }
    }
  }
}
