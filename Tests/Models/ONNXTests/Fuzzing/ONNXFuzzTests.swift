import Checkpoints
import Foundation
import Graphs
import ONNX
import TestSupport
import Testing

/// ONNX models, damaged without end: each is read as a graph with all its parameters, or refused in a
/// sentence.
@Suite struct ONNXFuzzTests {
  private static let models = [
    "conv", "squeeze and excite", "gemm", "attention", "layer norm in parts",
    "class token and positions", "split by sizes", "pad, reflect", "shape by choice", "tiles",
    "transposed, output shape", "average pool, ceil mode", "resize along axes, shape kept",
    "group norm as exported", "gemm of results",
  ]

  /// Thirty-two constants as large as folding makes any of them, 16 MB, and the file many times over.
  private static func permitted(_ count: Int) -> Int { 1 << 29 + 512 * count }

  @Test func models() throws {
    let folder = try TemporaryFolder()
    func parse(_ bytes: [UInt8]) -> FuzzOutcome {
      do {
        let model = try ONNXGoldens.open(Data(bytes), in: folder)
        let names = Set(try Graph(tracing: model.network).parameters.map(\.name))
        return names == Set(model.parameters.keys) ? .read : .wrong("lost parameters")
      } catch let error as ONNXError {
        return .refused(error.description)
      } catch {
        return .wrong("\(error)")
      }
    }
    let report = FuzzTarget(
      "ONNX models", corpus: try Self.models.map { [UInt8](try ONNXGoldens.named($0).model) },
      tokens: ["Conv", "Reshape", "Slice", "Resize", "MatMul", "Gather", "axes", "pads", "\u{1}"],
      permitted: Self.permitted, parse: parse
    ).run(cases: 2000)
    #expect(report.failure == nil, "\(report)")
    #expect(report.refused > 0 && report.sentences > 3, "\(report)")
  }
}
