import Datasets
import Essentials
import Foundation
import Images
import Pipelines
import Tensors
import Terms

/// One pass of a system over pairs: what has no image yet is made, a group at a time, and kept at once.
///
/// An image depends on its own request alone, so no bit depends on which images a group holds: that differs between
/// shards, and when a pass is resumed.
struct SystemRun {
  /// What came of a pass.
  struct Result {
    var failures: [String: ImageFailure] = [:]
    var times: [String: GenerationTime] = [:]
    var reused: [String] = []
  }

  private struct Work {
    let pair: Pair
    let key: String
  }

  let pipeline: any ImagePipeline
  /// What of a pair the system sees.
  let conditions: Set<ImageCondition>
  /// Everything but a pair and its seed that can move a pixel.
  let fingerprint: String
  let directory: String
  let context: MethodContext
  let book: ReceiptBook
  private var result = Result()
  private var total = 0

  init(
    pipeline: any ImagePipeline, conditions: Set<ImageCondition>, fingerprint: String,
    directory: String, context: MethodContext, book: ReceiptBook
  ) {
    self.pipeline = pipeline
    self.conditions = conditions
    self.fingerprint = fingerprint
    self.directory = directory
    self.context = context
    self.book = book
  }

  /// Opens or makes a folder's receipts.
  ///
  /// - Throws: `MethodError.file`; `.foreignImages` for images that no receipt speaks of.
  static func book(in directory: String) throws(MethodError) -> ReceiptBook {
    let foreign: [String]
    let book: ReceiptBook
    do {
      try DatasetFiles.makeFolder("\(directory)/.evalkit")
      book = try ReceiptBook(path: "\(directory)/\(ReceiptBook.name)")
      foreign = try book.foreignImages(in: directory)
    } catch { throw .file(error) }
    guard foreign.isEmpty else { throw .foreignImages(directory: directory, ids: foreign) }
    return book
  }

  /// Makes the images that are missing, in the order of their ids.
  ///
  /// - Throws: `MethodError.cancelled`; `.file` if an image cannot be written.
  mutating func generate(_ pairs: [Pair]) throws(MethodError) -> Result {
    total = pairs.count
    var waiting = plan(pairs)[...]
    reportProgress()
    while !waiting.isEmpty {
      let group = waiting.prefix(max(1, pipeline.groupSize))
      waiting = waiting.dropFirst(group.count)
      try make(group)
      reportProgress()
    }
    return result
  }

  /// Sorts pairs into those whose images are there and those that are to be made.
  private mutating func plan(_ pairs: [Pair]) -> [Work] {
    pairs.sorted { Identifier.precedes($0.id, $1.id) }.compactMap { pair in
      let key = requestKey(pair)
      guard let receipt = book.validReceipt(for: pair.id, request: key, in: directory) else {
        return Work(pair: pair, key: key)
      }
      result.times[pair.id] = receipt.time
      result.reused.append(pair.id)
      return nil
    }
  }

  private func reportProgress() {
    context.progress(
      MethodProgress(
        finished: result.times.count + result.failures.count, reused: result.reused.count,
        total: total))
  }
}

extension SystemRun {
  // MARK: Requests

  private var seeds: SeedPlan { SeedPlan(runSeed: context.seed) }

  /// What the system sees of a pair.
  private func request(for pair: Pair) -> ImageRequest {
    ImageRequest(
      id: pair.id, seed: seeds.seed(for: pair.id),
      text: conditions.contains(.text) ? pair.text : nil,
      image: conditions.contains(.image) ? reader(of: .image, pair) : nil,
      edit: conditions.contains(.edit) ? pair.edit : nil,
      labels: conditions.contains(.labels) ? reader(of: .mask, pair) : nil,
      scribble: conditions.contains(.scribble) ? reader(of: .scribble, pair) : nil)
  }

