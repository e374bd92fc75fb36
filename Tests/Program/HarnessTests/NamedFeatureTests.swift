import Checkpoints
import Foundation
import Graphs
import Harness
import ModelTestSupport
import Models
import Networks
import Provenance
import Tensors
import TestSupport
import Testing

/// Networks of several inputs, and several results of one run.
struct NamedFeatureTests {
  private let folder: TemporaryFolder
  private let x = SeededParameters.input(shape: [3, 3, 64, 64], seed: 3)
  private let timesteps: [Float] = [7, 500, 981]

  init() throws {
    folder = try TemporaryFolder()
    try NPYFile.write(x, to: folder.path("x.npy"))
    try NPYFile.write(Tensor(shape: [3], values: timesteps), to: folder.path("t.npy"))
  }

  private func run(
    _ inputs: [String], _ outputs: [String] = ["out.npy"],
    _ change: (inout FeatureOptions) -> Void = { _ in }
  ) throws -> FeatureResult {
    func files(_ texts: [String]) -> [NamedFile] {
      texts.map { text in
        let parts = text.split(separator: "=")
        let path = folder.path(String(parts[parts.count - 1]))
        return NamedFile(parts.count == 1 ? path : "\(parts[0])=\(path)")
      }
    }
    var options = FeatureOptions()
    options.network = CompactNetworks.unet.name
    options.inputs = files(inputs)
    options.outputs = files(outputs)
    change(&options)
    return try FeatureJob(options).run()
  }

  private func bytes(of name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: folder.path(name))))
  }

  private func refusal(_ inputs: [String], _ outputs: [String] = ["out.npy"]) -> String {
    let error = #expect(throws: HarnessError.self) { try run(inputs, outputs) }
    return error?.description ?? ""
  }

  @Test func rowsAreTheNetworksOnItsSamples() throws {
    let result = try run(["image=x.npy", "timestep=t.npy"])
    let rows = try NPYFile.read(folder.path("out.npy")).floats()
    #expect(result.shape == [3, 6, 64, 64] && result.ids == nil && result.preprocessing == nil)
    let network = try LoadedNetwork(
      CompactNetworks.unet, checkpoint: CompactWeights.path(of: "compact-unet"))
    let size = 3 * 64 * 64
    for row in 0..<3 {
      let sample = Tensor(
        shape: [3, 64, 64], values: Array(x.values[row * size..<(row + 1) * size]))
      let expected = try network.result(
        of: ["image": sample, "timestep": Tensor(shape: [1], values: [timesteps[row]])])
      #expect(
        Array(rows[row * expected.count..<(row + 1) * expected.count]) == expected.values,
        "row \(row)")
    }
  }

  @Test func symbolsWholeNumbersAndOrderAreTheSame() throws {
    _ = try run(["image=x.npy", "timestep=t.npy"])
    let named = try bytes(of: "out.npy")
    // `<i8` after the magic, the version and the header's length.
    let whole = try bytes(of: "t.npy")
    let header = "{'descr': '<i8', 'fortran_order': False, 'shape': (3, 1), }"
    let padded = header + String(repeating: " ", count: 118 - 1 - header.utf8.count) + "\n"
    let values = timesteps.flatMap { withUnsafeBytes(of: Int64($0).littleEndian, Array.init) }
    try folder.write(Array(whole[..<8]) + [118, 0] + Array(padded.utf8) + values, to: "long.npy")
    _ = try run(["t=long.npy", "x=x.npy"]) { $0.jobs = 1 }
    #expect(try bytes(of: "out.npy") == named)
  }

  @Test func severalResultsComeFromOneRun() throws {
    let result = try run(["x=x.npy", "t=t.npy"], ["output=all.npy", "time_embed=embedding.npy"])
    #expect(result.outputs.map(\.tap) == ["output", "time_embed"])
    #expect(result.output == folder.path("all.npy"))
    _ = try run(["x=x.npy", "t=t.npy"])
    #expect(try bytes(of: "all.npy") == bytes(of: "out.npy"))
    _ = try run(["x=x.npy", "t=t.npy"]) { $0.tap = "time_embed" }
    #expect(try bytes(of: "embedding.npy") == bytes(of: "out.npy"))
  }

  /// PyTorch's code has tokens before their values.
  @Test func tokensMayComeFirst() throws {
    let network = LatentUNet.collaborativeDiffuser
    try SafetensorsFile.write(
      try Graph(tracing: network).parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 5))
      }, to: folder.path("weights.safetensors"))
    try NPYFile.write(
      SeededParameters.input(shape: [1, 3, 64, 64], seed: 1), to: folder.path("latent.npy"))
    try NPYFile.write(Tensor(shape: [1], values: [9]), to: folder.path("one.npy"))
    let tokens = SeededParameters.input(shape: [1, 77, 640], seed: 2)
    var planar = Tensor(shape: [1, 640, 77, 1])
    for token in 0..<77 {
      for place in 0..<640 {
        planar.values[place * 77 + token] = tokens.values[token * 640 + place]
      }
    }
    try NPYFile.write(tokens, to: folder.path("tokens.npy"))
    try NPYFile.write(planar, to: folder.path("planar.npy"))
    func result(_ context: String) throws -> [UInt8] {
      _ = try run(["x=latent.npy", "t=one.npy", "context=\(context)"]) {
        $0.network = network.name
        $0.checkpoint = folder.path("weights.safetensors")
      }
      return try bytes(of: "out.npy")
    }
    #expect(try result("tokens.npy") == result("planar.npy"))
  }

  @Test func whatDoesNotFitIsNamed() throws {
    #expect(refusal(["x.npy"]).contains("--input NAME=FILE.npy: image (x), timestep (t)"))
    #expect(refusal(["x=x.npy"]).contains("--input timestep=FILE.npy is missing"))
    #expect(refusal(["x=x.npy", "image=x.npy", "t=t.npy"]).contains("two files"))
    #expect(refusal(["x=x.npy", "timestepp=t.npy"]).contains("did you mean 'timestep'"))
    #expect(refusal(["x=x.npy", "t=x.npy"]).contains("is [N, 1] or [N]"))
    #expect(refusal(["x=x.npy", "t=t.npy"], ["a.npy", "b.npy"]).contains("need names"))
    #expect(
      refusal(["x=x.npy", "t=t.npy"], ["output=a.npy", "outptu=b.npy"]).contains("'output'"))
    try NPYFile.write(Tensor(shape: [2], values: [1, 2]), to: folder.path("two.npy"))
    #expect(refusal(["x=x.npy", "t=two.npy"]).contains("holds 2 samples"))
    try NPYFile.write([1, 2, 3], shape: [3], to: folder.path("doubles.npy"))
    #expect(refusal(["x=x.npy", "t=doubles.npy"]).contains("holds float64"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.npy")))
  }
}
