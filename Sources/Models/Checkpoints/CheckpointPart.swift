/// Which of several sets of tensors in a file was taken: averaged weights beside raw ones, for example.
package struct CheckpointPart: Hashable, Sendable {
  /// Its name in the outermost dictionary.
  package let name: String
  /// The sets that lie beside it.
  package let others: [String]
  /// Tensors that no network uses and that were left out by name.
  package var ignored: [String] = []

  /// Whether a name says that the weights under it are averages over the training.
  static func isAveraged(_ name: String) -> Bool {
    let words = name.lowercased().split { !$0.isLetter }
    return words.contains { ["ema", "swa", "averaged"].contains($0) } || name.hasSuffix("Ema")
  }
}

extension CheckpointContents {
  /// The tensors of a file without nesting whose names begin with a part's.
  ///
  /// - Throws: `noSuchTensor` where a part is asked for that is not there.
  func selecting(_ root: CheckpointRoot, of file: ByteSlice) throws(CheckpointError)
    -> CheckpointContents
  {
    guard case .named(let name) = root else { return self }
    let chosen = tensors.filter { $0.name.hasPrefix(name + ".") }
    let first = tensors.map { String($0.name.prefix { $0 != "." }) }
    let parts = Set(first).sorted()
    guard !chosen.isEmpty else {
      throw file.failure(
        .noSuchTensor,
        "has no part named \(name); its names begin with "
          + parts.prefix(20).joined(separator: ", "))
    }
    var contents = self
    contents.tensors = chosen.map { $0.renamed(String($0.name.dropFirst(name.count + 1))) }
    contents.notes.append("tensors under \(name)")
    contents.part = CheckpointPart(name: name, others: parts.filter { $0 != name })
    return contents
  }
}

extension [CheckpointTensor] {
  /// The tensors without what wrappers put before their names, and the prefixes that were removed.
  ///
  /// `torch.nn.DataParallel`, its distributed form and `torch.optim.swa_utils.AveragedModel` put `module.`
  /// before every name, and the last one adds a counter; `torch.compile` puts `_orig_mod.` before the names of
  /// what it compiled.
  var withoutWrapperPrefixes: (tensors: [CheckpointTensor], removed: [String]) {
    var tensors = self
    var removed: [String] = []
    if tensors.contains(where: { $0.name.withoutCompiledPart != nil }) {
      tensors = tensors.map { tensor in
        tensor.name.withoutCompiledPart.map(tensor.renamed) ?? tensor
      }
      removed.append("_orig_mod.")
    }
    let prefix = "module."
    while !tensors.isEmpty {
      let weights = tensors.filter { $0.name != "n_averaged" }
      guard !weights.isEmpty, weights.allSatisfy({ $0.name.hasPrefix(prefix) }) else { break }
      tensors = weights.map { $0.renamed(String($0.name.dropFirst(prefix.count))) }
      removed.append(prefix)
    }
    return (tensors, removed)
  }
}

extension String {
  /// The name without the parts that `torch.compile` puts into it; nil where it has none.
  fileprivate var withoutCompiledPart: String? {
    let parts = split(separator: ".", omittingEmptySubsequences: false)
    let rest = parts.filter { $0 != "_orig_mod" }
    return rest.count < parts.count && !rest.isEmpty ? rest.joined(separator: ".") : nil
  }
}
