import CMemory
import Checkpoints
import Graphs
import Kernels
import Provenance
import Synchronization
import Tensors
import Terms

/// A network with its checkpoint bound, compiled on demand for each input size.
///
/// Packed weights are all that stays in memory: tensors are read when a layer is packed.
package final class LoadedNetwork: Sendable {
  /// The description.
  package let network: any Network
  /// Which weights it uses.
  package let weights: WeightFile
  /// Which algorithms its convolutions may use.
  package let arithmetic: Arithmetic

  /// Its tensors, which are read from the file whenever they are asked for.
  package let parameters: any ParameterSource
  /// What runs whatever is asked for; nil where graphs are traced on demand.
  private let part: Executable?
  private let compiled = Mutex<[Key: Executable]>([:])
  private let idle = Mutex<[IdleWorkspace]>([])
  /// Folders of images of many sizes must not fill the memory with compiled networks.
  private static let limit = 8

  private struct Key: Hashable {
    let shapes: [String: [Int]]
    let absent: Set<String>
    let outputs: [String]
  }

  /// Memory that one thread at a time uses.
  private struct IdleWorkspace: @unchecked Sendable { let workspace: Workspace }

  /// Joins a description and the tensors that fit it.
  ///
  /// - Parameters:
  ///   - network: the description.
  ///   - weights: the file that the tensors come from.
  ///   - arithmetic: which algorithms convolutions may use.
  ///   - parameters: gives the tensors, for every input shape again; what it reads must not change.
  package init(
    network: any Network, weights: WeightFile, arithmetic: Arithmetic = .fast,
    parameters: any ParameterSource
  ) {
    self.arithmetic = arithmetic
    self.network = network
    self.weights = weights
    self.parameters = parameters
    part = nil
  }

  /// A part of a network with its weights.
  ///
  /// - Parameters:
  ///   - whole: the network.
  ///   - graph: the part, whose parameters are the whole's.
  ///   - outputs: its results.
  /// - Throws: `GraphError`.
  init(partOf whole: LoadedNetwork, _ graph: Graph, outputs: [String]) throws {
    arithmetic = whole.arithmetic
    network = whole.network
    weights = whole.weights
    parameters = whole.parameters
    part = try Executable(
      graph, parameters: parameters, outputs: outputs, arithmetic: arithmetic)
  }

  /// The network ready to run on one shape of its only input; nil takes the network's own shapes.
  ///
  /// - Throws: ``Graphs/GraphError`` if the input is too small or a result is unknown.
  package func executable(inputShape: [Int]? = nil, outputs: [String]) throws -> Executable {
    if let part { return part }
    guard let inputShape else {
      return try executable(Key(shapes: [:], absent: [], outputs: outputs))
    }
    let names = network.inputs.map(\.name)
    guard names.count == 1 else {
      throw GraphError.severalInputs(network: network.name, names: names)
    }
    return try executable(inputShapes: [names[0]: inputShape], outputs: outputs)
  }

  /// The network ready to run on its inputs of some shapes; those that have none are left out.
  private func executable(inputShapes: [String: [Int]], outputs: [String]) throws -> Executable {
    if let part { return part }
    let absent = Set(network.inputs.map(\.name)).subtracting(inputShapes.keys)
    return try executable(Key(shapes: inputShapes, absent: absent, outputs: outputs))
  }

  private func executable(_ key: Key) throws -> Executable {
    // Compiling inside the lock: a second worker waits instead of packing the same weights again.
    try compiled.withLock { compiled in
      if let found = compiled[key] { return found }
      if compiled.count >= Self.limit { compiled.removeAll() }
      let graph = try Graph(
        tracing: network, inputShapes: key.shapes, without: key.absent, for: key.outputs)
      let executable = try Executable(
        graph, parameters: parameters, outputs: key.outputs, arithmetic: arithmetic)
      give_back_freed_memory()
      compiled[key] = executable
      return executable
    }
  }

  /// Lends the calling thread memory of its own, which later calls use again.
  private func withWorkspace<Value>(_ body: (Workspace) throws -> Value) rethrows -> Value {
    let lent = idle.withLock { $0.popLast() } ?? IdleWorkspace(workspace: Workspace())
    defer { idle.withLock { $0.append(lent) } }
    return try body(lent.workspace)
  }

  /// Lets go of packed weights and memory; what is asked for afterwards is compiled anew.
  package func release() {
    compiled.withLock { $0 = [:] }
    idle.withLock { $0 = [] }
  }
}

