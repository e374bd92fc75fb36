import Checkpoints
import Graphs
import Networks
import ONNX
import Tensors
import TestSupport
import Testing

/// A network of ours and the same one by way of an ONNX file.
@Suite struct ONNXParityTests {
  /// Faces are compared by the cosine of their embeddings.
  @Test func mobileFaceNetGivesTheSameCosines() throws {
    let golden = try GoldenFolder().decoded(
      "mobilefacenet.onnx.json", as: ONNXNetworkGolden.self)
    let folder = try TemporaryFolder()
    let model = try ONNXModel.open(path: golden.write(in: folder))
    let imported = try Executable(
      Graph(tracing: model.network), parameters: model.parameters)
    let native = try Graph(tracing: MobileFaceNet())
    let weights = Dictionary(uniqueKeysWithValues: golden.weights.map { ($0.name, $0.tensor) })
    let wanted = native.parameters.filter { !$0.isCounter }.map(\.name)
    #expect(Set(wanted) == Set(weights.keys))
    let own = try Executable(native, parameters: weights)

    let inputs = (0..<4).map {
      SeededParameters.input(shape: golden.input, seed: golden.seed + UInt64($0))
    }
    let first = try embeddings(inputs, imported)
    let second = try embeddings(inputs, own)
    // Fifty layers of Float32 sums of up to 512 products: √(50·512)·2⁻²⁴ in relative error, squared 9e-11.
    // Winograd's transforms may take it tenfold.
    #expect(Agreement(first[0], golden.output).nmse <= 1e-9)
    #expect(Agreement(second[0], golden.output).nmse <= 1e-9)
    // The layers are the same after folding but for factors that were rounded before: 2⁻²⁴·√50 in relative
    // error, squared 2e-13.
    for (x, y) in zip(first, second) { #expect(Agreement(x, y).nmse <= 1e-11) }
    // So embeddings differ by 3.2e-6 of their length at most, and a cosine by twice as much.
    for (x, y) in zip(pairs(first), pairs(second)) { #expect(abs(x - y) <= 6.4e-6) }
  }

  private func embeddings(_ inputs: [Tensor], _ network: Executable) throws -> [[Float]] {
    let workspace = network.makeWorkspace()
    return try inputs.map {
      try #require(network.run($0, in: workspace)[Graph.mainOutput]).values
    }
  }

  /// Cosines of all pairs.
  private func pairs(_ embeddings: [[Float]]) -> [Double] {
    func product(_ x: [Float], _ y: [Float]) -> Double {
      zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    return embeddings.indices.flatMap { i in
      embeddings.indices.dropFirst(i + 1).map { j in
        let (x, y) = (embeddings[i], embeddings[j])
        return product(x, y) / (product(x, x) * product(y, y)).squareRoot()
      }
    }
  }
}
