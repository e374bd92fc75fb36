import Datasets
import Essentials
import Foundation
import Measurement
import Provenance
import Tables
import Tensors

/// What a table is measured on.
struct TablePairs {
  /// As it was opened, without what was not chosen.
  let dataset: Dataset
  /// What methods make images for, sorted by id.
  let pairs: [Pair]
  /// Further pairs of which only the real image counts, sorted by id.
  let references: [Pair]
  /// For ids of ``pairs`` whose real image another one of their group has too, the id of the first that
  /// has it.
  let owners: [String: String]

  /// Opens a dataset and takes what a protocol needs.
  ///
  /// A protocol that wants several images of each condition gets a pair for each, named `<id>_s00` and
  /// so on, in a group of the condition's id; a manifest that has groups already is taken as it is.
  /// Pictures that have to be drawn have `size` pixels on a side, that of the label maps to compare.
  ///
  /// - Throws: `DatasetError`; ``HarnessError`` for real images that the protocol's ids leave out.
  init(_ table: PaperTable, size: Int?, options: TableOptions, workers: Workers) throws {
    let wanted = options.pairCount ?? table.pairs.count
    let samples = table.samples
    if let ids = table.dataset.ids, table.applicableValue(of: "fid_ref") == "all",
      case .celebAMaskHQ = options.dataset
    {
      throw HarnessError(
        .usage,
        "fid_ref=all is not measured: \(table.id) takes the images \(ids.lowerBound) to "
          + "\(ids.upperBound) of CelebAMask-HQ alone; fid_ref=test says so")
    }
    let choices = table.datasetChoices(options)
    let conditions = table.conditions(for: wanted)
    let whole = try options.dataset.open(
      cache: options.cache, choosing: choices,
      // A manifest may hold samples already; what is drawn never does.
      atMost: table.comparesWithWholeDataset
        ? nil : (options.dataset == .synthetic ? conditions : wanted),
      size: size, workers: workers,
      watcher: datasetWatcher(options.progress, shouldStop: options.shouldStop))
    let hasGroups = whole.pairs.contains { $0.group != nil }
    if hasGroups, table.departs(in: "samples") {
      throw HarnessError(
        .usage,
        "\(table.id): samples=\(samples) does not apply to \(options.dataset), whose pairs are in groups already"
      )
    }
    let isExpanded = samples > 1 && !hasGroups
    let count = isExpanded ? conditions : wanted
    dataset = whole.selecting(count, by: choices.selection)
    let chosen = Set(dataset.pairs.map(\.id))
    references =
      table.comparesWithWholeDataset
      ? whole.pairs.filter { !chosen.contains($0.id) && $0.imagePath != nil } : []
    pairs =
      isExpanded
      ? try PairManifest(pairs: dataset.pairs.flatMap { $0.samples(samples) }).pairs
      : dataset.pairs
    owners = Self.owners(of: try PairManifest(pairs: pairs + references).pairs, among: pairs)
  }

  /// Everything that is opened, sorted by id.
  func all() throws(DatasetError) -> [Pair] { try PairManifest(pairs: pairs + references).pairs }

  private static func owners(of all: [Pair], among pairs: [Pair]) -> [String: String] {
    let repeats = pairs.idsRepeatingImages
    var first: [String: String] = [:]
    for pair in all where !repeats.contains(pair.id) {
      if let path = pair.imagePath { first[path] = first[path] ?? pair.id }
    }
    var owners: [String: String] = [:]
    for pair in pairs where repeats.contains(pair.id) {
      owners[pair.id] = pair.imagePath.flatMap { first[$0] }
    }
    return owners
  }

  /// Ids of the references.
  var referenceIDs: Set<String> { Set(references.map(\.id)) }
}

extension PaperTable {
  /// Whether FID's real side is every image of the dataset, not only those of the pairs.
  fileprivate var comparesWithWholeDataset: Bool {
    ["test", "all"].contains(applicableValue(of: "fid_ref"))
  }

  /// Which images and captions the protocol needs.
  fileprivate func datasetChoices(_ options: TableOptions) -> DatasetChoices {
    var choices = DatasetChoices()
    let seed = options.seed
    choices.allowsOutside = options.allowsOutside
    choices.range = dataset.ids
    if applicableValue(of: "test_ids") == "seeded_random" { choices.selection = .seeded(seed) }
    if applicableValue(of: "caption_index") == "seeded_random" { choices.caption = .seeded(seed) }
    choices.speaksOfBeardAndAge = dataset.captions == .dialog
    choices.hasEdits = options.measuresEdits(in: self)
    return choices
  }
}
