import Datasets
import Foundation
import Generators
import ModelTestSupport
import Models
import Tensors
import Terms
import TestSupport
import Testing

/// A system's images: the same bytes however they are grouped, made once, and kept whatever happens.
@Suite struct SystemMethodTests {
  private let faces: Faces

  init() throws { faces = try Faces(count: 10) }

  private func context(_ output: String = "out", workers: Int = 2) -> MethodContext {
    var context = MethodContext(pairs: faces.pairs, outputDirectory: faces.path(output))
    context.size = 8
    context.workers = Workers(count: workers)
    return context
  }

  private func run(
    _ system: PaintingSystem, _ options: String..., in context: MethodContext
  ) throws -> SystemMethod {
    try SystemMethod(name: "ours", SystemChoice(system, options), running: context)
  }

  private func bytes(_ output: String = "out") throws -> [String: [UInt8]] {
    let files = try FileManager.default.contentsOfDirectory(atPath: faces.path(output))
    return try Dictionary(
      uniqueKeysWithValues: files.filter { $0.hasSuffix(".png") }.map { file in
        (file, try Array(Data(contentsOf: URL(fileURLWithPath: faces.path("\(output)/\(file)")))))
      })
  }

  private var ids: [String] { faces.pairs.map(\.id) }

  @Test func noByteDependsOnGroupsWorkersOrShards() throws {
    var system = PaintingSystem()
    _ = try run(system, in: context())
    let expected = try bytes()
    #expect(Set(expected.values).count == 10)
    #expect(system.calls.all.map(\.count) == [3, 3, 3, 1])
    for (index, groupSize) in [1, 4, 100].enumerated() {
      system.groupSize = groupSize
      _ = try run(system, in: context("other\(index)", workers: 1 + index))
      #expect(try bytes("other\(index)") == expected)
    }
    for part in 0..<3 {
      var shard = context("shards")
      shard.ids = Set(ids.indices.filter { $0 % 3 == part }.map { ids[$0] })
      let method = try run(system, in: shard)
      #expect(method.missing.isEmpty && method.times.count == shard.ids?.count)
    }
    #expect(try bytes("shards") == expected)
  }

  @Test func imagesAreMadeOnce() throws {
    let first = try run(PaintingSystem(), in: context())
    let system = PaintingSystem()
    let second = try run(system, in: context())
    #expect(system.calls.all.isEmpty)
    #expect(first.reused.isEmpty && second.reused == ids && second.times == first.times)
    for pair in faces.pairs {
      #expect(try second.image(for: pair) == first.image(for: pair))
      #expect(second.origin(of: pair) == .file(faces.path("out/\(pair.id).png")))
    }
    try FileManager.default.removeItem(atPath: faces.path("out/004.png"))
    _ = try run(system, in: context())
    #expect(system.calls.all == [["004"]])
  }

  @Test func whatMovesPixelsMakesThemAnew() throws {
    _ = try run(PaintingSystem(), in: context())
    var made = try [bytes()]
    func expectAnew(
      _ system: PaintingSystem, _ options: String..., in context: MethodContext
    ) throws {
      let choice = try SystemChoice(system, options)
      let method = try SystemMethod(name: "ours", choice, running: context)
      #expect(method.reused.isEmpty)
      let found = try bytes()
      #expect(made.allSatisfy { $0 != found })
      made.append(found)
      #expect(try SystemMethod(name: "ours", choice, running: context).reused == ids)
    }
    try expectAnew(PaintingSystem(), "steps=5", in: context())
    var other = PaintingSystem()
    other.weights = "w2"
    try expectAnew(other, in: context())
    var changed = context()
    changed.seed = 1
    try expectAnew(other, in: changed)
    changed.size = 9
    try expectAnew(other, in: changed)
    changed.pairs = changed.pairs.map { pair in
      var pair = pair
      pair.text = "another"
      return pair
    }
    try expectAnew(other, in: changed)
    try expectAnew(other, "mode=edit", in: changed)
  }

  @Test func anImageMattersOnlyWhereItIsRead() throws {
    _ = try run(PaintingSystem(), in: context("text"))
    _ = try run(PaintingSystem(), "mode=edit", in: context("edit"))
    let other = try Data(contentsOf: URL(fileURLWithPath: faces.path("images/003.png")))
    try other.write(to: URL(fileURLWithPath: faces.path("images/002.png")))
    let system = PaintingSystem()
    _ = try run(system, in: context("text"))
    #expect(system.calls.all.isEmpty)
    _ = try run(system, "mode=edit", in: context("edit"))
    #expect(system.calls.all == [["002"]])
    try FileManager.default.removeItem(atPath: faces.path("images/002.png"))
    #expect(try run(system, in: context("text")).missing.isEmpty)
    #expect(try run(system, "mode=edit", in: context("edit")).missing == ["002"])
  }

