import Checkpoints
import Essentials
import Foundation
import Synchronization
import TestSupport
import Testing

/// Downloads from a server that truncates, stalls, redirects, lies and refuses ranges.
@Suite struct WeightFetchTests {
  private static let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
  private static let quick = DownloadLimits(silence: 60, fruitlessAttempts: 2, firstPause: 0.01)

  private static func entry(_ digest: PublishedWeights.Digest? = nil, bytes: Int? = body.count)
    -> PublishedWeights
  {
    PublishedWeights(
      networks: ["alexnet"], role: .lpipsTrunk, fileName: "inner/test.pth", otherNames: [],
      bytes: bytes, digest: digest ?? .exact(FileDigest.sha256(of: body)), tensorCount: nil,
      parameterCount: nil, papers: [], license: "none", source: "https://example.org/test.pth")
  }

  /// A folder, a server, and what fetching from it brings.
  private struct Attempt {
    let folder: TemporaryFolder
    let server: LoopbackServer
    let weights: PublishedWeights

    init(_ script: [LoopbackServer.Behavior], _ weights: PublishedWeights = entry()) throws {
      folder = try TemporaryFolder()
      server = try LoopbackServer(body, script)
      self.weights = weights
    }

    func run(
      from address: String? = nil, limits: DownloadLimits = quick,
      progress: @escaping @Sendable (Int) -> Bool = { _ in true }
    ) -> Result<WeightFetch.Outcome, DownloadError> {
      Result { () throws(DownloadError) in
        try WeightFetch(
          weights, into: folder.url.path, mirror: URL(string: address ?? server.address),
          limits: limits
        ).run(progress: progress)
      }
    }

    var file: String { folder.path("inner/test.pth") }
    var whole: Data? { FileManager.default.contents(atPath: file) }
    var partial: Data? { FileManager.default.contents(atPath: file + ".partial") }

    func expectWhole(_ result: Result<WeightFetch.Outcome, DownloadError>) {
      let digest = FileDigest.sha256(of: body)
      #expect(result == .success(.fetched(path: file, sha256: digest)))
      #expect(whole == Data(body) && partial == nil)
    }

    func expectFailure(
      _ result: Result<WeightFetch.Outcome, DownloadError>, _ kind: DownloadError.Kind,
      mentions words: String...
    ) {
      guard case .failure(let error) = result else {
        Issue.record("fetched in spite of \(kind)")
        return
      }
      #expect(error.kind == kind, "\(error)")
      for word in words { #expect(error.reason.contains(word), "\(error)") }
      #expect(whole == nil)
    }
  }

  @Test func fetchesAndLeavesAloneWhatIsThere() throws {
    let attempt = try Attempt([.serves])
    defer { attempt.server.stop() }
    let counts = Mutex<[Int]>([])
    attempt.expectWhole(
      attempt.run { count in
        counts.withLock { $0.append(count) }
        return true
      })
    #expect(counts.withLock { $0.last == Self.body.count && $0 == $0.sorted() })
    #expect(attempt.run() == .success(.present(path: attempt.file)))
    #expect(attempt.server.requests.count == 1)
  }

  @Test func resumesWhatWasCutOff() throws {
    let attempt = try Attempt([.truncates(after: 100_000), .truncates(after: 50_000), .serves])
    defer { attempt.server.stop() }
    attempt.expectWhole(attempt.run())
    #expect(
      attempt.server.requests.map { $0.components(separatedBy: " from ").last } == [
        "GET /inner/test.pth HTTP/1.1", "100000", "150000",
      ])
  }

  @Test func startsAnewWhereRangesAreRefused() throws {
    for second in [LoopbackServer.Behavior.ignoresRanges, .answersOtherRange, .answers(416)] {
      let attempt = try Attempt([.truncates(after: 100_000), second, .serves])
      defer { attempt.server.stop() }
      attempt.expectWhole(attempt.run())
    }
  }

  @Test func givesUpOnSilenceAndKeepsWhatCame() throws {
    let attempt = try Attempt([.stalls(after: 1000), .stalls(after: 0)])
    defer { attempt.server.stop() }
    let limits = DownloadLimits(silence: 2, fruitlessAttempts: 2, firstPause: 0.01)
    attempt.expectFailure(
      attempt.run(limits: limits), .stalled, mentions: "1000 of 300000", "second call")
    #expect(attempt.partial?.count == 1000)
  }

