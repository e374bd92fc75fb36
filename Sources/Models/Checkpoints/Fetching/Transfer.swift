import Essentials
import Foundation
import FoundationNetworking
import Synchronization

/// One HTTP request whose body is appended to a partial file.
///
/// It asks for what is missing (`Range: bytes=N-`) and believes the answer only as far as it fits: 206
/// must start where the file ends, 200 starts over, any other status is an error.
final class Transfer: NSObject, URLSessionDataDelegate, Sendable {
  private static let mostRedirections = 10

  private struct State {
    var failure: DownloadError?
    var redirections = 0
  }

  private let name: String
  private let address: URL
  private let file: PartialFile
  private let expectedBytes: Int?
  private let limits: DownloadLimits
  private let progress: @Sendable (_ bytes: Int) -> Bool
  private let state = Mutex(State())
  private let ended = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - name: what errors call the file.
  ///   - address: where it is.
  ///   - file: what has arrived so far.
  ///   - expectedBytes: published length, if there is one.
  ///   - limits: how long to wait.
  ///   - progress: receives the number of bytes on disk; returns whether to continue.
  init(
    name: String, address: URL, file: PartialFile, expectedBytes: Int?, limits: DownloadLimits,
    progress: @escaping @Sendable (_ bytes: Int) -> Bool
  ) {
    self.name = name
    self.address = address
    self.file = file
    self.expectedBytes = expectedBytes
    self.limits = limits
    self.progress = progress
  }

  /// Waits until the request has ended.
  ///
  /// - Throws: ``DownloadError``; what arrived before stays in the file.
  func run() throws(DownloadError) {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = limits.silence
    configuration.httpAdditionalHeaders = ["Accept-Encoding": "identity"]
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    var request = URLRequest(url: address)
    request.cachePolicy = .reloadIgnoringLocalAndRemoteCacheData
    if file.count > 0 {
      request.setValue("bytes=\(file.count)-", forHTTPHeaderField: "Range")
    }
    session.dataTask(with: request).resume()
    ended.wait()
    session.invalidateAndCancel()
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  /// Keeps the first failure; what follows it is only its echo.
  private func fail(_ kind: DownloadError.Kind, _ reason: String) {
    state.withLock { state in
      state.failure = state.failure ?? DownloadError(file: name, kind: kind, reason: reason)
    }
  }

  // MARK: What the session tells

  func urlSession(
    _ session: URLSession, task: URLSessionTask,
    willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
    completionHandler: @escaping (URLRequest?) -> Void
  ) {
    let count = state.withLock { state in
      state.redirections += 1
      return state.redirections
    }
    // The session's own request would turn an address without a host into one on the same server.
    let location = response.value(forHTTPHeaderField: "Location")
    let target =
      location.map { URL(string: $0, relativeTo: response.url)?.absoluteURL } ?? request.url
    let place = target?.absoluteString ?? location ?? "nowhere"
    if count > Self.mostRedirections {
      fail(.redirected, "the server redirects more than \(Self.mostRedirections) times")
    } else if !["http", "https"].contains(target?.scheme?.lowercased()) {
      fail(.redirected, "the server redirects to \(place); only http and https are followed")
    } else if address.scheme == "https" && target?.scheme?.lowercased() != "https" {
      fail(.redirected, "the server redirects to \(place), which is not encrypted")
    } else {
      return completionHandler(request)
    }
    // The redirection itself becomes the answer; cancelling here as well would end the process.
    completionHandler(nil)
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    do {
      guard let response = response as? HTTPURLResponse else {
        throw DownloadError(file: name, kind: .refused, reason: "the answer is not HTTP")
      }
      try accept(response)
      completionHandler(.allow)
    } catch let error as DownloadError {
      fail(error.kind, error.reason)
      completionHandler(.cancel)
    } catch {
      fail(.unwritable, "\(error)")
      completionHandler(.cancel)
    }
  }

  private func accept(_ response: HTTPURLResponse) throws {
    func refuse(_ kind: DownloadError.Kind, _ reason: String) -> DownloadError {
      DownloadError(file: name, kind: kind, reason: reason)
    }
    let length = response.value(forHTTPHeaderField: "Content-Length").flatMap(Int.init)
    switch response.statusCode {
    case 200: try file.clear()
    case 206:
      let range = response.value(forHTTPHeaderField: "Content-Range") ?? "no range"
      guard range.hasPrefix("bytes \(file.count)-") else {
        try file.clear()
        throw refuse(
          .truncated, "the server answered a request for the rest of the file with \(range)")
      }
    case 416:
      // What is there is as long as the file or longer; if it were the file, nobody would have asked.
      try file.clear()
      throw refuse(.truncated, "the server has nothing behind what had arrived; starting anew")
    case 408, 429, 500...599:
      throw refuse(.stalled, "the server answers \(response.statusCode) for \(address)")
    default:
      throw refuse(.refused, "the server answers \(response.statusCode) for \(address)")
    }
    if response.mimeType == "text/html" {
      throw refuse(
        .webPage, "a page for people came in place of the file; open \(address) in a browser")
    }
    if let length, let expectedBytes, file.count + length != expectedBytes {
      throw refuse(
        .wrongSize,
        "the server offers \(file.count + length) bytes, published are \(expectedBytes)")
    }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    guard state.withLock({ $0.failure == nil }) else { return }
    do {
      try file.append(data)
    } catch {
      fail(.unwritable, "\(error)")
      return dataTask.cancel()
    }
    let count = file.count
    if let expectedBytes, count > expectedBytes {
      fail(.wrongSize, "the server sends more than the published \(expectedBytes) bytes")
      dataTask.cancel()
    } else if !progress(count) {
      fail(.cancelled, "stopped at \(count) bytes; a second call goes on there")
      dataTask.cancel()
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    defer { ended.signal() }
    let rest = expectedBytes ?? task.countOfBytesExpectedToReceive.known
    let count = file.count
    let extent = rest.map { "\(count) of \($0) bytes" } ?? "\(count) bytes"
    switch (error as? URLError)?.code {
    case nil where error == nil:
      if let expectedBytes, count < expectedBytes {
        fail(.truncated, "the connection ended after \(extent)")
      }
    case .timedOut:
      fail(.stalled, "no byte arrived for \(Int(limits.silence)) s, after \(extent)")
    case .cannotFindHost, .cannotConnectToHost, .dnsLookupFailed, .notConnectedToInternet:
      fail(.offline, "\(address.host ?? "the host") cannot be reached")
    default:
      let words = error?.localizedDescription ?? "unknown error"
      fail(.truncated, "the connection broke after \(extent): \(words)")
    }
  }
}

extension Int64 {
  /// Nil for the session's "unknown".
  fileprivate var known: Int? { self > 0 ? Int(self) : nil }
}