extension LoadedNetwork {
  /// Runs the network on one input, from any thread.
  ///
  /// - Returns: the main result, planar, `[C, H, W]` or `[C]`.
  /// - Throws: `GraphError` if the input is too small or the result is not finite.
  package func result(of input: Tensor) throws -> Tensor {
    try result(by: executable(inputShape: input.shape, outputs: [Graph.mainOutput])) {
      $0.compute([input], in: $1)
    }
  }

  /// Runs the network on one sample of its named inputs, from any thread.
  ///
  /// - Returns: the main result, planar, `[C, H, W]` or `[C]`.
  /// - Throws: `GraphError` for inputs that are not the network's and for a result that is not finite.
  package func result(of inputs: [String: Tensor]) throws -> Tensor {
    try result(by: try executable(outputs: [Graph.mainOutput])) {
      try $0.compute(named: [inputs], in: $1)
    }
  }

  private func result(
    by executable: Executable, compute: (Executable, Workspace) throws -> Void
  ) throws -> Tensor {
    try withWorkspace { workspace in
      try compute(executable, workspace)
      try executable.requireFinite(in: workspace)
      return executable.result(Graph.mainOutput, in: workspace)
    }
  }

  /// Runs the network on any number of inputs of one shape, a few at once on each of several threads.
  ///
  /// - Parameters:
  ///   - count: how many inputs there are.
  ///   - inputShape: what every input is shaped like; nil for the network's own input.
  ///   - outputs: the results that `read` asks for.
  ///   - workers: threads, each with memory of its own; they share the layers of inputs that are fewer than they.
  ///     No bit depends on them.
  ///   - input: makes one input.
  ///   - read: takes what is wanted of one input's results, by name, where they lie, `[H, W, C]`.
  /// - Returns: what was read, in the order of the inputs.
  /// - Throws: `GraphError` for an unknown result, for one that is not finite and for an input of another shape; what
  ///   `input` and `read` throw.
  package func map<Value: Sendable>(
    _ count: Int, inputShape: [Int]? = nil, outputs: [String] = [Graph.mainOutput],
    workers: Workers, input: @Sendable (Int) throws -> Tensor,
    read: @Sendable (_ index: Int, _ result: (String) -> MapView) throws -> Value
  ) throws -> [Value] {
    let executable = try executable(inputShape: inputShape, outputs: outputs)
    return try map(count, by: executable, workers: workers, read: read) { indices, workspace in
      let inputs = try indices.map(input)
      for input in inputs { try executable.graph.checkSole(input) }
      executable.compute(inputs, in: workspace)
    }
  }

  /// Runs the network on any number of samples of its named inputs; see ``map(_:inputShape:outputs:workers:input:read:)``.
  ///
  /// - Throws: `GraphError` for inputs that are not the network's, too.
  package func map<Value: Sendable>(
    _ count: Int, outputs: [String] = [Graph.mainOutput], workers: Workers,
    named inputs: @Sendable (Int) throws -> [String: Tensor],
    read: @Sendable (_ index: Int, _ result: (String) -> MapView) throws -> Value
  ) throws -> [Value] {
    let executable = try executable(outputs: outputs)
    return try map(count, by: executable, workers: workers, read: read) { indices, workspace in
      try executable.compute(named: try indices.map(inputs), in: workspace)
    }
  }

  private func map<Value: Sendable>(
    _ count: Int, by executable: Executable, workers: Workers,
    read: @Sendable (_ index: Int, _ result: (String) -> MapView) throws -> Value,
    compute: @Sendable (_ indices: Range<Int>, _ workspace: Workspace) throws -> Void
  ) throws -> [Value] {
    let size = Self.groupSize(of: count, atMost: executable.groupSize, workers: workers.count)
    let groups = (count + size - 1) / size
    return try workers.map(groups) { group, _ in
      let indices = group * size..<min((group + 1) * size, count)
      return try withWorkspace { workspace in
        workspace.threads = workers.threads(forEachOf: groups)
        try compute(indices, workspace)
        return try indices.enumerated().map { image, index in
          try executable.requireFinite(image: image, in: workspace)
          return try read(index) { executable.features($0, image: image, in: workspace) }
        }
      }
    }.flatMap(\.self)
  }

  /// How many inputs are computed at once: as many as are best, or fewer so that no worker is left idle.
  ///
  /// - Parameters:
  ///   - count: how many inputs there are.
  ///   - limit: how many are best.
  ///   - workers: how many groups are computed at the same time.
  /// - Returns: 1 … `limit`; groups of it are as many as rounds of all workers need, where there are enough inputs.
  package static func groupSize(of count: Int, atMost limit: Int, workers: Int) -> Int {
    func quotient(_ number: Int, _ divisor: Int) -> Int { (number + divisor - 1) / divisor }
    let rounds = max(1, quotient(count, limit * workers))
    return max(1, quotient(count, rounds * workers))
  }

