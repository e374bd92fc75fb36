import Graphs
import Synchronization
import Tensors

/// A network and its parameters from an ONNX file.
///
/// The nodes become the graph's own operations, so that the network runs like any other. Parameters
/// keep the initializers' names and, where they have the layout of PyTorch's modules, their shape.
///
/// Transposing, reshaping and cutting are views of results; a copy is made only where values must lie in
/// another order. What is computed from stored tensors alone is computed once, and a parameter that comes
/// of it goes by its edge's name.
///
/// - Deviation: the graph is the model for one sample, its batch axis an axis of extent 1.
/// - Deviation: batch normalization becomes a scale and a shift per channel, computed in Float64 from its
///   constants and rounded to Float32 before they are folded into the layer before it.
package struct ONNXModel: Sendable {
  /// The description to trace.
  package let network: ONNXNetwork
  /// What the graph's parameter list asks for, by name; float16, bfloat16 and float64 became float32.
  package let parameters: [String: Tensor]
  /// Parameters that are not laid out as in the file, with what was done to them, for example
  /// `fc.weight: transposed to [10, 64]`.
  package let rearranged: [String: String]

  /// Files in which tensors of the model lie, sorted; none for a model in one file.
  package let externalFiles: [String]

  /// Names of ONNX's operations that can be imported.
  package static var operations: Set<String> {
    Set(ONNXImporters.table.keys).union(ONNXImporters.splitting.keys)
  }

  /// Reads a model file.
  ///
  /// - Parameters:
  ///   - path: the `.onnx` file; external data are read from its folder only.
  ///   - name: the network's name, by default the file's without its ending.
  ///   - inputShape: the input without its batch axis, `[C, H, W]` or `[D]`; needed where the file leaves
  ///     sizes open, and must agree with it elsewhere.
  ///   - taps: names of edges that the graph shall offer as results beside its own.
  /// - Returns: the network, ready to trace, and its parameters.
  /// - Throws: ``ONNXError``, also for a model that has not exactly one input.
  package static func open(
    path: String, name: String? = nil, inputShape: [Int]? = nil, taps: [String] = []
  ) throws(ONNXError) -> ONNXModel {
    let program = try ONNXProgram(path: path)
    guard program.inputs.count == 1 else {
      let names = program.inputs.map(\.name)
      throw ONNXError(
        path: path,
        problem: .input(reason: "has \(names.count) inputs (\(names)), but one image is needed"))
    }
    return try ONNXModel(
      program, name, [program.inputs[0].shape(given: inputShape, in: path)], taps)
  }

  /// Reads a model file with any number of inputs, which the network's inputs are named after.
  ///
  /// - Parameters:
  ///   - path: as above.
  ///   - name: as above.
  ///   - inputShapes: inputs without their batch axis, by name; needed where the file leaves sizes open.
  ///   - taps: as above.
  /// - Returns: as above.
  /// - Throws: ``ONNXError``.
  package static func open(
    path: String, name: String? = nil, inputShapes: [String: [Int]], taps: [String] = []
  ) throws(ONNXError) -> ONNXModel {
    let program = try ONNXProgram(path: path)
    let names = program.inputs.map(\.name)
    if let stranger = inputShapes.keys.filter({ !names.contains($0) }).min() {
      throw ONNXError(
        path: path, problem: .input(reason: "has no input '\(stranger)'; there are \(names)"))
    }
    var shapes: [[Int]] = []
    for input in program.inputs {
      shapes.append(try input.shape(given: inputShapes[input.name], in: path))
    }
    return try ONNXModel(program, name, shapes, taps)
  }

  private init(
    _ program: ONNXProgram, _ name: String?, _ shapes: [[Int]], _ taps: [String]
  ) throws(ONNXError) {
    network = ONNXNetwork(
      name: name ?? Self.fileStem(program.path),
      inputs: zip(program.inputs, shapes).map { NetworkInput($0.name, shape: $1) },
      program: program, taps: taps)
    let parameters = try Rehearsal(network).parameters()
    self.parameters = parameters.tensors
    rearranged = parameters.rearranged
    externalFiles = program.externalFiles
  }

  private static func fileStem(_ path: String) -> String {
    let file = path.split(separator: "/").last ?? ""
    return String(file.hasSuffix(".onnx") ? file.dropLast(5) : file)
  }
}

/// The network of an ONNX file.
package struct ONNXNetwork: Network {
  /// The name that was given, or the file's without its extension.
  package let name: String
  /// The inputs, each without the batch axis, `[C, H, W]` or `[D]`.
  package let inputs: [NetworkInput]
  let program: ONNXProgram
  let taps: [String]

  /// Replays the model's nodes in a scope; an operation that cannot be expressed makes the result refuse.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    do throws(ONNXError) {
      return try ONNXWalk(self, scope: scope).run(inputs)
    } catch {
      return inputs[self.inputs[0].name].refused(because: error.problem.description)
    }
  }
}

/// Traces a network once to learn its parameters, and to fail with the error that says most.
private final class Rehearsal: Network {
  private let network: ONNXNetwork
  private let result = Mutex<Result<ONNXParameters, ONNXError>?>(nil)

  init(_ network: ONNXNetwork) { self.network = network }

  var name: String { network.name }
  var inputs: [NetworkInput] { network.inputs }

  func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    do throws(ONNXError) {
      let walk = ONNXWalk(network, scope: scope)
      let output = try walk.run(inputs)
      let parameters = walk.parameters
      result.withLock { $0 = .success(parameters) }
      return output
    } catch {
      result.withLock { $0 = .failure(error) }
      return inputs[network.inputs[0].name]
    }
  }

  func parameters() throws(ONNXError) -> ONNXParameters {
    let tracing = Result { () throws(GraphError) in try Graph(tracing: self) }
    if let parameters = try result.withLock({ $0 })?.get(), case .success = tracing {
      return parameters
    }
    guard case .failure(let error) = tracing else { preconditionFailure("nothing was traced") }
    throw ONNXError(
      path: network.program.path, problem: .doesNotFit(reason: error.description))
  }
}
