import Datasets
import Essentials
import Foundation
import Images
import Synchronization
import Tensors

/// Writes a method's images into a folder that `folder:DIR` can read again, with a receipt for each.
///
/// An image that exists, is unchanged, and has a matching receipt (same method, conditions and seed) is not
/// made again.
package enum MethodExport {
  /// What came of an export.
  package struct Result: Sendable {
    /// Why an id has no image, by id.
    package var failures: [String: MethodError] = [:]
    /// Ids whose images were there already.
    package var reused: Set<String> = []
  }

  /// Writes `<id>.png` for every pair, each at once or not at all.
  ///
  /// - Parameters:
  ///   - method: whose images are written.
  ///   - pairs: which images are written.
  ///   - directory: made if it is not there.
  ///   - seed: the run's seed, which a receipt holds.
  ///   - workers: threads that work.
  ///   - shouldStop: asked before every image.
  ///   - progress: called after every image.
  /// - Returns: what failed and what was there.
  /// - Throws: `MethodError.file` if the folder or a file cannot be written, `.foreignImages`,
  ///   `.cancelled`.
  package static func write(
    _ method: any Method, pairs: [Pair], to directory: String, seed: UInt64 = 0,
    workers: Workers = Workers(), shouldStop: @Sendable () -> Bool = { false },
    progress: @Sendable (MethodProgress) -> Void = { _ in }
  ) throws(MethodError) -> Result {
    do {
      let workspace = ExportWorkspace(
        directory: directory, fingerprint: method.fingerprint, seeds: SeedPlan(runSeed: seed),
        times: method.times, book: try ExportBook(directory: directory))
      let outcome = Mutex((result: Result(), finished: 0))
      try workers.forEach(pairs.count) { index, _ in
        if shouldStop() { throw MethodError.cancelled }
        let end = try workspace.write(method, pairs[index])
        let done = outcome.withLock {
          switch end {
          case .written: break
          case .reused: $0.result.reused.insert(pairs[index].id)
          case .failed(let error): $0.result.failures[pairs[index].id] = error
          }
          $0.finished += 1
          return MethodProgress(
            finished: $0.finished, reused: $0.result.reused.count, total: pairs.count)
        }
        progress(done)
      }
      return outcome.withLock { $0.result }
    } catch let error as DatasetError {
      throw .file(error)
    } catch let error as MethodError {
      throw error
    } catch {
      throw .file(.unwritable(path: directory, reason: "\(error)"))
    }
  }
}

/// A receipt book that threads share.
private final class ExportBook: Sendable {
  private let book: Mutex<ReceiptBook>

  /// Opens a folder's book.
  ///
  /// - Throws: `DatasetError`; `MethodError.foreignImages` for images that no receipt speaks of.
  init(directory: String) throws {
    try DatasetFiles.makeFolder("\(directory)/.evalkit")
    let opened = try ReceiptBook(path: "\(directory)/\(ReceiptBook.name)")
    let ids = try opened.foreignImages(in: directory)
    guard ids.isEmpty else { throw MethodError.foreignImages(directory: directory, ids: ids) }
    book = Mutex(opened)
  }

  func receipt(of id: String) -> Receipt? { book.withLock { $0.receipts[id] } }

  func add(_ receipt: Receipt) throws(DatasetError) {
    try book.withLock { (book) throws(DatasetError) in try book.add(receipt) }
  }
}

/// The folder that a method's images go to.
private struct ExportWorkspace: Sendable {
  let directory: String
  let fingerprint: String
  let seeds: SeedPlan
  let times: [String: GenerationTime]
  let book: ExportBook

  enum End {
    case written, reused
    case failed(MethodError)
  }

  func write(_ method: any Method, _ pair: Pair) throws(DatasetError) -> End {
    let request = requestKey(method, pair)
    let path = "\(directory)/\(pair.id).png"
    if let request, let receipt = book.receipt(of: pair.id), receipt.request == request,
      (try? DatasetFiles.sha256(of: path)) == receipt.sha256
    {
      return .reused
    }
    let began = ContinuousClock.now
    let image: Raster
    do { image = try method.image(for: pair) } catch {
      // What an earlier call made for another request must not pass for this one's.
      if book.receipt(of: pair.id) != nil { unlink(path) }
      return .failed(error)
    }
    let bytes = ImageEncoder.png(image)
    let seconds = times[pair.id]?.seconds ?? (.now - began) / .seconds(1)
    // Receipt first: an image without one would pass for somebody else's.
    try book.add(
      Receipt(
        id: pair.id, request: request ?? "", sha256: FileDigest.sha256(of: bytes),
        width: image.width, height: image.height, seconds: seconds,
        steps: times[pair.id]?.steps))
    try DatasetFiles.write(bytes, to: path)
    return .written
  }

  /// SHA-256 over method, conditions, seed and the files that the image is made of; nil where these are
  /// not known, so that the image is always made again.
  private func requestKey(_ method: any Method, _ pair: Pair) -> String? {
    guard let origin = method.origin(of: pair), let conditions = try? pair.withChecksums() else {
      return nil
    }
    var fields = [fingerprint, pair.id, String(seeds.portableSeed(for: pair.id)), origin.recipe]
    for file in origin.files {
      guard let digest = try? DatasetFiles.sha256(of: file) else { return nil }
      fields.append(digest)
    }
    fields += conditions.fieldsOfRequest
    return FileDigest.sha256(of: fields.map { "\($0.utf8.count):\($0)\n" }.joined().utf8)
  }
}

extension Pair {
  /// What of a pair a method's image may depend on, where its checksums are known.
  var fieldsOfRequest: [String] {
    PairFile.allCases.map { checksums[$0] ?? "" }
      + [text, sourceText, targetText].map { $0 ?? "" }
  }
}
