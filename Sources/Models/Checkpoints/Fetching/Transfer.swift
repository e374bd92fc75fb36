import Essentials
import Foundation

/// One HTTP request, its redirections included, whose body is appended to a partial file.
///
/// It asks for what is missing (`Range: bytes=N-`) and believes the answer only as far as it fits: 206
/// must start where the file ends, 200 starts over, any other status is an error. The program `curl` speaks with the
/// server, so that evalkit itself needs no library of networks to start.
struct Transfer {
  private static let mostRedirections = 10

  /// What errors call the file.
  let name: String
  /// Where it is.
  let address: URL
  /// What has arrived so far.
  let file: PartialFile
  /// Published length, if there is one.
  let expectedBytes: Int?
  /// How long to wait.
  let limits: DownloadLimits
  /// Receives the number of bytes on disk; returns whether to continue.
  let progress: (_ bytes: Int) -> Bool

  /// Waits until the request has ended.
  ///
  /// - Throws: ``DownloadError``; what arrived before stays in the file.
  func run() throws(DownloadError) {
    var address = address
    for _ in 0...Self.mostRedirections {
      guard let next = try request(address) else { return }
      address = next
    }
    throw failure(.redirected, "the server redirects more than \(Self.mostRedirections) times")
  }

  /// Asks one address.
  ///
  /// - Returns: the address that the server names in place of it; nil if the file is there.
  private func request(_ address: URL) throws(DownloadError) -> URL? {
    let curl = try CurlProcess(
      address, from: file.count, silence: limits.silence, failure: failure)
    defer { curl.end() }
    guard let head = try curl.head() else {
      throw broken(try curl.outcome(), at: address, of: expectedBytes)
    }
    if [301, 302, 303, 307, 308].contains(head.status) {
      return try target(of: head, at: address)
    }
    try accept(head, from: address)
    let whole = expectedBytes ?? head.length.map { file.count + $0 }
    while let bytes = try curl.bytes() {
      do { try file.append(bytes) } catch { throw failure(.unwritable, "\(error)") }
      let count = file.count
      if let expectedBytes, count > expectedBytes {
        throw failure(
          .wrongSize, "the server sends more than the published \(expectedBytes) bytes")
      }
      guard progress(count) else {
        throw failure(.cancelled, "stopped at \(count) bytes; a second call goes on there")
      }
    }
    let outcome = try curl.outcome()
    if outcome.status != 0 || whole.map({ file.count < $0 }) ?? false {
      throw broken(outcome, at: address, of: whole)
    }
    return nil
  }

  private func failure(_ kind: DownloadError.Kind, _ reason: String) -> DownloadError {
    DownloadError(file: name, kind: kind, reason: reason)
  }

  /// Where a redirection leads, if it may be followed.
  private func target(
    of head: CurlProcess.Head, at address: URL
  ) throws(DownloadError) -> URL {
    let location = head["location"]
    let target = location.flatMap { URL(string: $0, relativeTo: address)?.absoluteURL }
    let place = target?.absoluteString ?? location ?? "nowhere"
    guard let target, ["http", "https"].contains(target.scheme?.lowercased()) else {
      throw failure(
        .redirected, "the server redirects to \(place); only http and https are followed")
    }
    if address.scheme == "https", target.scheme?.lowercased() != "https" {
      throw failure(
        .redirected, "the server redirects to \(place), which is not encrypted")
    }
    return target
  }

  private func accept(_ head: CurlProcess.Head, from address: URL) throws(DownloadError) {
    switch head.status {
    case 200: try clear()
    case 206:
      let range = head["content-range"] ?? "no range"
      guard range.hasPrefix("bytes \(file.count)-") else {
        try clear()
        throw failure(
          .truncated, "the server answered a request for the rest of the file with \(range)")
      }
    case 416:
      // What is there is as long as the file or longer; if it were the file, nobody would have asked.
      try clear()
      throw failure(.truncated, "the server has nothing behind what had arrived; starting anew")
    case 408, 429, 500...599:
      throw failure(.stalled, "the server answers \(head.status) for \(address)")
    default:
      throw failure(.refused, "the server answers \(head.status) for \(address)")
    }
    if head["content-type"]?.lowercased().hasPrefix("text/html") == true {
      throw failure(
        .webPage, "a page for people came in place of the file; open \(address) in a browser")
    }
    if let length = head.length, let expectedBytes, file.count + length != expectedBytes {
      throw failure(
        .wrongSize,
        "the server offers \(file.count + length) bytes, published are \(expectedBytes)")
    }
  }

  private func clear() throws(DownloadError) {
    do { try file.clear() } catch { throw failure(.unwritable, "\(error)") }
  }

