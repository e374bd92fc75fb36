import Graphs
import Tensors

extension Checkpoint {
  /// Matches the file with what a network asks for, strictly, and widens those tensors to `Float`.
  ///
  /// CLIP in another published spelling is read as in OpenAI's, see ``respelled()``. Floating-point
  /// tensors of any width are accepted for weights. Counters
  /// (`num_batches_tracked`) may be absent and are never converted. Every tensor of the file must
  /// be asked for, unless its name starts with one of `ignored`.
  ///
  /// - Parameters:
  ///   - specifications: names and shapes, as a graph lists them.
  ///   - ignored: prefixes of names that the file may hold in surplus, for example `fc.`,
  ///     `classifier.` or `AuxLogits.`.
  ///   - workers: threads that convert.
  /// - Returns: one tensor for every specification that is no counter.
  /// - Throws: `BindingError` with every missing, misshapen, wrongly typed, unreadable and surplus
  ///   tensor at once.
  package func bind(
    to specifications: [ParameterSpecification], ignoring ignored: [String] = [],
    workers: Workers = Workers()
  ) throws(BindingError) -> [String: Tensor] {
    try respelled().bindLiterally(to: specifications, ignoring: ignored, workers: workers)
  }

  private func bindLiterally(
    to specifications: [ParameterSpecification], ignoring ignored: [String], workers: Workers
  ) throws(BindingError) -> [String: Tensor] {
    let wanted = specifications.filter { !$0.isCounter }
    var problems = wanted.compactMap(problem)
    problems += surplus(beyond: specifications, ignoring: ignored)
    var bound: [String: Tensor] = [:]
    if problems.isEmpty {
      for (specification, result) in zip(wanted, converted(wanted, workers)) {
        switch result {
        case .success(let tensor): bound[specification.name] = tensor
        case .failure(let error):
          problems.append(.unreadable(name: specification.name, reason: error.reason))
        }
      }
    }
    guard problems.isEmpty else { throw BindingError(path: path, problems: problems) }
    return bound
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

  private func converted(
    _ wanted: [ParameterSpecification], _ workers: Workers
  ) -> [Result<Tensor, CheckpointError>] {
    @Sendable func convert(_ index: Int) -> Result<Tensor, CheckpointError> {
      Result { () throws(CheckpointError) -> Tensor in
        let stored = try tensor(named: wanted[index].name)
        defer { stored.releasePages() }
        return try stored.tensor()
      }
    }
    return workers.map(wanted.count) { index, _ in convert(index) }
  }
}
