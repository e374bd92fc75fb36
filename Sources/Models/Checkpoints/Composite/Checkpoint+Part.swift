extension Checkpoint {
  /// One network of a composite file, under the names that it has alone.
  ///
  /// What belongs to other networks and to none is left out and listed in ``part``. A tensor that is nobody's
  /// stays under its full name, so that binding refuses it.
  ///
  /// - Parameters:
  ///   - name: one of the layout's parts.
  ///   - layout: what else may lie in the file.
  ///   - weights: whether the network's own weights or their averages are read.
  /// - Returns: the network's tensors, ready to be bound.
  /// - Throws: `noSuchTensor` where the file holds no such network, or no averages of it; `corrupt` where two of
  ///   its tensors would share an average.
  package func part(
    _ name: String, of layout: CompositeLayout, weights: TrainedWeights = .raw
  ) throws(CheckpointError) -> Checkpoint {
    let averaged = try namesOfAverages()
    var own: [CheckpointTensor] = []
    var strange: [CheckpointTensor] = []
    var others: [String] = []
    var ignored: [String] = []
    for tensor in tensors {
      let isAverage = tensor.name.hasPrefix(CompositeLayout.averages)
      let owner = layout.owner(of: averaged[tensor.name] ?? tensor.name)
      switch owner {
      case .part(name, let short) where isAverage == (weights == .averaged):
        own.append(tensor.renamed(short))
      case .part(let part, _): others.append(isAverage ? CompositeLayout.averagesName : part)
      case .ignored: ignored.append(tensor.name)
      case .unknown: strange.append(tensor)
      }
    }
    guard !own.isEmpty else { throw lacking(name, weights, found: others) }
    let chosen = weights == .averaged ? CompositeLayout.averagesName : name
    let rest = others.withoutRepetitions.filter { $0 != chosen }
    return Checkpoint(
      self, tensors: own + strange, note: "tensors under \(chosen)",
      part: CheckpointPart(name: chosen, others: rest, ignored: ignored))
  }

  /// The names of averages, and of what each is the average.
  ///
  /// An average has the name of its tensor without dots, which cannot be read backwards.
  private func namesOfAverages() throws(CheckpointError) -> [String: String] {
    var names: [String: String] = [:]
    for name in self.names {
      guard let average = CompositeLayout.averageName(of: name), self[average] != nil else {
        continue
      }
      if let other = names.updateValue(name, forKey: average) {
        throw CheckpointError(
          path: path, kind: .corrupt,
          reason: "holds \(average), which may be the average of \(other) or of \(name)")
      }
    }
    return names
  }

  private func lacking(
    _ part: String, _ weights: TrainedWeights, found: [String]
  ) -> CheckpointError {
    let parts = found.withoutRepetitions.joined(separator: ", ")
    let reason =
      switch weights {
      case .raw: "has no part named \(part); its parts are \(parts.isEmpty ? "none" : parts)"
      case .averaged:
        "holds no averages (\(CompositeLayout.averagesName)) of \(part); choose its raw weights"
      }
    return CheckpointError(path: path, kind: .noSuchTensor, reason: reason)
  }
}

extension [String] {
  /// Each text once, in the order of its first appearance.
  fileprivate var withoutRepetitions: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