  /// Why a request ended before the file did.
  private func broken(
    _ outcome: CurlProcess.Outcome, at address: URL, of whole: Int?
  ) -> DownloadError {
    let extent = whole.map { "\(file.count) of \($0) bytes" } ?? "\(file.count) bytes"
    switch outcome.status {
    case 0, 18, 52: return failure(.truncated, "the connection ended after \(extent)")
    case 5, 6, 7: return failure(.offline, "\(address.host ?? "the host") cannot be reached")
    case 28:
      return failure(.stalled, "no byte arrived for \(Int(limits.silence)) s, after \(extent)")
    case 35, 51, 60: return failure(.refused, "no safe connection: \(outcome.words)")
    default:
      return failure(.truncated, "the connection broke after \(extent): \(outcome.words)")
    }
  }
}

/// The program `curl` while it asks a server for a file.
private struct CurlProcess {
  /// How it ended.
  struct Outcome {
    /// Its exit code; see "EXIT CODES" of its manual.
    let status: Int32
    /// What it said.
    let words: String
  }

  /// Status and fields of an answer.
  struct Head {
    let status: Int
    private let fields: [String: String]

    /// Reads the lines that stand before the body; nil if the first one is no status.
    init?(_ text: String) {
      let lines = text.split(whereSeparator: \.isNewline)
      let words = lines.first?.split(separator: " ") ?? []
      guard words.count > 1, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else {
        return nil
      }
      self.status = status
      fields = Dictionary(
        lines.dropFirst().compactMap { line in
          line.firstIndex(of: ":").map { colon in
            (
              line[..<colon].lowercased(),
              line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            )
          }
        }, uniquingKeysWith: { $1 })
    }

    /// A field's value; names are written small.
    subscript(name: String) -> String? { fields[name] }

    /// Bytes of the body, where the server says so.
    var length: Int? { fields["content-length"].flatMap(Int.init) }
  }

  private let process = Process()
  private let answer = Pipe()
  private let complaints = Pipe()
  private let failure: (DownloadError.Kind, String) -> DownloadError

  /// Starts a request for all bytes from one on.
  init(
    _ address: URL, from start: Int, silence: TimeInterval,
    failure: @escaping (DownloadError.Kind, String) -> DownloadError
  ) throws(DownloadError) {
    self.failure = failure
    let seconds = "\(max(1, Int(silence.rounded(.up))))"
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // The user's own configuration of curl could print or follow something else.
    process.arguments =
      [
        "curl", "--disable", "--silent", "--show-error", "--include", "--suppress-connect-headers",
        "--no-buffer", "--globoff", "--proto", "=http,https", "--header",
        "Accept-Encoding: identity", "--connect-timeout", seconds, "--speed-limit", "1",
        "--speed-time", seconds,
      ] + (start > 0 ? ["--range", "\(start)-"] : []) + ["--", address.absoluteString]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = answer
    process.standardError = complaints
    do { try process.run() } catch { throw failure(.unwritable, "curl cannot start: \(error)") }
    for pipe in [answer, complaints] { try? pipe.fileHandleForWriting.close() }
  }

  /// Reads up to the empty line before the body, byte by byte, so that the body stays in the pipe.
  ///
  /// - Returns: nil if there is no whole answer.
  func head() throws(DownloadError) -> Head? {
    var text: [UInt8] = []
    while text.suffix(4) != [13, 10, 13, 10], text.count < 1 << 16 {
      guard let byte = try bytes(upTo: 1)?.first else { return nil }
      text.append(byte)
    }
    return Head(String(decoding: text, as: UTF8.self))
  }

  /// Waits for bytes of the body; nil at its end.
  func bytes() throws(DownloadError) -> Data? { try bytes(upTo: 1 << 16) }

  private func bytes(upTo count: Int) throws(DownloadError) -> Data? {
    var bytes = [UInt8](repeating: 0, count: count)
    let descriptor = answer.fileHandleForReading.fileDescriptor
    while true {
      let found = read(descriptor, &bytes, count)
      if found < 0 && errno == EINTR { continue }
      guard found >= 0 else {
        throw failure(
          .truncated, "what curl says cannot be read: \(String(cString: strerror(errno)))")
      }
      return found == 0 ? nil : Data(bytes[..<found])
    }
  }

  /// Waits for the end.
  ///
  /// - Throws: ``DownloadError`` where there is no curl.
  func outcome() throws(DownloadError) -> Outcome {
    let words = (try? complaints.fileHandleForReading.readToEnd()) ?? Data()
    process.waitUntilExit()
    if process.terminationStatus == 127 {
      throw failure(
        .unavailable,
        "the program curl, which fetches files, is not installed; install it, or run "
          + "'evalkit weights import FILE' with a file that came another way")
    }
    return Outcome(
      status: process.terminationReason == .exit ? process.terminationStatus : -1,
      words: String(decoding: words, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// Stops the request if it has not ended.
  ///
  /// A child inherits the signals that its thread blocks, so that only a signal that nobody can block ends it for sure.
  func end() {
    for pipe in [answer, complaints] { try? pipe.fileHandleForReading.close() }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }
}
