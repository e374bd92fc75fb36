import Essentials
import Foundation

/// How patient a download is.
package struct DownloadLimits: Sendable {
  /// Seconds without a byte before a connection is given up.
  package let silence: TimeInterval
  /// Requests in a row that may bring no new byte before the download is given up.
  package let fruitlessAttempts: Int
  /// Seconds to wait after the first fruitless request; each further one waits twice as long.
  package let firstPause: TimeInterval

  /// Sets all limits.
  package init(
    silence: TimeInterval = 30, fruitlessAttempts: Int = 4, firstPause: TimeInterval = 1
  ) {
    self.silence = silence
    self.fruitlessAttempts = fruitlessAttempts
    self.firstPause = firstPause
  }
}

/// Brings one published file into a folder: resumed where it stopped, checked by length and digest,
/// and given its name only when it is whole.
package struct WeightFetch: Sendable {
  /// What became of the file.
  package enum Outcome: Equatable, Sendable {
    /// It was there already and agrees with what is known of the published file.
    case present(path: String)
    /// It was fetched; the digest is of what arrived.
    case fetched(path: String, sha256: String)
  }

  /// The catalogue's entry.
  let weights: PublishedWeights
  /// The folder of weights.
  let folder: String
  /// A folder of the same files on another server, in place of the published addresses.
  let mirror: URL?
  let limits: DownloadLimits

  /// Prepares to fetch a file into a folder.
  package init(
    _ weights: PublishedWeights, into folder: String, mirror: URL? = nil,
    limits: DownloadLimits = DownloadLimits()
  ) {
    self.weights = weights
    self.folder = folder
    self.mirror = mirror
    self.limits = limits
  }

  /// Fetches the file unless it is there.
  ///
  /// - Parameter progress: receives the number of bytes that have arrived; returns whether to continue.
  /// - Returns: what became of it.
  /// - Throws: ``DownloadError``. A partial file stays for the next call, unless its bytes are wrong.
  package func run(progress: @escaping @Sendable (_ bytes: Int) -> Bool) throws(DownloadError)
    -> Outcome
  {
    if let path = try present() { return .present(path: path) }
    guard let address = mirror?.appendingPathComponent(weights.fileName) ?? weights.address else {
      throw failure(.noAddress, "no address of the file itself is known; see \(weights.source)")
    }
    let destination = "\(folder)/\(weights.fileName)"
    let file = try partial(for: destination)
    // Without a digest nobody would notice that the rest belongs to another version of the file.
    if case .unknown = weights.digest { try writing { () throws(FileError) in try file.clear() } }
    try fill(file, from: address, progress: progress)
    let digest = try check(file)
    try writing { () throws(FileError) in try file.commit() }
    return .fetched(path: destination, sha256: digest)
  }

  /// A file that is there is left alone if it agrees, and refused if it does not.
  private func present() throws(DownloadError) -> String? {
    let verification = WeightCatalogue.verify(weights, in: folder)
    guard let path = verification.path else { return nil }
    switch verification.state {
    case .missing: return nil
    case .ok, .unknownHash: return path
    case .wrongSize(let found, let expected):
      throw failure(
        .wrongSize, "\(path) has \(found) bytes, published are \(expected); remove it to fetch anew"
      )
    case .wrongHash(let found, let expected):
      throw failure(
        .wrongHash,
        "\(path) has \(weights.digest.algorithm) \(found), published is \(expected); remove it to fetch anew"
      )
    case .unreadable(let reason): throw failure(.unwritable, "\(path) \(reason)")
    }
  }

  /// Requests until the file is whole or nothing new arrives any more.
  private func fill(
    _ file: PartialFile, from address: URL, progress: @escaping @Sendable (_ bytes: Int) -> Bool
  ) throws(DownloadError) {
    var fruitless = 0
    while weights.bytes.map({ file.count < $0 }) ?? true {
      let before = file.count
      do {
        try Transfer(
          name: weights.fileName, address: address, file: file, expectedBytes: weights.bytes,
          limits: limits, progress: progress
        ).run()
        return
      } catch {
        fruitless = file.count > before ? 0 : fruitless + 1
        guard error.isTransient, fruitless < limits.fruitlessAttempts else { throw advised(error) }
        Thread.sleep(forTimeInterval: limits.firstPause * Double(1 << max(fruitless - 1, 0)))
      }
    }
  }

  /// Compares what arrived with what was published; wrong bytes are removed, or they would be kept
  /// for ever.
  private func check(_ file: PartialFile) throws(DownloadError) -> String {
    switch WeightCatalogue.state(of: weights, at: file.path) {
    case .ok(let digest), .unknownHash(let digest): return digest
    case .wrongHash(let found, let expected):
      file.remove()
      throw failure(
        .wrongHash,
        "the bytes that arrived have \(weights.digest.algorithm) \(found), published is "
          + "\(expected); they were removed")
    case .wrongSize(let found, let expected):
      file.remove()
      throw failure(
        .wrongSize, "\(found) bytes arrived, published are \(expected); they were removed")
    case .unreadable(let reason): throw failure(.unwritable, "\(file.path) \(reason)")
    case .missing: throw failure(.unwritable, "\(file.path) vanished while it was fetched")
    }
  }

  /// Adds what a person can do.
  private func advised(_ error: DownloadError) -> DownloadError {
    switch error.kind {
    case .offline:
      failure(
        .offline,
        "\(error.reason). Without a network, get \(weights.source) elsewhere and run "
          + "'evalkit weights import FILE', or name a mirror with --mirror")
    case .stalled, .truncated:
      failure(error.kind, "\(error.reason); a second call goes on where this one stopped")
    default: error
    }
  }

  private func partial(for destination: String) throws(DownloadError) -> PartialFile {
    do { return try PartialFile(for: destination) } catch {
      guard error.code == EWOULDBLOCK else { throw failure(.unwritable, "\(error)") }
      throw failure(.busy, "another process is fetching it")
    }
  }

  private func writing(_ action: () throws(FileError) -> Void) throws(DownloadError) {
    do { try action() } catch { throw failure(.unwritable, "\(error)") }
  }

  private func failure(_ kind: DownloadError.Kind, _ reason: String) -> DownloadError {
    DownloadError(file: weights.fileName, kind: kind, reason: reason)
  }
}
