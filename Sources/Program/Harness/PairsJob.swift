import Datasets
import Foundation
import Images
import Measurement
import Provenance
import Runs
import Tensors

/// Samples pairs of a dataset and writes their manifest.
///
/// The sample is that of evalkit's documented generator: ids in the order of their bytes, shuffled by
/// Fisher and Yates from the last down with SplitMix64 of the seed; the first ones that have everything
/// required are taken, and written in the order of their bytes. Equal files and an equal seed give an
/// equal manifest on every platform.
package struct PairsJob {
  /// What was written.
  package struct Output: Sendable, Encodable {
    var schema = 1
    /// The manifest.
    package let manifest: String
    /// Lines of the manifest.
    package let pairs: Int
    /// How many pairs have each.
    package let masks, texts, scribbles: Int
    /// SHA-256 over ids, texts and the files' own SHA-256.
    package let contentHash: String
    /// Of the choice of pairs.
    package let seed: UInt64
    /// How pairs were chosen.
    package let sampling: String
    /// What was left out, and why.
    package let findings: [String]

    /// The same as JSON.
    package var json: String { JSONText.encode(self, pretty: true) }

    /// For people.
    package var text: String {
      "\(pairs) pairs in \(manifest): \(masks) with a mask, \(texts) with a text, \(scribbles) with a "
        + "scribble map\ncontent \(contentHash)"
    }
  }

  private let options: PairsOptions

  /// Prepares to write a manifest.
  package init(_ options: PairsOptions) { self.options = options }

  /// Samples and writes.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for words that are not understood; `DatasetError`.
  package func run() throws -> Output {
    do { return try sampled() } catch DatasetError.noPairs(let place, let reason) {
      throw HarnessError(
        .runtime,
        "\(DatasetError.noPairs(place: place, reason: reason)); --require says what a pair must have "
          + "(\(options.require)); captions also come from --captions or --describe-masks, scribble "
          + "maps from --scribbles")
    }
  }

  private func sampled() throws -> Output {
    let parsed = try options.parsed()
    let workers = options.workers
    let cache = TableOptions.cache(in: options.results)
    try checkOutput(of: parsed.dataset)
    var dataset = try parsed.dataset.open(
      cache: cache, choosing: parsed.choices, atMost: options.count, workers: workers,
      watcher: datasetWatcher(options.progress))
    if options.isDescribingMasks {
      options.progress(JobProgress(activity: "describing label maps"))
      dataset = try described(dataset, workers)
    }
    // Guidance texts are handed out later, scribble maps may be drawn later.
    dataset = try dataset.requiring(
      parsed.requirements.filter { $0 != .scribble && !($0 == .text && options.texts != nil) })
    // Maps are drawn for the sample alone, unless it depends on which pairs have one.
    let isDrawnFirst = parsed.scribbles != nil && parsed.requirements.contains(.scribble)
    if parsed.scribbles != nil { options.progress(JobProgress(activity: "drawing scribble maps")) }
    if isDrawnFirst, let source = parsed.scribbles {
      dataset = try dataset.scribbled(from: source, cache: cache, workers: workers)
    }
    if parsed.requirements.contains(.scribble) { dataset = try dataset.requiring([.scribble]) }
    dataset = dataset.selecting(options.count, by: parsed.selection)
    if !isDrawnFirst, let source = parsed.scribbles {
      dataset = try dataset.scribbled(from: source, cache: cache, workers: workers)
    }
    let conditions = dataset.pairs.map { edited($0, parsed.edit) }
    let pairs = try guided(
      options.samples > 1 ? conditions.flatMap { $0.samples(options.samples) } : conditions)
    for finding in dataset.findings { options.notice(finding.description) }
    let (manifest, path) = try written(
      PairManifest(pairs: pairs), encodings: parsed.encodings, workers)
    return Output(
      manifest: path, pairs: pairs.count, masks: pairs.count { $0.maskPath != nil },
      texts: pairs.count { $0.text != nil }, scribbles: pairs.count { $0.scribblePath != nil },
      contentHash: manifest.contentHash, seed: options.seed, sampling: options.sampling,
      findings: dataset.findings.map(\.description))
  }

  private func checkOutput(of dataset: DatasetSpecification) throws {
    var place = OutputPlace(isReplacing: options.isReplacing)
    place.inputs = [
      options.ids, options.skip, options.texts, options.captions,
      ResultsDatabase.path(options.results),
    ]
    if case .pairs(let manifest) = dataset { place.inputs.append(manifest) }
    guard let folder = options.exportDirectory else {
      return try place.prepare(options.output, as: .pairManifest)
    }
    let manifest = "\(folder)/pairs.jsonl"
    try place.checkFolder(folder) { $0.contains("pairs.jsonl") }
    try place.prepare(manifest, as: .pairManifest)
  }

  private func written(
    _ manifest: PairManifest, encodings: [MaskEncoding], _ workers: Workers
  ) throws -> (PairManifest, String) {
    if let directory = options.exportDirectory {
      let progress = options.progress
      let copies = try PairExport.write(
        manifest, to: directory, encodings: encodings, workers: workers
      ) { progress(JobProgress(finished: $0, total: $1)) }
      return (copies, "\(directory)/pairs.jsonl")
    }
    guard encodings.isEmpty else {
      throw HarnessError(.usage, "--encodings writes label maps, and needs --export DIR for them")
    }
    options.progress(JobProgress(activity: "reading files for their checksums"))
    let checked = try manifest.withChecksums(using: workers)
    try checked.write(to: options.output)
    return (checked, options.output)
  }

  /// Gives pairs without a caption one that says what their label map shows.
  private func described(_ dataset: Dataset, _ workers: Workers) throws -> Dataset {
    let pairs = try workers.map(dataset.pairs.count) { index, _ in
      var pair = dataset.pairs[index]
      if pair.text == nil, let mask = pair.maskPath {
        pair.text = LabelCaption.text(for: try ImageDecoder.labelMap(contentsOf: mask))
      }
      return pair
    }
    return try Dataset(name: dataset.name, pairs: pairs, findings: dataset.findings)
  }

  private func edited(_ pair: Pair, _ edit: (source: String, target: String)?) -> Pair {
    guard let edit else { return pair }
    var pair = pair
    pair.sourceText = edit.source
    pair.targetText = edit.target
    return pair
  }

  /// Hands out guidance texts, the same one to several pairs, which become a group.
  private func guided(_ pairs: [Pair]) throws -> [Pair] {
    guard let path = options.texts else { return pairs }
    let texts = try GuidanceTexts(contentsOf: path)
    return pairs.enumerated().map { place, pair in
      var pair = pair
      let number = place / options.pairsPerText % texts.lines.count
      pair.text = texts.lines[number]
      pair.group = texts.group(number)
      return pair
    }
  }
}
