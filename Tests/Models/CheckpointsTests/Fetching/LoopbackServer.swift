import Foundation
import Synchronization

/// An HTTP server on 127.0.0.1 that misbehaves as it is told, one behavior a request.
final class LoopbackServer: Sendable {
  /// How a request is answered.
  enum Behavior: Sendable {
    /// Correctly, ranges included.
    case serves
    /// Always with the whole file.
    case ignoresRanges
    /// Announces everything and closes after so many bytes of the body.
    case truncates(after: Int)
    /// Announces everything, sends so many bytes, then nothing until the client gives up.
    case stalls(after: Int)
    /// 302 to an address; nil leads back to the server itself.
    case redirects(to: String?)
    /// Bytes of the right number and other content.
    case lies
    /// A body of another length.
    case offers(Int)
    /// An error without a body.
    case answers(Int)
    /// A page for people.
    case showsPage
    /// 206 whose range starts elsewhere.
    case answersOtherRange
  }

  /// The server's port.
  let port: UInt16
  private let listener: Int32
  private let body: [UInt8]
  private let script: Mutex<[Behavior]>
  private let seen = Mutex<[String]>([])

  /// Serves a body at every path; after the last behavior that one stays.
  init(_ body: [UInt8], _ script: [Behavior]) throws {
    self.body = body
    self.script = Mutex(script)
    (listener, port) = try Self.bound()
    guard listen(listener, 16) == 0 else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
    Thread.detachNewThread { [self] in accept() }
  }

  /// A socket with a port of its own; as long as nobody listens on it, connections are refused, and no other
  /// process gets the port.
  static func bound() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
        bind(descriptor, general, length) | getsockname(descriptor, general, &length)
      }
    }
    guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  /// The server's address without a path.
  var address: String { "http://127.0.0.1:\(port)" }

  /// First line and `Range` header of every request so far.
  var requests: [String] { seen.withLock { $0 } }

  /// Ends the listening thread, which holds the object.
  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  deinit { close(listener) }

  private func accept() {
    while true {
      let connection = Foundation.accept(listener, nil, nil)
      guard connection >= 0 else { return }
      Thread.detachNewThread { [self] in
        answer(connection)
        close(connection)
      }
    }
  }

  private func answer(_ connection: Int32) {
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !text.contains("\r\n\r\n") {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      text += String(decoding: buffer[..<count], as: UTF8.self)
    }
    let lines = text.components(separatedBy: "\r\n")
    let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
    let start = range.flatMap { Int($0.dropFirst("range: bytes=".count).dropLast()) } ?? 0
    seen.withLock { $0.append(lines[0] + (start > 0 ? " from \(start)" : "")) }
    let behavior = script.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
    respond(connection, behavior, from: start)
  }

  private func respond(_ connection: Int32, _ behavior: Behavior, from start: Int) {
    switch behavior {
    case .serves: sendBody(connection, from: start)
    case .ignoresRanges: sendBody(connection, from: 0)
    case .truncates(let count): sendBody(connection, from: start, only: count)
    case .stalls(let count):
      sendBody(connection, from: start, only: count)
      var byte: UInt8 = 0
      _ = recv(connection, &byte, 1, 0)
    case .redirects(let target):
      send(connection, head("302 Found", ["Location: \(target ?? address + "/other")"], length: 0))
    case .lies: sendBody(connection, from: start, bytes: body.map { ~$0 })
    case .offers(let count):
      sendBody(connection, from: 0, bytes: [UInt8](repeating: 7, count: count))
    case .answers(let status): send(connection, head("\(status) Error", [], length: 0))
    case .showsPage:
      let page = Array("<html>Please confirm.</html>".utf8)
      send(connection, head("200 OK", ["Content-Type: text/html"], length: page.count) + page)
    case .answersOtherRange:
      send(
        connection,
        head("206 Partial Content", ["Content-Range: bytes 0-1/\(body.count)"], length: 2)
          + body[..<2])
    }
  }

  private func sendBody(
    _ connection: Int32, from start: Int, only count: Int = .max, bytes: [UInt8]? = nil
  ) {
    let bytes = bytes ?? body
    guard start < bytes.count else {
      return send(connection, head("416 Range Not Satisfiable", [], length: 0))
    }
    let range = "Content-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)"
    let status = start > 0 ? "206 Partial Content" : "200 OK"
    let head = head(status, start > 0 ? [range] : [], length: bytes.count - start)
    send(connection, head + bytes[start...].prefix(count))
  }

  private func head(_ status: String, _ fields: [String], length: Int) -> [UInt8] {
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(length)", "Connection: close"] + fields
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  private func send(_ connection: Int32, _ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
