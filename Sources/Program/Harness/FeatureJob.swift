import Checkpoints
import Essentials
import Graphs
import Images
import Kernels
import Measurement
import Models
import Networks
import Provenance
import Synchronization
import Tensors
import Terms

/// Writes a network's results for images or prepared inputs as float32 arrays.
///
/// Each row is computed by itself, so it depends neither on the other rows nor on the number of
/// threads. The files appear whole or, if any row fails, not at all.
package struct FeatureJob {
  private let options: FeatureOptions

  /// Prepares to write.
  package init(_ options: FeatureOptions) { self.options = options }

  /// Computes and writes every row.
  ///
  /// - Throws: ``FeatureFailures`` if any row failed; ``HarnessError`` of kind `usage` for options and
  ///   names that do not exist, of kind `cancelled` after a stop; errors of weights and files.
  package func run() throws -> FeatureResult {
    try options.check()
    let place = OutputPlace(
      isReplacing: options.isReplacing,
      inputs: [options.checkpoint, options.onnx, options.texts] + options.inputs.map(\.path)
        + options.images)
    for file in options.outputs { try place.check(file.path, as: .features) }
    let published = try options.network.map { name throws(HarnessError) in
      try chosenNetwork(named: name)
    }
    let preprocessing = try preprocessing(of: published)
    if let published { try checkTaps(of: published) }
    let source = try source(preprocessing, for: published)
    let (network, taps) = try load(published, for: source)
    let written = try FeatureRows(
      source: source, network: network,
      files: zip(taps, options.outputs).map { (tap: $0, path: $1.path) }, options: options
    ).write()
    var ids: [String]?
    if case .images(let images, _) = source { ids = images.map(\.id) }
    return FeatureResult(
      network: network.network.name, weights: network.weights.sha256,
      preprocessing: ids == nil ? nil : preprocessing?.fingerprint, ids: ids, outputs: written)
  }

  /// With texts, an image tower's name selects its text tower.
  private func chosenNetwork(named name: String) throws(HarnessError) -> any PublishedNetwork {
    let network = try NetworkTables.network(named: name)
    if options.texts == nil || network is CLIPTextTransformer { return network }
    if let tower = CLIPModels.textTower(beside: name) { return tower }
    throw HarnessError(
      .usage,
      "\(name) reads no texts; "
        + CLIPModels.imageTowers.map { $0.name }.joined(separator: ", ") + " have text towers")
  }

  private func preprocessing(of network: (any PublishedNetwork)?) throws -> Preprocessing? {
    if let name = options.preprocessing { return try FeaturePreprocessing.named(name) }
    return network.flatMap { FeaturePreprocessing.published[$0.name] }
  }

  /// Wrong names are reported before a large checkpoint is read.
  private func checkTaps(of network: any PublishedNetwork) throws {
    let taps = options.outputs.compactMap(\.name) + [options.tap].compactMap(\.self)
    guard options.onnx == nil, !taps.isEmpty else { return }
    let known = try Graph(tracing: network).outputNames
    for tap in taps { try NamedChoice.check(tap, as: "result of \(network.name)", from: known) }
  }

  private func source(_ preprocessing: Preprocessing?, for network: (any PublishedNetwork)?) throws
    -> FeatureSource
  {
    if let input = options.inputs.first {
      let known = options.onnx == nil ? network : nil
      if let known, input.name != nil || known.inputs.count > 1 {
        return .samples(try FeatureInputs(options.inputs, of: known))
      }
      return try .prepared(input.path, like: known?.inputShape)
    }
    if let texts = options.texts {
      let vocabulary = try checkpoint(of: network).map { try OpenCheckpoint($0).vocabulary }
      return try .texts(texts, vocabulary: vocabulary ?? nil)
    }
    guard let preprocessing else {
      throw HarnessError(.usage, "no preprocessing is known for --images; name --preprocess")
    }
    return .images(
      try FeatureSource.list(options.images, notice: options.notice), preprocessing)
  }

  /// The file that was named, or else the program's own where it has one for the network.
  private func checkpoint(of network: (any PublishedNetwork)?) -> String? {
    if let named = options.checkpoint { return named }
    // Both of CLIP's towers lie in the file of the image tower.
    let name = network is CLIPTextTransformer ? CompactNetworks.clip.name : network?.name ?? ""
    let own = CompactWeights.path(of: name)
    return CompactNetworks.contains(network?.name) ? own : nil
  }

  private func load(
    _ network: (any PublishedNetwork)?, for source: FeatureSource
  ) throws -> (LoadedNetwork, taps: [String]) {
    let arithmetic: Arithmetic = options.isExact ? .exact : .fast
    let taps = options.outputs.map { $0.name ?? options.tap ?? Graph.mainOutput }
    if let onnx = options.onnx {
      // A model may leave its input's size open; then the first input that can be read decides.
      let shape = (0..<source.count).lazy.compactMap {
        try? source.sample($0, of: Graph.mainInput).values.first?.shape
      }.first
      return try LoadedNetwork.onnx(
        onnx, inputShape: shape, taps: taps, arithmetic: arithmetic)
    }
    guard let network, let checkpoint = checkpoint(of: network) else {
      throw HarnessError(.usage, "name --network and --checkpoint, or --onnx")
    }
    let loaded = try LoadedNetwork(network, checkpoint: checkpoint, arithmetic: arithmetic)
    if let note = loaded.weights.partNote { options.notice(note) }
    return (loaded, taps)
  }
}

