import Checkpoints
import Graphs
import Kernels
import Networks
import Tensors

/// A written network at work, as the program uses it later: from the file, in half precision.
struct TrainedNetwork: Sendable {
  private let executable: Executable
  /// The results that can be read.
  let taps: [String]
  private let workers: Workers
  private let workspaces: Workspaces

  /// A workspace a worker; no two workers touch the same one.
  private struct Workspaces: @unchecked Sendable {
    let all: [Workspace]
  }

  /// Binds a file strictly.
  ///
  /// - Throws: `CheckpointError`, `BindingError` or `GraphError`.
  init(
    _ network: any Network, file: String, ignoring prefixes: [String] = [],
    inputShape: [Int]? = nil, outputs: [String] = [Graph.mainOutput], workers: Workers
  ) throws {
    let graph = try Graph(tracing: network, inputShape: inputShape)
    let executable = try Executable(
      graph,
      parameters: Checkpoint.open(path: file).bound(to: graph.parameters, ignoring: prefixes),
      outputs: outputs)
    self.executable = executable
    taps = outputs
    self.workers = workers
    workspaces = Workspaces(all: (0..<workers.count).map { _ in executable.makeWorkspace() })
  }

  /// Runs the network on several samples of its only input at a time.
  ///
  /// - Parameters:
  ///   - count: how many there are.
  ///   - input: makes one of them, on any thread.
  ///   - read: takes what is wanted from the results, by name, where they lie.
  /// - Returns: in order.
  /// - Throws: `GraphError` for an input of another shape, and what `input` and `read` throw.
  func map<Value: Sendable>(
    _ count: Int, input: @Sendable (Int) throws -> Tensor,
    read: @Sendable (_ index: Int, _ result: (String) -> FeatureMap) throws -> Value
  ) throws -> [Value] {
    try map(count, named: { [Graph.mainInput: try input($0)] }, read: read)
  }

  /// Runs the network on several samples of its named inputs at a time; see ``map(_:input:read:)``.
  func map<Value: Sendable>(
    _ count: Int, named inputs: @Sendable (Int) throws -> [String: Tensor],
    read: @Sendable (_ index: Int, _ result: (String) -> FeatureMap) throws -> Value
  ) throws -> [Value] {
    let size = 8
    let groups = (count + size - 1) / size
    return try workers.map(groups) { group, worker in
      let range = group * size..<min((group + 1) * size, count)
      let workspace = workspaces.all[worker]
      try executable.compute(named: try range.map(inputs), in: workspace)
      return try range.enumerated().map { image, index in
        try read(index) { executable.features($0, image: image, in: workspace) }
      }
    }.flatMap(\.self)
  }

  /// The vectors that the network makes of inputs.
  func vectors(_ count: Int, input: @Sendable (Int) throws -> Tensor) throws -> [[Float]] {
    try map(count, input: input) { _, result in
      let vector = result(Graph.mainOutput)
      return Array(UnsafeBufferPointer(start: vector.base, count: vector.channels))
    }
  }
}

extension [Float] {
  /// The same direction at unit length.
  var unitVector: [Float] {
    let norm = Float(reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
    return map { $0 / Swift.max(norm, 1e-12) }
  }

  /// Sum of products with another vector of the same width.
  func dot(_ other: [Float]) -> Double {
    zip(self, other).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
