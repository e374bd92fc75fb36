import Graphs
import Images
import Kernels
import ModelTestSupport
import Models
import Provenance
import Tensors
import TestSupport
import Testing

/// A parser of one layer.
private struct PointwiseParser: SingleInputNetwork {
  let name = "pointwise"
  let inputShape = [3, 32, 32]
  var classes = 19

  func describe(_ scope: Scope, _ input: Value) -> Value {
    scope["head"].convolution(input, to: classes, kernel: 1)
  }
}

@Suite struct FaceParserTests {
  private static func parser(classes: Int = 19, broken: Float? = nil) throws -> FaceParser {
    let network = PointwiseParser(classes: classes)
    var parameters = Dictionary(
      uniqueKeysWithValues: try Graph(tracing: network).parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 3))
      })
    if let broken { parameters["head.bias"]?.values[7] = broken }
    return try FaceParser(
      network: LoadedNetwork(
        network: network, weights: WeightFile(path: "parser.onnx", sha256: "3"),
        parameters: parameters), preprocessing: .lpips(), order: .celebAMaskHQ)
  }

  /// Another number of classes would be read as other classes, or out of all range.
  @Test(arguments: [1, 11, 18, 20]) func anotherNumberOfClassesIsRefused(classes: Int) throws {
    let error = try #require(throws: HarnessError.self) { try Self.parser(classes: classes) }
    for word in ["parser.onnx", "19 classes of 'celebamask-hq'", "is [\(classes), 32, 32]"] {
      #expect(error.description.contains(word), "\(error)")
    }
  }

  /// The largest of logits that are no numbers is a class like any other.
  @Test(arguments: [Float.nan, .infinity]) func logitsMustBeNumbers(value: Float) throws {
    let picture = SeededCheckpoint.picture(1, width: 32, height: 32)
    let labels = try Self.parser().labels(
      of: picture, width: 32, height: 32, named: "a", in: WorkerMemory())
    #expect(labels.width == 32)
    let error = #expect(throws: GraphError.self) {
      try Self.parser(broken: value).labels(
        of: picture, width: 32, height: 32, named: "a", in: WorkerMemory())
    }
    #expect(error == .notFinite(network: "pointwise", output: "output", index: 7 * 32 * 32))
  }
}