  /// The vectors that the network makes of any number of inputs, `[C]` each.
  ///
  /// - Throws: as ``map(_:inputShape:outputs:workers:input:read:)``.
  package func vectors(
    _ count: Int, workers: Workers, input: @Sendable (Int) throws -> Tensor
  ) throws -> [[Float]] {
    try map(count, workers: workers, input: input) { _, result in
      let vector = result(Graph.mainOutput)
      return vector.planar(shape: [vector.pixels * vector.channels]).values
    }
  }
}

extension LoadedNetwork {
  /// Runs the network on any number of inputs, a few of one shape at once.
  ///
  /// - Parameters:
  ///   - count: how many inputs there are.
  ///   - outputs: the results that `read` will ask for.
  ///   - workspace: the worker's memory.
  ///   - limit: bytes that one input's activations may take.
  ///   - name: what a failure calls an input.
  ///   - input: makes one input; called in order, shortly before it is needed.
  ///   - read: takes what is wanted of one input from the workspace, where it is the given image.
  /// - Returns: one result for each input; what one throws is its own failure, and so is a result that is not
  ///   finite.
  package func map<Value>(
    _ count: Int, outputs: [String], in workspace: Workspace, limit: Int = .max,
    named name: ((Int) -> String)? = nil, input: (Int) throws -> Tensor,
    read: (_ executable: Executable, _ image: Int) -> Value
  ) -> [Result<Value, ImageFailure>] {
    let sole = network.inputs.first?.name ?? Graph.mainInput
    return map(
      count, outputs: outputs, in: workspace, limit: limit, named: name,
      sample: { [sole: try input($0)] }, read: read)
  }

  /// Runs the network on any number of samples of its named inputs.
  ///
  /// As ``map(_:outputs:in:limit:named:input:read:)``; optional inputs may be left out.
  package func map<Value>(
    _ count: Int, outputs: [String], in workspace: Workspace, limit: Int = .max,
    named name: ((Int) -> String)? = nil, sample: (Int) throws -> [String: Tensor],
    read: (_ executable: Executable, _ image: Int) -> Value
  ) -> [Result<Value, ImageFailure>] {
    var results: [Int: Result<Value, ImageFailure>] = [:]
    var groups:
      [[String: [Int]]: (executable: Executable, indices: [Int], samples: [[String: Tensor]])] = [:]
    func run(_ shapes: [String: [Int]]) {
      guard let group = groups.removeValue(forKey: shapes) else { return }
      let computed = ImageFailure.catching {
        try group.executable.compute(named: group.samples, in: workspace)
      }
      for (image, index) in group.indices.enumerated() {
        results[index] = computed.flatMap {
          ImageFailure.catching {
            try group.executable.requireFinite(image: image, in: workspace)
            return read(group.executable, image)
          }
        }.mapError { failure in
          let place = name.map { "\($0(index)): " } ?? ""
          return ImageFailure(state: failure.state, reason: place + failure.reason)
        }
      }
    }
    for index in 0..<count {
      do {
        let tensors = try sample(index)
        let shapes = tensors.mapValues(\.shape)
        let executable = try executable(inputShapes: shapes, outputs: outputs)
        try requireRoom(for: shapes, executable, limit)
        var group = groups.removeValue(forKey: shapes) ?? (executable, [], [])
        group.indices.append(index)
        group.samples.append(tensors)
        let isFull = group.samples.count >= executable.groupSize
        groups[shapes] = group
        if isFull { run(shapes) }
      } catch {
        results[index] = .failure(ImageFailure(error))
      }
    }
    for shapes in groups.keys { run(shapes) }
    return (0..<count).compactMap { results[$0] }
  }
}

extension LoadedNetwork {
  /// - Throws: ``ImageFailure`` of state `too-large`.
  private func requireRoom(
    for shapes: [String: [Int]], _ executable: Executable, _ limit: Int
  ) throws {
    let shape = network.inputs.first.flatMap { shapes[$0.name] } ?? []
    let bytes = MemoryLayout<Float>.stride * executable.workspaceSize
    guard bytes > limit else { return }
    throw ImageFailure(
      state: .tooLarge,
      reason: "running \(network.name) on an input of \(shape.extents) takes \(bytes.inBytes) of "
        + "memory, and an image may take \(limit.inBytes); scale it down or raise --memory")
  }
}
