import Graphs
import Tensors

extension Checkpoint {
  /// Matches the file with what a network asks for, strictly.
  ///
  /// A network in another published spelling is read as in ours, see ``respelled()``. Floating-point
  /// tensors of any width are accepted for weights. Counters
  /// (`num_batches_tracked`) may be absent and are never converted. Every tensor of the file must
  /// be asked for, unless its name starts with one of `ignored`. Checksums are compared here.
  ///
  /// - Parameters:
  ///   - specifications: names and shapes, as a graph lists them.
  ///   - ignored: prefixes of names that the file may hold in surplus, for example `fc.`,
  ///     `classifier.` or `AuxLogits.`.
  ///   - workers: threads that read.
  /// - Returns: a source of one tensor for every specification that is no counter.
  /// - Throws: `BindingError` with every missing, misshapen, wrongly typed, unreadable and surplus
  ///   tensor at once.
  package func bound(
    to specifications: [ParameterSpecification], ignoring ignored: [String] = [],
    workers: Workers = Workers()
  ) throws(BindingError) -> BoundCheckpoint {
    try respelled().boundLiterally(to: specifications, ignoring: ignored, workers: workers)
  }

  /// Matches as ``bound(to:ignoring:workers:)`` does, and widens all of those tensors to `Float`.
  ///
  /// For networks that are small, or whose tensors are used otherwise than by a graph.
  ///
  /// - Returns: one tensor for every specification that is no counter.
  /// - Throws: as `bound(to:ignoring:workers:)`.
  package func bind(
    to specifications: [ParameterSpecification], ignoring ignored: [String] = [],
    workers: Workers = Workers()
  ) throws(BindingError) -> [String: Tensor] {
    let source = try bound(to: specifications, ignoring: ignored, workers: workers)
    let names = specifications.filter { !$0.isCounter }.map(\.name)
    let tensors = try each(names, workers) { (name) throws(CheckpointError) in
      try source.widened(name)
    }
    return Dictionary(zip(names, tensors), uniquingKeysWith: { first, _ in first })
  }

  private func boundLiterally(
    to specifications: [ParameterSpecification], ignoring ignored: [String], workers: Workers
  ) throws(BindingError) -> BoundCheckpoint {
    let wanted = specifications.filter { !$0.isCounter }
    let problems =
      wanted.compactMap(problem) + surplus(beyond: specifications, ignoring: ignored)
      + unread.filter { unread in !ignored.contains(where: unread.name.hasPrefix) }
      .map { .unreadable(name: $0.name, reason: $0.error.reason) }
    guard problems.isEmpty else {
      throw BindingError(path: path, problems: problems, asked: wanted.count)
    }
    let names = wanted.map(\.name)
    _ = try each(names, workers) { (name) throws(CheckpointError) in
      try tensor(named: name).verify()
    }
    return BoundCheckpoint(self, names: Set(names))
  }

  /// Does something with every tensor of a list, and gathers what is unreadable.
  private func each<Value: Sendable>(
    _ names: [String], _ workers: Workers,
    _ action: @Sendable (String) throws(CheckpointError) -> Value
  ) throws(BindingError) -> [Value] {
    let results = workers.map(names.count) { index, _ in
      Result { () throws(CheckpointError) -> Value in try action(names[index]) }
    }
    var values: [Value] = []
    var problems: [BindingProblem] = []
    for (name, result) in zip(names, results) {
      switch result {
      case .success(let value): values.append(value)
      case .failure(let error): problems.append(.unreadable(name: name, reason: error.reason))
      }
    }
    guard problems.isEmpty else {
      throw BindingError(path: path, problems: problems, asked: names.count)
    }
    return values
  }

  private func problem(with specification: ParameterSpecification) -> BindingProblem? {
    guard let found = self[specification.name] else {
      return .missing(name: specification.name, shape: specification.shape)
    }
    guard found.shape == specification.shape else {
      return .misshapen(
        name: specification.name, expected: specification.shape, found: found.shape)
    }
    guard found.elementType.isFloatingPoint else {
      return .wronglyTyped(name: specification.name, found: found.elementType)
    }
    return nil
  }

  private func surplus(
    beyond specifications: [ParameterSpecification], ignoring ignored: [String]
  ) -> [BindingProblem] {
    let asked = Set(specifications.map(\.name))
    return tensors.compactMap { tensor in
      guard !asked.contains(tensor.name), !ignored.contains(where: tensor.name.hasPrefix) else {
        return nil
      }
      return .surplus(name: tensor.name, shape: tensor.shape)
    }
  }
}