  @Test func followsRedirections() throws {
    let attempt = try Attempt([.redirects(to: nil), .serves])
    defer { attempt.server.stop() }
    attempt.expectWhole(attempt.run())
    let circle = try Attempt([.redirects(to: nil)])
    defer { circle.server.stop() }
    circle.expectFailure(circle.run(), .redirected, mentions: "more than 10")
  }

  /// Nobody waits for what will not be followed.
  @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/a.pth", "data:,weights", "FILE:///x"])
  func onlyWebAddressesAreFollowed(target: String) throws {
    let attempt = try Attempt([.redirects(to: target), .answers(500)])
    defer { attempt.server.stop() }
    attempt.expectFailure(attempt.run(), .redirected, mentions: target, "only http and https")
    #expect(attempt.server.requests.count == 1)
  }

  @Test func wrongBytesAreRemoved() throws {
    let attempt = try Attempt([.lies])
    defer { attempt.server.stop() }
    attempt.expectFailure(
      attempt.run(), .wrongHash, mentions: FileDigest.sha256(of: Self.body),
      FileDigest.sha256(of: Self.body.map { ~$0 }))
    #expect(attempt.partial == nil)
  }

  @Test func anotherLengthIsRefusedBeforeItArrives() throws {
    let attempt = try Attempt([.offers(10)])
    defer { attempt.server.stop() }
    attempt.expectFailure(attempt.run(), .wrongSize, mentions: "10 bytes", "300000")
    #expect(attempt.partial?.isEmpty == true)
  }

  @Test func errorsOfTheServerAreToldOrTriedAgain() throws {
    let missing = try Attempt([.answers(404)])
    defer { missing.server.stop() }
    missing.expectFailure(missing.run(), .refused, mentions: "404", missing.server.address)
    #expect(missing.server.requests.count == 1)
    let busy = try Attempt([.answers(503), .serves])
    defer { busy.server.stop() }
    busy.expectWhole(busy.run())
    let page = try Attempt([.showsPage])
    defer { page.server.stop() }
    page.expectFailure(page.run(), .webPage, mentions: "browser")
  }

  @Test func nobodyListeningIsSaidWithWhatToDo() throws {
    let attempt = try Attempt([.serves])
    defer { attempt.server.stop() }
    let (descriptor, port) = try LoopbackServer.bound()
    defer { close(descriptor) }
    attempt.expectFailure(
      attempt.run(from: "http://127.0.0.1:\(port)"), .offline, mentions: "127.0.0.1",
      "weights import", "https://example.org/test.pth")
  }

  @Test func stopsOnRequestAndGoesOnLater() throws {
    let attempt = try Attempt([.serves])
    defer { attempt.server.stop() }
    attempt.expectFailure(attempt.run { _ in false }, .cancelled, mentions: "goes on there")
    attempt.expectWhole(attempt.run())
  }

  @Test func withoutADigestNothingIsResumed() throws {
    let attempt = try Attempt(
      [.truncates(after: 1000), .truncates(after: 0)], Self.entry(.unknown))
    defer { attempt.server.stop() }
    attempt.expectFailure(attempt.run(), .truncated)
    let later = WeightFetch(
      attempt.weights, into: attempt.folder.url.path,
      mirror: URL(string: try LoopbackServer(Self.body, [.serves]).address), limits: Self.quick)
    #expect(
      try later.run { _ in true }
        == .fetched(
          path: attempt.file, sha256: FileDigest.sha256(of: Self.body)))
  }

  @Test func aSecondProcessIsToldToWait() throws {
    let attempt = try Attempt([.serves])
    defer { attempt.server.stop() }
    try attempt.folder.write([], to: "inner/test.pth.partial")
    let lock = open(attempt.file + ".partial", O_RDWR)
    defer { close(lock) }
    try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
    attempt.expectFailure(attempt.run(), .busy, mentions: "another process")
  }

  @Test func everyAddressIsOneForPrograms() {
    for file in WeightCatalogue.files {
      guard let address = file.address?.absoluteString else { continue }
      #expect(
        address.hasPrefix("https://") && !address.contains(",") && !address.contains("%20"),
        "\(file.fileName)")
    }
    // What lies in shared folders or behind a page: face embeddings, SDG's guides, DiffusionCLIP's edits, systems in
    // latents with their autoencoders.
    let pages = WeightCatalogue.files.filter { $0.address == nil }
    #expect(
      pages.allSatisfy {
        [.identity, .guide, .fineTuned, .latentSystem, .firstStage].contains($0.role)
      })
    #expect(pages.count < 22)
  }
}