  @Test func oneFailureStopsNothing() throws {
    _ = try run(PaintingSystem(), in: context())
    var system = PaintingSystem()
    system.weights = "w2"
    system.failing = ["001"]
    system.breaking = ["004", "009"]
    let method = try run(system, in: context())
    #expect(method.missing == ["001", "004", "009"])
    #expect(method.failures["001"]?.reason == "001 has no color")
    #expect(method.failures["004"]?.reason == "004 has no paint")
    // The group of 004 is tried one by one; that of 009 has no other.
    #expect(
      system.calls.all == [
        ["000", "001", "002"], ["003", "004", "005"], ["003"], ["004"], ["005"],
        ["006", "007", "008"], ["009"],
      ])
    // What was made with other weights is gone.
    #expect(
      try bytes().keys.sorted() == ids.filter { !method.missing.contains($0) }.map { "\($0).png" })
    let error = try #require(throws: MethodError.self) { try method.image(for: faces.pairs[1]) }
    #expect(error.ledgerState == .failed && error.cause == "001 has no color")
    #expect(method.origin(of: faces.pairs[1]) == nil)
  }

  @Test func stoppingKeepsWhatIsFinished() throws {
    let system = PaintingSystem()
    var stopping = context()
    stopping.shouldStop = { system.calls.all.count == 2 }
    let error = try #require(throws: MethodError.self) { try run(system, in: stopping) }
    #expect(error == .cancelled)
    #expect(try bytes().count == 6)
    #expect(try run(PaintingSystem(), in: context()).reused == Array(ids.prefix(6)))
  }

  @Test func aKillLosesNothingThatWasFinished() async throws {
    let folder = faces.folder.path("")
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
      let pairs = (0..<10).map { Pair(id: "00\($0)", text: "face \($0)") }
      var context = MethodContext(pairs: pairs, outputDirectory: "\(folder)/killed")
      context.size = 8
      var system = PaintingSystem()
      system.willAnswer = { if $0 == 3 { kill(getpid(), SIGKILL) } }
      _ = try SystemMethod(name: "ours", SystemChoice(system), running: context)
    }
    let finished = try bytes("killed")
    #expect(finished.count == 6)
    let system = PaintingSystem()
    #expect(try run(system, in: context("killed")).reused == Array(ids.prefix(6)))
    #expect(system.calls.all == [["006", "007", "008"], ["009"]])
    _ = try run(PaintingSystem(), in: context("whole"))
    let whole = try bytes("whole")
    #expect(try bytes("killed") == whole && finished.allSatisfy { whole[$0.key] == $0.value })
  }

  @Test func progressCountsGroups() throws {
    let told = Told()
    var watched = context()
    watched.progress = { told.add($0.finished) }
    _ = try run(PaintingSystem(), in: watched)
    #expect(told.all == [0, 3, 6, 9, 10])
  }

  @Test func imagesOfOthersAreNotReplaced() throws {
    try faces.folder.write([1], to: "out/000.png")
    #expect(throws: MethodError.foreignImages(directory: faces.path("out"), ids: ["000"])) {
      try run(PaintingSystem(), in: context())
    }
  }

  @Test func weightsThatAreMissingAreNamed() throws {
    var system = PaintingSystem()
    system.weights = ""
    let error = try #require(throws: MethodError.self) { try run(system, in: context()) }
    #expect(error.description == "painting cannot be used: needs weights of paint")
  }

  @Test func sizesAreTold() throws {
    var larger = context()
    larger.size = 16
    let method = try run(PaintingSystem(), in: larger)
    #expect(try method.image(for: faces.pairs[0]).width == 16)
    #expect(
      method.notices == [
        "ours: made by painting (mode=text strength=0.5) at 8 pixels, resized to 16"
      ])
  }
}

/// Numbers that a closure was told.
private final class Told: @unchecked Sendable {
  private let lock = NSLock()
  private var numbers: [Int] = []

  var all: [Int] { lock.withLock { numbers } }
  func add(_ number: Int) { lock.withLock { numbers.append(number) } }
}
