import Foundation
import Testing

/// What a person at a terminal sees.
@Suite struct TerminalTests {
  /// Runs the program with stderr on a terminal of so many columns; what is done meanwhile is called again and
  /// again.
  private func run(
    _ arguments: [String], in folder: String, columns: UInt16,
    whileRunning: (Process, Terminal) -> Void = { _, _ in }
  ) throws -> (code: Int32, screen: String) {
    let terminal = try Terminal(columns: columns)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ["HOME": folder, "PATH": "/usr/bin:/bin", "TERM": "xterm-256color"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = terminal.writing
    // As in `RunningProgram`.
    defer { try? terminal.writing.close() }
    try process.run()
    while process.isRunning {
      terminal.read()
      whileRunning(process, terminal)
      usleep(2_000)
    }
    process.waitUntilExit()
    terminal.read()
    return (process.terminationStatus, terminal.text)
  }

  /// The rows that were drawn, without what clears them.
  private func rows(_ screen: String) -> [String] {
    ["\u{1B}[K", "\u{1B}[B", "\u{1B}7", "\u{1B}8"].reduce(screen) {
      $0.replacingOccurrences(of: $1, with: "")
    }.unicodeScalars
      .split { $0 == "\r" || $0 == "\n" }.map { String($0) }
  }

  private static let scoring = Faces.scoring("mae,ssim", weights: SyntheticWeights.empty)

  @Test(arguments: [12, 30, 60, 200] as [UInt16])
  func everyRowFitsTheTerminal(_ columns: UInt16) throws {
    let faces = try Faces(6, side: 32)
    let (code, screen) = try run(Self.scoring, in: faces.path, columns: columns)
    let rows = rows(screen)
    #expect(code == 0 && !rows.isEmpty, "\(screen)")
    #expect(rows.allSatisfy { $0.count < columns }, "\(rows)")
    #expect(rows.contains { $0.contains("6 of 6") } || columns < 20, "\(rows)")
    #expect(rows.contains { $0.hasPrefix("[==") } == (columns > 40), "\(rows)")
    // Nothing but the end of the measuring is left standing.
    #expect(screen.components(separatedBy: "\r\n").count == 2, "\(screen)")
  }

  @Test func aNarrowerWindowIsFilledAnew() throws {
    let faces = try Faces(60, side: 176)
    var narrowed: Int?
    let (code, screen) = try run(
      Self.scoring + ["--jobs", "1"], in: faces.path, columns: 100
    ) { process, terminal in
      guard narrowed == nil, terminal.text.contains("[=") else { return }
      narrowed = terminal.text.utf8.count
      terminal.resize(columns: 30)
      kill(process.processIdentifier, SIGWINCH)
    }
    #expect(code == 0)
    let start = try #require(narrowed)
    let after = rows(String(decoding: screen.utf8.dropFirst(start), as: UTF8.self))
    // A row that was on its way when the window changed may still be wide.
    #expect(after.dropFirst(2).allSatisfy { $0.count < 30 }, "\(after)")
    // The cursor waits at the beginning of the line, where it stays when the line is broken anew.
    #expect(screen.contains("\r\r\u{1B}[K"), "\(screen)")
    #expect(screen.contains("\r\r\u{1B}7\u{1B}[K\u{1B}[B\u{1B}[K"), "\(screen)")
  }

  @Test func aMessageTakesTheLinesPlace() throws {
    let faces = try Faces(60, side: 176)
    var isSent = false
    let (code, screen) = try run(
      Self.scoring + ["--jobs", "1"], in: faces.path, columns: 100
    ) { process, terminal in
      guard !isSent, terminal.text.contains(" of 60 pairs, ") else { return }
      isSent = true
      process.interrupt()
    }
    #expect(code == 130, "\(screen)")
    #expect(screen.contains("\r\u{1B}[Kevalkit: finishing the images in hand"), "\(screen)")
    #expect(screen.hasSuffix("evalkit: stopped on request; a second call resumes\r\n"))
    let messages = screen.components(separatedBy: "evalkit: ").dropLast()
    #expect(messages.allSatisfy { $0.hasSuffix("\u{1B}[K") || $0.hasSuffix("\r\n") || $0.isEmpty })
  }
}

/// A pseudo-terminal that a program writes to.
private final class Terminal {
  /// The program's end.
  let writing: FileHandle
  private let descriptor: Int32
  private(set) var text = ""

  init(columns: UInt16) throws {
    descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    // TIOCSPTLCK and TIOCGPTN, which Swift does not see.
    var (isLocked, number): (Int32, Int32) = (0, 0)
    try #require(
      descriptor >= 0 && ioctl(descriptor, 0x4004_5431, &isLocked) == 0
        && ioctl(descriptor, 0x8004_5430, &number) == 0)
    let other = open("/dev/pts/\(number)", O_WRONLY | O_NOCTTY)
    try #require(other >= 0)
    writing = FileHandle(fileDescriptor: other, closeOnDealloc: true)
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    resize(columns: columns)
  }

  deinit { close(descriptor) }

  func resize(columns: UInt16) {
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
  }

  /// Takes what has been written.
  func read() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Foundation.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return }
      text += String(decoding: buffer[..<count], as: UTF8.self)
    }
  }
}
