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

/// Writes a network's results for images or prepared inputs as one float32 array.
///
/// Each row is computed by itself, so it depends neither on the other rows nor on the number of
/// threads. The file appears whole or, if any row fails, not at all.
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
    try OutputPlace(
      isReplacing: options.isReplacing,
      inputs: [options.checkpoint, options.onnx, options.input, options.texts] + options.images
    ).check(options.output, as: .features)
    let published = try options.network.map { name throws(HarnessError) in
      try chosenNetwork(named: name)
    }
    let preprocessing = try preprocessing(of: published)
    if let published { try checkTap(of: published) }
    let source = try source(preprocessing, for: published)
    let (network, tap) = try load(published, for: source)
    let shape = try FeatureRows(
      source: source, network: network, tap: tap, options: options
    ).write()
    var ids: [String]?
    if case .images(let images, _) = source { ids = images.map(\.id) }
    return FeatureResult(
      network: network.network.name, tap: tap, weights: network.weights.sha256,
      preprocessing: ids == nil ? nil : preprocessing?.fingerprint,
      shape: [source.count] + shape, ids: ids, output: options.output)
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
  private func checkTap(of network: any PublishedNetwork) throws {
    guard options.onnx == nil, let tap = options.tap else { return }
    try NamedChoice.check(
      tap, as: "result of \(network.name)", from: try Graph(tracing: network).outputNames)
  }

  private func source(_ preprocessing: Preprocessing?, for network: (any PublishedNetwork)?) throws
    -> FeatureSource
  {
    if let input = options.input {
      return try .prepared(input, like: options.onnx == nil ? network?.inputShape : nil)
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

  private func load(_ network: (any PublishedNetwork)?, for source: FeatureSource) throws -> (
    LoadedNetwork, tap: String
  ) {
    let arithmetic: Arithmetic = options.isExact ? .exact : .fast
    if let onnx = options.onnx {
      // A model may leave its input's size open; then the first input that can be read decides.
      let shape = (0..<source.count).lazy.compactMap { try? source.input($0).shape }.first
      return try LoadedNetwork.onnx(
        onnx, inputShape: shape, tap: options.tap, arithmetic: arithmetic)
    }
    guard let network, let checkpoint = checkpoint(of: network) else {
      throw HarnessError(.usage, "name --network and --checkpoint, or --onnx")
    }
    let loaded = try LoadedNetwork(network, checkpoint: checkpoint, arithmetic: arithmetic)
    if let note = loaded.weights.partNote { options.notice(note) }
    return (loaded, options.tap ?? Graph.mainOutput)
  }
}

/// The rows of one feature file in the making.
private struct FeatureRows {
  let source: FeatureSource
  let network: LoadedNetwork
  let tap: String
  let options: FeatureOptions
  let failures = FeatureLedger()

  /// Bytes that each worker may take for an image.
  private var limit: Int { options.memory.bytes / options.workers.count }

  /// Writes all rows.
  ///
  /// - Returns: the shape of one row.
  func write() throws -> [Int] {
    let workers = options.workers
    let memories = (0..<workers.count).map { _ in WorkerMemory() }
    // The first row that succeeds decides the shape, in whatever order rows finish.
    guard let head = try firstResult(in: memories[0]) else { throw report() }
    let shape = head.value.shape
    let file = try NPYRowFile(path: options.output, rows: source.count, rowShape: shape)
    try file.write(head.value.values, row: head.row)
    let start = head.row + 1
    let groups = GroupSchedule(count: source.count - start, workers: workers.count).groups
    let finished = Atomic(start)
    report(start)
    try workers.forEach(groups.count) { index, worker in
      let rows = groups[index].map { start + $0 }
      for (row, value) in zip(rows, try compute(rows, in: memories[worker])) {
        guard let value else { continue }
        guard value.shape == shape else {
          failures.note(row, misfit(value.shape, beside: head.row, of: shape))
          continue
        }
        try file.write(value.values, row: row)
      }
      report(finished.wrappingAdd(rows.count, ordering: .relaxed).newValue)
    }
    guard failures.sorted.isEmpty else { throw report() }
    try file.commit()
    return shape
  }

  private func report(_ finished: Int) {
    options.progress(
      JobProgress(finished: finished, total: source.count, failures: failures.sorted.count))
  }

  private func firstResult(in memory: WorkerMemory) throws -> (row: Int, value: Tensor)? {
    for row in 0..<source.count {
      if let value = try compute([row], in: memory)[0] { return (row, value) }
    }
    return nil
  }

  /// The results of some rows; nil after noting why there is none.
  private func compute(_ rows: [Int], in memory: WorkerMemory) throws -> [Tensor?] {
    if options.shouldStop() {
      throw HarnessError(.cancelled, "stopped; \(options.output) was not written")
    }
    let results = network.map(
      rows.count, outputs: [tap], in: memory.main, limit: limit,
      input: { try source.input(rows[$0]) },
      read: { $0.result(tap, image: $1, in: memory.main) })
    for (row, result) in zip(rows, results) {
      if let failure = result.failure { failures.note(row, failure) }
    }
    return results.map(\.value)
  }

  private func misfit(_ found: [Int], beside row: Int, of shape: [Int]) -> ImageFailure {
    ImageFailure(
      state: .wrongSize,
      reason: "its '\(tap)' has shape \(found), that of '\(source.name(of: row))' \(shape); "
        + "images must have one size")
  }

  private func report() -> FeatureFailures {
    FeatureFailures(
      failures: failures.sorted.map { (source.name(of: $0.row), $0.failure) },
      total: source.count, output: options.output)
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
