import Datasets
import Foundation
import Generators
import TestSupport
import Testing

@Suite struct CommandResumeTests {
  @Test func doesNotMakeFinishedImagesAgain() throws {
    let bench = try Bench(Bench.work)
    let first = try bench.run()
    #expect(first.reused.isEmpty)
    let second = try bench.run()
    try bench.expectGroundTruth(second)
    #expect(second.reused == ["000", "001", "002", "003"])
    #expect(second.times == first.times)
    #expect(second.logPath == nil)
    #expect(second.fingerprint == first.fingerprint)
    #expect(bench.lines("starts").count == 1)
  }

  @Test func receiptsTellTimesOfAFolder() throws {
    let bench = try Bench(
      #"cp "$image" "$output"; echo "{\"id\":\"$id\",\"ok\":true,\"seconds\":2,\"steps\":50}""#)
    let made = try bench.run()
    let time = GenerationTime(seconds: 2, steps: 50)
    #expect(made.times == ["000": time, "001": time, "002": time, "003": time])
    let folder = try ImageFolder(directory: bench.faces.path("out"))
    #expect(GenerationTime.receipts(of: folder) == made.times)
    // An image that somebody else put there was not made in that time.
    let other = try Data(contentsOf: URL(fileURLWithPath: bench.faces.path("out/001.png")))
    try other.write(to: URL(fileURLWithPath: bench.faces.path("out/000.png")))
    let left = GenerationTime.receipts(of: folder)
    #expect(left.keys.sortedByBytes() == ["001", "002", "003"])
    // Nor was one made in no time at all, whatever the book has come to say.
    let book = URL(fileURLWithPath: bench.faces.path("out/.evalkit/receipts.jsonl"))
    let text = try String(contentsOf: book, encoding: .utf8)
    for (old, new) in [("\"seconds\":2", "\"seconds\":-2"), ("\"steps\":50", "\"steps\":0")] {
      try text.replacing(old, with: new).write(to: book, atomically: true, encoding: .utf8)
      #expect(GenerationTime.receipts(of: folder).isEmpty, "\(new)")
    }
  }

  @Test func makesAgainWhatWasLostOrChanged() throws {
    var bench = try Bench(Bench.work)
    _ = try bench.run()
    try FileManager.default.removeItem(atPath: bench.faces.path("out/000.png"))
    try bench.faces.folder.write(Array("scribbled over".utf8), to: "out/001.png")
    bench.context.pairs[2].text = "another caption"
    let method = try bench.run()
    try bench.expectGroundTruth(method)
    #expect(method.reused == ["003"])
  }

  @Test func makesEverythingAgainForAnotherSeedOrProgram() throws {
    var bench = try Bench(Bench.work)
    let first = try bench.run()
    bench.context.seed = 1
    #expect(try bench.run().reused.isEmpty)
    #expect(try bench.run().reused.count == 4)
    let script = bench.faces.path("method.sh")
    let text = try String(contentsOfFile: script, encoding: .utf8)
    try bench.faces.folder.write((text + "\n# changed\n").utf8, to: "method.sh")
    let changed = try bench.run()
    #expect(changed.reused.isEmpty)
    #expect(changed.fingerprint != first.fingerprint)
  }

  @Test func aFailedRetryDoesNotLeaveTheOldImage() throws {
    var bench = try Bench(
      #"case $seed in \#(SeedPlan(runSeed: 0).portableSeed(for: "001")) | 0) ;; *) "#
        + #"[ $id = 001 ] && { echo '{"id":"001","ok":false}'; continue; };; esac"#
        + "\n\(Bench.work)")
    try bench.expectGroundTruth(bench.run())
    bench.context.seed = 3
    try bench.expectGroundTruth(bench.run(), except: ["001"])
  }

  @Test func keepsImagesThatItCannotAskForAgain() throws {
    let bench = try Bench(Bench.work)
    _ = try bench.run()
    let mask = try Data(contentsOf: URL(fileURLWithPath: bench.faces.path("masks/001.png")))
    try FileManager.default.removeItem(atPath: bench.faces.path("masks/001.png"))
    #expect(try bench.run().failures["001"]?.state == .badCondition)
    try mask.write(to: URL(fileURLWithPath: bench.faces.path("masks/001.png")))
    #expect(try bench.run().reused.count == 4)
    let gone = [bench.faces.path("gone")]
    #expect(throws: MethodError.self) {
      try CommandMethod(name: "m", arguments: gone, running: bench.context)
    }
    #expect(try bench.run().reused.count == 4)
  }

  @Test func survivesAReceiptThatWasCutOff() throws {
    let bench = try Bench(Bench.work)
    _ = try bench.run()
    let book = bench.faces.path("out/.evalkit/receipts.jsonl")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: book))
    try bytes.dropLast(40).write(to: URL(fileURLWithPath: book))
    // The last image is not explained any more, so it is made again.
    #expect(try bench.run().reused == ["000", "001", "002"])
    #expect(try bench.run().reused.count == 4)
  }

  @Test func refusesAFolderWithForeignImages() throws {
    let bench = try Bench(Bench.work)
    try bench.faces.folder.write(Array("precious".utf8), to: "out/000.jpg")
    let error = MethodError.foreignImages(directory: bench.faces.path("out"), ids: ["000"])
    #expect(throws: error) { try bench.run() }
    #expect(error.description.contains("choose an empty folder"))
    #expect(FileManager.default.fileExists(atPath: bench.faces.path("out/000.jpg")))
  }

  @Test func runsOnlyTheShardsIDs() throws {
    var bench = try Bench(Bench.work)
    bench.context.ids = ["001", "003"]
    let method = try bench.run()
    #expect(method.times.keys.sortedByBytes() == ["001", "003"])
    #expect(throws: MethodError.missing(id: "000", directory: bench.faces.path("out"))) {
      try method.image(for: bench.faces.pairs[0])
    }
    bench.context.ids = ["000", "002"]
    #expect(try bench.run().reused.isEmpty)
    bench.context.ids = nil
    #expect(try bench.run().reused.count == 4)
  }

  @Test func saysThatAFolderCannotBeMade() throws {
    var bench = try Bench(Bench.work)
    bench.context.outputDirectory = bench.faces.path("method.sh/out")
    let error = try #require(throws: MethodError.self) { try bench.run() }
    #expect(error.description.contains("cannot be written"), "\(error)")
  }
}
