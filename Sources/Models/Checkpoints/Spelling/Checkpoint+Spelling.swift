extension Checkpoint {
  /// The same file under our names where it has a network in another published spelling; else itself.
  ///
  /// Ours are OpenAI's names for CLIP and rosinality's for StyleGAN2. Tensors are transposed and joined when their elements are asked for. A name that no rule knows, and a
  /// tensor whose part is missing or does not fit, stays as it is, so that binding names it.
  package func respelled() -> Checkpoint {
    guard let spelling = NameSpelling.known.first(where: { $0.isSpelling(of: names) }) else {
      return self
    }
    var groups: [String: [Int: CheckpointTensor]] = [:]
    for tensor in tensors {
      guard let found = spelling.ours(for: tensor.name) else { continue }
      groups[found.name, default: [:]][found.part] = tensor
    }
    var result: [CheckpointTensor] = []
    for tensor in tensors where !spelling.dropped.contains(tensor.name) {
      guard let found = spelling.ours(for: tensor.name),
        self[found.name] == nil || found.name == tensor.name,
        let parts = groups[found.name],
        let whole = CheckpointTensor(named: found.name, of: parts, by: found.rule)
      else {
        result.append(tensor)
        continue
      }
      if found.part == 0 { result.append(whole) }
    }
    return Checkpoint(
      self, tensors: result, note: "names in the spelling of \(spelling.name)")
  }
}

extension CheckpointTensor {
  /// The tensor that a rule makes of its parts; nil where one is missing or does not fit the others.
  fileprivate init?(named name: String, of parts: [Int: CheckpointTensor], by rule: NameRule) {
    let parts = rule.theirs.indices.compactMap { parts[$0] }
    guard parts.count == rule.theirs.count, let joined = Self.joined(parts, named: name) else {
      return nil
    }
    switch rule.change {
    case .none: self = joined
    case .transposed:
      guard let transposed = joined.transposed() else { return nil }
      self = transposed
    case .axes(let before, let behind):
      guard let widened = joined.withAxes(before: before, behind: behind) else { return nil }
      self = widened
    }
  }
}