  /// Reads one of a pair's pictures; nil where it has none.
  private func reader(of file: PairFile, _ pair: Pair) -> (@Sendable () throws -> Raster)? {
    guard let path = pair.path(of: file) else { return nil }
    return {
      if file == .mask { return try ConditionMask.labels(of: pair) }
      let picture = try ImageDecoder.rgb(contentsOf: path)
      try pair.verify(file)
      return picture
    }
  }

  /// SHA-256 over system, conditions and seed: equal keys request the same image.
  ///
  /// An image that cannot be read has no digest; reading it fails once it is needed.
  private func requestKey(_ pair: Pair) -> String {
    var fields = [fingerprint, pair.id, String(seeds.seed(for: pair.id))]
    if conditions.contains(.text) { fields.append(pair.text ?? "") }
    let files: [(ImageCondition, PairFile)] = [
      (.image, .image), (.labels, .mask), (.scribble, .scribble),
    ]
    for (condition, file) in files where conditions.contains(condition) {
      fields.append(pair.path(of: file).flatMap { try? DatasetFiles.sha256(of: $0) } ?? "")
    }
    if conditions.contains(.edit) {
      fields += [pair.edit?.source ?? "", pair.edit?.target ?? ""]
    }
    return FileDigest.sha256(of: fields.map { "\($0.utf8.count):\($0)\n" }.joined().utf8)
  }

  // MARK: Images

  /// Makes a group, and keeps what came of it.
  private mutating func make(_ group: ArraySlice<Work>) throws(MethodError) {
    let began = ContinuousClock.now
    let images = try images(of: group)
    let seconds = (.now - began) / .seconds(1) / Double(group.count)
    for (work, image) in zip(group, images) {
      switch image {
      case .success(let raster):
        do { try keep(raster, of: work, seconds: seconds) } catch { throw .file(error) }
      case .failure(let failure):
        result.failures[work.pair.id] = failure
        // What an earlier call made for another request must not pass for this one's.
        if book.receipts[work.pair.id] != nil { unlink("\(directory)/\(work.pair.id).png") }
      }
    }
  }

  /// The images of a group; where the group fails as a whole, each is tried alone.
  private func images(
    of group: ArraySlice<Work>
  ) throws(MethodError) -> [Swift.Result<Raster, ImageFailure>] {
    if context.shouldStop() { throw .cancelled }
    do {
      let images = try pipeline.images(
        for: group.map { request(for: $0.pair) }, workers: context.workers,
        shouldStop: context.shouldStop)
      guard images.count == group.count else {
        throw ImageFailure(
          state: .failed, reason: "\(images.count) images were made of \(group.count) requests")
      }
      return images
    } catch {
      if error is CancellationError || context.shouldStop() { throw .cancelled }
      guard group.count > 1 else { return [.failure(ImageFailure(error))] }
      var images: [Swift.Result<Raster, ImageFailure>] = []
      for index in group.indices { images += try self.images(of: group[index...index]) }
      return images
    }
  }

  private mutating func keep(
    _ made: Raster, of work: Work, seconds: Double
  ) throws(DatasetError) {
    let size = context.size
    let image =
      made.width == size && made.height == size
      ? made : made.resized(width: size, height: size, filter: .bicubic)
    let bytes = ImageEncoder.png(image)
    let receipt = Receipt(
      id: work.pair.id, request: work.key, sha256: FileDigest.sha256(of: bytes), width: size,
      height: size, seconds: seconds)
    // Receipt first: an image without one would pass for somebody else's.
    try book.add(receipt)
    try DatasetFiles.write(bytes, to: "\(directory)/\(work.pair.id).png")
    result.times[work.pair.id] = receipt.time
  }
}

extension Pair {
  /// What is to become of the image; nil where the pair does not say it.
  fileprivate var edit: EditTexts? {
    guard let sourceText, let targetText else { return nil }
    return EditTexts(source: sourceText, target: targetText)
  }
}
