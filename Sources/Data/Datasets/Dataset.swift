import Tensors

/// Told of work on a dataset that takes its time: what is done, how much of it, and of how much; throws
/// ``DatasetError/cancelled`` to stop it.
package typealias DatasetWatcher =
  @Sendable (_ activity: String, _ done: Int, _ total: Int) throws(DatasetError) -> Void

/// Pairs to measure, and what had to be left out on the way to them.
package struct Dataset: Equatable, Sendable {
  /// Where the pairs come from, in the form that `--dataset` takes.
  package let name: String
  /// The pairs, sorted by the bytes of their ids.
  package let pairs: [Pair]
  /// What was missing, surplus or broken; nothing is left out silently.
  package let findings: [DatasetFinding]

  /// Sorts the pairs of one source.
  ///
  /// - Throws: `DatasetError.invalidID`; `.noPairs` if there are none.
  package init(name: String, pairs: [Pair], findings: [DatasetFinding]) throws(DatasetError) {
    let findings = findings.filter { !$0.isEmpty }
    guard !pairs.isEmpty else {
      let isExplained = findings.contains { if case .unread = $0 { false } else { true } }
      let causes = (isExplained ? [] : ["no images were found"]) + findings.map(\.description)
      throw .noPairs(place: name, reason: causes.joined(separator: "; "))
    }
    self.name = name
    self.pairs = try PairManifest(pairs: pairs).pairs
    self.findings = findings
  }

  /// The pairs as a manifest.
  package func manifest() throws(DatasetError) -> PairManifest { try PairManifest(pairs: pairs) }

  /// At most `count` of the pairs; a finding says so when there are fewer.
  package func selecting(_ count: Int, by selection: SubsetSelection = .lowestIDs) -> Dataset {
    var findings = findings
    if pairs.count < count { findings.append(.fewerPairs(asked: count, found: pairs.count)) }
    return Dataset(
      name: name, sorted: selection.apply(to: pairs, count: count), findings: findings)
  }

  private init(name: String, sorted pairs: [Pair], findings: [DatasetFinding]) {
    self.name = name
    self.pairs = pairs
    self.findings = findings
  }
}

/// Which pairs are taken when there are more than asked for.
package enum SubsetSelection: Equatable, Sendable {
  /// The first ids in byte order: the default, and the same set for whoever has the same files.
  case lowestIDs
  /// The first pairs of a Fisher–Yates shuffle of the sorted ids by SplitMix64.
  case seeded(UInt64)

  /// At most `count` of the pairs, sorted by id as they came.
  func apply(to pairs: [Pair], count: Int) -> [Pair] {
    order(Array(pairs.indices)).prefix(max(count, 0)).sorted().map { pairs[$0] }
  }

  /// Things in the order in which they are taken.
  func order<Element>(_ things: [Element]) -> [Element] {
    switch self {
    case .lowestIDs: return things
    case .seeded(let seed):
      var shuffled = things
      shuffled.shuffle(seed: seed)
      return shuffled
    }
  }
}

/// Something about a dataset that its user must know; the description is a sentence.
package enum DatasetFinding: Equatable, Sendable, CustomStringConvertible {
  /// Ids that were asked for, or have a mask, but have no image.
  case withoutImage([String])
  /// Ids with an image but without a mask; left out.
  case withoutMask([String])
  /// Ids without a caption; kept.
  case withoutCaption([String])
  /// Captions without an image; left out.
  case surplusCaptions([String])
  /// Ids on the skip list; left out.
  case skipped([String])
  /// An id whose mask could not be made; left out.
  case brokenMask(id: String, reason: String)
  /// Ids that lack what was asked for; left out.
  case lacking(PairRequirement, [String])
  /// Files that are not read.
  case unread(UnreadFiles)
  /// Missing ids whose file is there with other leading zeros: an example, and how many there are.
  case paddedOtherwise(what: String, wanted: String, found: String, count: Int)
  /// Fewer pairs than were asked for.
  case fewerPairs(asked: Int, found: Int)
  /// A method made the images with weights that are not part of the program.
  case otherWeights(file: String, sha256: String, note: String?)
  /// A system, with its options, made the images: their width and height, and those that they were brought to.
  case madeBySystem(String, size: Int, resized: Int)
  /// What the files of a system's weights are not, in a sentence without a full stop.
  case ofWeights(String)

  /// Whether there is nothing to tell.
  package var isEmpty: Bool {
    switch self {
    case .withoutImage(let ids), .withoutMask(let ids), .withoutCaption(let ids),
      .surplusCaptions(let ids), .skipped(let ids), .lacking(_, let ids):
      ids.isEmpty
    case .unread(let files): files.isEmpty
    case .paddedOtherwise(_, _, _, let count): count == 0
    case .brokenMask, .fewerPairs, .otherWeights, .madeBySystem, .ofWeights: false
    }
  }

  /// How many ids or files were left out, why, and the first few of them.
  package var description: String {
    switch self {
    case .withoutImage(let ids): "\(ids.count) left out for want of an image: \(ids.summary())"
    case .withoutMask(let ids): "\(ids.count) left out for want of a mask: \(ids.summary())"
    case .withoutCaption(let ids): "\(ids.count) without a caption: \(ids.summary())"
    case .surplusCaptions(let ids): "\(ids.count) captions without an image: \(ids.summary())"
    case .skipped(let ids): "\(ids.count) left out by the skip list: \(ids.summary())"
    case .brokenMask(let id, let reason): "\(id) left out for its mask: \(reason)"
    case .lacking(let requirement, let ids):
      "\(ids.count) left out for want of \(requirement.phrase): \(ids.summary())"
    case .unread(let files): files.description
    case .paddedOtherwise(let what, let wanted, let found, let count):
      "\(count) \(what) with other leading zeros, as \(found) for \(wanted); rename them"
    case .fewerPairs(let asked, let found): "\(asked) pairs were asked for, \(found) are there"
    case .otherWeights(let file, let sha256, let note):
      "made with the weights \(file) (SHA-256 \(sha256)) in place of the program's own"
        + (note.map { "; \($0)" } ?? "")
    case .madeBySystem(let system, let size, let resized):
      "made by \(system) at \(size) pixels"
        + (size == resized ? "" : ", resized to \(resized)")
    case .ofWeights(let note): note
    }
  }
}
