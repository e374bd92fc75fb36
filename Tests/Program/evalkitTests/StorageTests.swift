import Foundation
import TestSupport
import Testing

/// Results folders that cannot be used, and what they keep.
@Suite struct StorageTests {
  @Test func placesThatCannotHoldResultsAreRefused() throws {
    let faces = try Faces(1)
    try faces.write([], to: "file")
    try faces.make("folder/evalkit.sqlite")
    for (place, part) in [
      ("file", "file"), ("file/below", "file"), ("/proc/results", "/proc/results"),
      ("/dev/null", "/dev/null"), ("folder", "evalkit.sqlite"),
    ] {
      try faces.score("mae", "--results", place).expectRefusal(1, part)
    }
    // Root may write where permissions forbid it; nobody may create files below /proc.
    for place in ["/proc/self/x.csv", faces.path("nowhere/x.csv"), faces.path("folder")] {
      try faces.score("mae", "--per-image", place).expectRefusal(1, place, "cannot be written")
    }
    #expect(!FileManager.default.fileExists(atPath: faces.path("Results")))
  }

  @Test func aTableThatCouldNotBeWrittenIsNotBegun() throws {
    let faces = try Faces(3, masks: true)
    for place in ["/proc/reports", "reference/00.png", "reference/00.png/below"] {
      try faces.run(
        "table1", "--dataset", "folder:reference", "--metrics", "mae", "--weights",
        SyntheticWeights.empty, "--quiet", "--reports", place
      ).expectRefusal(1, place, "cannot be written")
    }
    #expect(!FileManager.default.fileExists(atPath: faces.path("Results/evalkit.sqlite")))
  }

  @Test func aDatabaseOfANewerSchemaIsLeftAlone() throws {
    let faces = try Faces(1)
    try faces.score("mae").expectSuccess()
    try Database(faces.path("Results")).execute("PRAGMA user_version = 99")
    for outcome in [
      try faces.score("mae"), try faces.run("report"), try faces.run("gate", "--require", "mae<=1"),
    ] {
      outcome.expectRefusal(1, "schema 99, newer than schema")
    }
    let database = try Database(faces.path("Results"))
    #expect(try database.count("PRAGMA user_version") == 99)
    #expect(try database.count("SELECT count(*) FROM run") == 1)
  }

  @Test func damagedAndForeignDatabasesAreLeftAlone() throws {
    let faces = try Faces(1)
    try faces.make("Results")
    let text = Array("This is no database, whatever its name says.\n".utf8)
    let damaged = (0..<100).flatMap { _ in text }
    try faces.write(damaged, to: "Results/evalkit.sqlite")
    for outcome in [try faces.score("mae"), try faces.run("report")] {
      outcome.expectRefusal(1, "evalkit.sqlite", "damaged or not an SQLite database")
    }
    #expect(try faces.bytes(of: "Results/evalkit.sqlite") == damaged)
    try faces.remove("Results")
    try faces.make("Results")
    try Database(faces.path("Results")).execute("CREATE TABLE theirs (x)")
    try faces.score("mae").expectRefusal(1, "another program")
  }

  @Test func aDatabaseWithADamagedPageIsReported() throws {
    let faces = try Faces(4)
    try faces.score("mae,psnr,ssim").expectSuccess()
    // Without its log the file is the whole database; every page but the first is overwritten.
    try Database(faces.path("Results")).execute("PRAGMA journal_mode = DELETE")
    var bytes = try faces.bytes(of: "Results/evalkit.sqlite")
    for index in 4096..<bytes.count { bytes[index] = 0xA5 }
    try faces.write(bytes, to: "Results/evalkit.sqlite")
    for outcome in [try faces.score("mae"), try faces.run("report")] {
      outcome.expectRefusal(1, "evalkit.sqlite", "damaged")
    }
  }

  /// Whether this process has the right to mount.
  private static let canMount: Bool = {
    guard let folder = try? TemporaryFolder(),
      mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.url.path)
    else { return false }
    return unmount(folder.url.path)
  }()

  @Test(.enabled(if: canMount)) func aFullDiskKeepsWhatWasMeasured() throws {
    let disk = try TemporaryFolder()
    try #require(Self.mount("-t", "tmpfs", "-o", "size=640k", "tmpfs", disk.url.path))
    defer { _ = Self.unmount(disk.url.path) }
    let faces = try Faces(40)
    let results = ["--results", disk.url.path]
    let whole = try Program.run(
      Faces.scoring("lpips-squeeze", weights: SyntheticWeights.distances) + ["--quiet"],
      in: faces.path)
    whole.expectSuccess()
    let filler = disk.path("filler")
    #expect(FileManager.default.createFile(atPath: filler, contents: Data(count: 300_000)))
    let scoring = Faces.scoring("lpips-squeeze", weights: SyntheticWeights.distances)
    let full = try Program.run(scoring + ["--quiet"] + results, in: faces.path)
    full.expectRefusal(1, "disk is full", "everything stored before is kept")
    try FileManager.default.removeItem(atPath: filler)
    #expect(Self.mount("-o", "remount,size=20m", disk.url.path))
    let kept = try Database(disk.url.path).count(
      "SELECT count(*) FROM image WHERE state = 'scored'")
    #expect(kept > 0, "\(kept) images")
    let resumed = try Program.run(scoring + results, in: faces.path)
    resumed.expectSuccess()
    #expect(try Database(disk.url.path).scores() == Database(faces.path("Results")).scores())
    #expect(try Database(disk.url.path).count("SELECT count(*) FROM run") == 1)
  }

  private static func mount(_ arguments: String...) -> Bool { run("/bin/mount", arguments) }
  private static func unmount(_ place: String) -> Bool { run("/bin/umount", ["-l", place]) }

  private static func run(_ program: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