/// The rows of feature files in the making.
private struct FeatureRows {
  let source: FeatureSource
  let network: LoadedNetwork
  let files: [(tap: String, path: String)]
  let options: FeatureOptions
  let failures = FeatureLedger()

  /// Bytes that each worker may take for an image.
  private var limit: Int { options.memory.bytes / options.workers.count }
  private var taps: [String] { files.map(\.tap) }
  private var sole: String { network.network.inputs.first?.name ?? Graph.mainInput }
  private var paths: String { files.map(\.path).joined(separator: " and ") }

  /// Writes all rows.
  func write() throws -> [FeatureResult.Written] {
    let workers = options.workers
    // The first row that succeeds decides the shapes, in whatever order rows finish.
    guard let head = try firstResult(in: WorkerMemory(threads: workers.count)) else {
      throw report()
    }
    let shapes = head.values.map(\.shape)
    let arrays = try zip(files, shapes).map {
      try NPYRowFile(path: $0.path, rows: source.count, rowShape: $1)
    }
    @Sendable func put(_ values: [Tensor], row: Int) throws {
      for (array, value) in zip(arrays, values) { try array.write(value.values, row: row) }
    }
    try put(head.values, row: head.row)
    let start = head.row + 1
    let groups = GroupSchedule(count: source.count - start, workers: workers.count).groups
    let memories = WorkerMemory.each(of: workers, sharing: groups.count)
    let finished = Atomic(start)
    report(start)
    try workers.forEach(groups.count) { index, worker in
      let rows = groups[index].map { start + $0 }
      for (row, values) in zip(rows, try compute(rows, in: memories[worker])) {
        guard let values else { continue }
        if let place = shapes.indices.first(where: { values[$0].shape != shapes[$0] }) {
          failures.note(row, misfit(values[place].shape, place, beside: head.row, of: shapes))
          continue
        }
        try put(values, row: row)
      }
      report(finished.wrappingAdd(rows.count, ordering: .relaxed).newValue)
    }
    guard failures.sorted.isEmpty else { throw report() }
    for array in arrays { try array.commit() }
    return zip(files, shapes).map {
      FeatureResult.Written(tap: $0.tap, shape: [source.count] + $1, path: $0.path)
    }
  }

  private func report(_ finished: Int) {
    options.progress(
      JobProgress(finished: finished, total: source.count, failures: failures.sorted.count))
  }

  private func firstResult(in memory: WorkerMemory) throws -> (row: Int, values: [Tensor])? {
    for row in 0..<source.count {
      if let values = try compute([row], in: memory)[0] { return (row, values) }
    }
    return nil
  }

  /// The results of some rows, one for each file; nil after noting why there are none.
  private func compute(_ rows: [Int], in memory: WorkerMemory) throws -> [[Tensor]?] {
    if options.shouldStop() {
      throw HarnessError(.cancelled, "stopped; \(paths) was not written")
    }
    let results = network.map(
      rows.count, outputs: taps, in: memory.main, limit: limit,
      sample: { try source.sample(rows[$0], of: sole) },
      read: { executable, image in
        taps.map { executable.result($0, image: image, in: memory.main) }
      })
    for (row, result) in zip(rows, results) {
      if let failure = result.failure { failures.note(row, failure) }
    }
    return results.map(\.value)
  }

  private func misfit(
    _ found: [Int], _ place: Int, beside row: Int, of shapes: [[Int]]
  ) -> ImageFailure {
    ImageFailure(
      state: .wrongSize,
      reason: "its '\(taps[place])' has shape \(found), that of '\(source.name(of: row))' "
        + "\(shapes[place]); images must have one size")
  }

  private func report() -> FeatureFailures {
    FeatureFailures(
      failures: failures.sorted.map { (source.name(of: $0.row), $0.failure) },
      total: source.count, output: paths)
  }
}

/// Rows that failed, noted by any worker.
private final class FeatureLedger: Sendable {
  private let entries = Mutex<[Int: ImageFailure]>([:])

  func note(_ row: Int, _ failure: ImageFailure) { entries.withLock { $0[row] = failure } }

  /// All of them in the order of the rows.
  var sorted: [(row: Int, failure: ImageFailure)] {
    entries.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
  }
}
