import Essentials
import Tensors

/// What `--dataset` names.
package enum DatasetSpecification: Equatable, Sendable, CustomStringConvertible {
  /// Faces drawn from seeds.
  case synthetic
  /// A folder in CelebAMask-HQ's published layout.
  case celebAMaskHQ(directory: String)
  /// A pair manifest.
  case pairs(manifest: String)
  /// A folder of images with masks beside them.
  case folder(directory: String)
  /// FFHQ's images in folders of thousands.
  case ffhq(directory: String)
  /// Exported images of one category of LSUN.
  case lsun(directory: String)
  /// A ZIP file as StyleGAN's tools write it.
  case zip(file: String)

  /// The valid forms, for messages.
  package static let forms = [
    "synthetic", "celebamask-hq:DIR", "pairs:MANIFEST.jsonl", "folder:DIR", "ffhq:DIR", "lsun:DIR",
    "zip:FILE",
  ]

  /// Parses one of ``forms``.
  ///
  /// - Throws: `DatasetError.unknownDataset`, which names the nearest form, or `.missingPlace`.
  package init(parsing text: String) throws(DatasetError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let kind = String(parts[0])
    let place = parts.count > 1 ? String(parts[1]) : ""
    let kinds = Self.forms.map { String($0.prefix { $0 != ":" }) }
    guard kinds.contains(kind), kind != "synthetic" || parts.count == 1 else {
      let nearest = Spelling.nearest(to: kind, among: kinds) ?? ""
      throw .unknownDataset(text: text, nearest: Self.forms.first { $0.hasPrefix(nearest) } ?? "")
    }
    if kind != "synthetic", place.isEmpty { throw .missingPlace(kind: kind) }
    self =
      switch kind {
      case "celebamask-hq": .celebAMaskHQ(directory: place)
      case "pairs": .pairs(manifest: place)
      case "folder": .folder(directory: place)
      case "ffhq": .ffhq(directory: place)
      case "lsun": .lsun(directory: place)
      case "zip": .zip(file: place)
      default: .synthetic
      }
  }

  /// The specification as `--dataset` accepts it, for example `folder:faces`.
  package var description: String {
    switch self {
    case .synthetic: "synthetic"
    case .celebAMaskHQ(let directory): "celebamask-hq:\(directory)"
    case .pairs(let manifest): "pairs:\(manifest)"
    case .folder(let directory): "folder:\(directory)"
    case .ffhq(let directory): "ffhq:\(directory)"
    case .lsun(let directory): "lsun:\(directory)"
    case .zip(let file): "zip:\(file)"
    }
  }

  /// Finds the dataset's pairs.
  ///
  /// - Parameters:
  ///   - cache: folder for what has to be made from the files, such as merged label maps.
  ///   - choices: which images and captions are wanted.
  ///   - limit: how many pairs are enough, which can spare the work for the rest; what comes may be
  ///     more.
  ///   - size: pixels on each side of pictures that have to be drawn; nil takes 256.
  ///   - workers: threads for that work.
  ///   - watcher: receives the progress of that work and decides whether to continue.
  /// - Returns: the pairs, and what was left out.
  /// - Throws: `DatasetError`.
  package func open(
    cache: String, choosing choices: DatasetChoices = DatasetChoices(), atMost limit: Int? = nil,
    size: Int? = nil, workers: Workers = Workers(),
    watcher: DatasetWatcher = { _, _, _ throws(DatasetError) in }
  ) throws(DatasetError) -> Dataset {
    let dataset: Dataset
    switch self {
    case .synthetic:
      var faces = SyntheticFaces()
      let isWhole = choices.supplied == nil && choices.skipped.isEmpty
      faces.count = (isWhole ? limit : nil) ?? faces.count
      faces.size = size ?? faces.size
      faces.captions = choices.speaksOfBeardAndAge ? .beardAndAge : .multiModal(choices.caption)
      faces.hasEdits = choices.hasEdits
      dataset = try faces.dataset(cache: cache, workers: workers, watcher: watcher)
    case .celebAMaskHQ(let directory):
      return try CelebAMaskHQ(directory: directory, choices: choices).dataset(
        cache: cache, atMost: limit, workers: workers, watcher: watcher)
    case .pairs(let manifest):
      dataset = try Dataset(
        name: description,
        pairs: PairManifest(contentsOf: manifest, allowsOutside: choices.allowsOutside).pairs,
        findings: [])
    case .folder(let directory): dataset = try FolderDataset.open(directory)
    case .ffhq(let directory): dataset = try ImageTree.ffhq(directory)
    case .lsun(let directory): dataset = try ImageTree.lsun(directory)
    case .zip(let file):
      dataset = try ZipDataset(path: file).dataset(
        cache: cache, selection: choices.selection,
        atMost: choices.supplied == nil && !choices.requiresCaption ? limit : nil,
        watcher: watcher)
    }
    return try dataset.chosen(by: choices)
  }
}
