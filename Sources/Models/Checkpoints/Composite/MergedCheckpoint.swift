import Tensors

/// Several files read as one: of tensors with one name the last file's counts.
package struct MergedCheckpoint: Sendable {
  /// All tensors; those of several files come in the order of the first.
  package let checkpoint: Checkpoint
  /// Where an earlier file says something else than the one that counts.
  package let conflicts: [MergeConflict]

  /// Collaborative Diffusion's files under the names of the composite one, which wins over text, and text over
  /// mask.
  ///
  /// - Parameters:
  ///   - mask: the latent diffusion model that label maps drive, as ``CompositeLayout/latentDiffusion`` has it.
  ///   - text: the one that captions drive.
  ///   - composite: the file of all parts, as ``CompositeLayout/collaborative`` has it.
  ///   - workers: threads that compare.
  /// - Returns: a file in that layout; nil where there is no file at all.
  /// - Throws: `CheckpointError` where a tensor of two files cannot be read.
  package static func collaborative(
    mask: Checkpoint?, text: Checkpoint?, composite: Checkpoint?, workers: Workers = Workers()
  ) throws(CheckpointError) -> MergedCheckpoint? {
    let files = [mask?.composed(as: "seg_mask"), text?.composed(as: "text"), composite]
    return try MergedCheckpoint(files.compactMap { $0 }, workers: workers)
  }

  /// Merges files whose names mean the same; nil where there are none.
  ///
  /// - Throws: `CheckpointError` where a tensor of two files cannot be read.
  init?(_ files: [Checkpoint], workers: Workers = Workers()) throws(CheckpointError) {
    guard let last = files.last else { return nil }
    guard files.count > 1 else {
      checkpoint = last
      conflicts = []
      return
    }
    var tensors: [CheckpointTensor] = []
    var places: [String: Int] = [:]
    var replaced: [CheckpointTensor] = []
    for tensor in files.flatMap(\.tensors) {
      if let place = places[tensor.name] {
        replaced.append(tensors[place])
        tensors[place] = tensor
      } else {
        places[tensor.name] = tensors.count
        tensors.append(tensor)
      }
    }
    let paths = files.dropLast().map(\.path).joined(separator: ", ")
    checkpoint = Checkpoint(last, tensors: tensors, note: "merged with \(paths)")
    conflicts = try Self.conflicts(of: checkpoint, with: replaced, workers)
  }

  private static func conflicts(
    of file: Checkpoint, with replaced: [CheckpointTensor], _ workers: Workers
  ) throws(CheckpointError) -> [MergeConflict] {
    let results = workers.map(replaced.count) { index, _ in
      Result { () throws(CheckpointError) -> MergeConflict? in
        let kept = try file.tensor(named: replaced[index].name)
        return try MergeConflict(kept: kept, dropped: replaced[index])
      }
    }
    var conflicts: [MergeConflict] = []
    for result in results {
      if let conflict = try result.get() { conflicts.append(conflict) }
    }
    return conflicts
  }
}

/// A tensor that two files have, and not alike.
package struct MergeConflict: Hashable, Sendable, CustomStringConvertible {
  /// Name in the merged file.
  package let name: String
  /// The file whose tensor counts.
  package let kept: String
  /// The file whose tensor does not.
  package let dropped: String
  /// Greatest difference between two elements, infinite where one is no number; nil where the shapes differ.
  package let difference: Double?

  /// States a conflict.
  package init(name: String, kept: String, dropped: String, difference: Double?) {
    self.name = name
    self.kept = kept
    self.dropped = dropped
    self.difference = difference
  }

  /// Compares two tensors of one name; nil where they are alike.
  ///
  /// - Throws: `CheckpointError` where one cannot be read.
  init?(kept: CheckpointTensor, dropped: CheckpointTensor) throws(CheckpointError) {
    name = kept.name
    self.kept = kept.storage.store.path
    self.dropped = dropped.storage.store.path
    guard kept.shape == dropped.shape else {
      difference = nil
      return
    }
    let areFloats = kept.elementType.fitsFloat && dropped.elementType.fitsFloat
    let difference =
      try areFloats
      ? Self.difference(kept.floats(), dropped.floats())
      : Self.difference(kept.doubles(), dropped.doubles())
    guard difference > 0 else { return nil }
    self.difference = difference
  }

  private static func difference<Value: BinaryFloatingPoint>(
    _ one: [Value], _ other: [Value]
  ) -> Double {
    var greatest = 0.0
    for (one, other) in zip(one, other) where one != other && !(one.isNaN && other.isNaN) {
      let difference = abs(Double(one) - Double(other))
      greatest = max(greatest, difference.isNaN ? .infinity : difference)
    }
    return greatest
  }

  /// The name, both files, and how far they differ.
  package var description: String {
    "\(name) of \(kept) counts; in \(dropped) it "
      + (difference.map { "differs by up to \($0)" } ?? "has another shape")
  }
}

extension ElementType {
  /// Whether every value is a `Float`.
  fileprivate var fitsFloat: Bool { byteCount < 4 || self == .float32 }
}

extension Checkpoint {
  /// A latent diffusion model's file under the names that its parts have in Collaborative Diffusion's.
  fileprivate func composed(as modality: String) -> Checkpoint {
    let prefixes = [
      ("model.", "model.\(modality)_unet."),
      ("cond_stage_model.", "cond_stage_model.\(modality)_cond_stage_model."),
    ]
    let renamed = tensors.map { tensor in
      guard let (theirs, ours) = prefixes.first(where: { tensor.name.hasPrefix($0.0) }) else {
        return tensor
      }
      return tensor.renamed(ours + tensor.name.dropFirst(theirs.count))
    }
    return Checkpoint(self, tensors: renamed, note: "names of the part \(modality)")
  }
}
