import Datasets
import Foundation
import Generators
import Harness
import Images
import Metrics
import ModelTestSupport
import Provenance
import Reports
import Runs
import Store
import Tensors
import TestSupport
import Testing

/// Systems in `generate`, in tables, in `verify`, in lists and on sheets.
@Suite struct SystemJobTests {
  private let folder: TemporaryFolder

  /// Seven real images without captions, and a suite without weights.
  init() throws {
    folder = try TemporaryFolder()
    for index in 0..<7 {
      try folder.write(
        ImageEncoder.png(SeededCheckpoint.picture(UInt64(index), width: 40, height: 40)),
        to: "real/\(index).png")
    }
    try folder.write("roles: {}\n".utf8, to: "weights.yaml")
  }

  private func generate(
    _ system: PaintingSystem, _ specification: String = "m=builtin:painting",
    _ change: (inout GenerateOptions) throws -> Void = { _ in }
  ) throws -> GenerateJob.Output {
    var options = GenerateOptions()
    options.dataset = "folder:\(folder.path("real"))"
    options.method = specification
    options.systems = SystemRegistry([system])
    options.output = folder.path("out")
    options.results = folder.path("Results")
    try change(&options)
    return try GenerateJob(options).run()
  }

  @Test func generateKeepsWhatIsMadeAndToldWhatFailed() throws {
    var system = PaintingSystem()
    system.failing = ["2"]
    let first = try generate(system)
    #expect(first.made == 6 && first.reused == 0 && first.pairs == 7)
    let failure = try #require(first.failures.first)
    #expect(first.failures.count == 1)
    #expect(failure.id == "2" && failure.state == "failed" && failure.reason == "2 has no color")
    let ledger = try String(
      contentsOfFile: folder.path("out/.evalkit/failures.jsonl"), encoding: .utf8)
    #expect(ledger.contains("2 has no color"))
    let second = try generate(PaintingSystem())
    #expect(second.made == 1 && second.reused == 6 && second.failures.isEmpty)
    let other = try generate(PaintingSystem(), "m=builtin:painting:mode=edit")
    #expect(other.made == 7 && other.reused == 0)
    // The folder serves as a method of its own.
    let copied = try generate(PaintingSystem(), "m=folder:\(folder.path("out"))") {
      $0.output = folder.path("copied")
    }
    #expect(copied.made == 7)
  }

  @Test func shardsShareAFolderAndMakeTheSameImages() throws {
    let system = PaintingSystem()
    _ = try generate(system) { $0.output = folder.path("whole") }
    for part in 1...3 {
      let output = try generate(system) { try $0.setShard("\(part)/3") }
      #expect(output.failures.isEmpty && output.reused == 0)
    }
    for index in 0..<7 {
      let paths = ["whole", "out"].map { folder.path("\($0)/\(index).png") }
      #expect(try RegularBytes.of(paths[0]) == RegularBytes.of(paths[1]))
    }
  }

  private func table(_ system: PaintingSystem) throws -> TableOptions {
    var options = TableOptions()
    options.systems = SystemRegistry([system])
    options.results = folder.path("Results")
    options.weights = folder.path("weights.yaml")
    options.pairCount = 7
    try options.read(
      dataset: "folder:\(folder.path("real"))",
      methods: ["ours=builtin:painting:strength=0.25,mode=edit"], metrics: "mae", fidMode: nil)
    return options
  }

  @Test func aTableMeasuresASystemAndStoresWhatItWas() throws {
    let system = PaintingSystem()
    let request = try TableJobRequest(tableID: "ddgi.table1", options: table(system))
    let before = try #require(try request.plan().generations.first)
    #expect(before.method == "ours" && before.images == 7 && before.secondsPerImage == nil)
    #expect(system.calls.all.isEmpty)
    let report = try request.run(reports: folder.path("Reports"))
    #expect(report.objection == nil)
    #expect(system.calls.all.joined().count == 7)
    #expect(
      report.text(as: .markdown).contains(
        "ours: made by painting (mode=edit strength=0.25) at 8 pixels, resized to"))
    let store = try ResultsDatabase.open(folder.path("Results"))
    let run = try StoredRun.find(nil, in: store)
    let record = try #require(run.methods.first { $0.name == "ours" })
    #expect(record.specification == "builtin:painting:mode=edit,strength=0.25")
    #expect(record.kind == .builtin && run.counts["ours"]?.scored == 7)
    _ = try request.run(reports: folder.path("Reports"))
    #expect(system.calls.all.joined().count == 7)
    #expect(try request.plan().generations.first?.images == 0)
    var verify = VerifyOptions()
    verify.results = folder.path("Results")
    verify.systems = SystemRegistry([system])
    let verified = try VerifyJob(verify).run()
    #expect(verified.problem == nil && verified.differences.isEmpty)
    #expect(system.calls.all.joined().count == 7)
  }

  @Test func aSystemThatMakesNothingMakesARunInvalid() throws {
    var system = PaintingSystem()
    system.failing = Set((0..<7).map(String.init))
    let error = try #require(throws: HarnessError.self) { try generate(system) }
    #expect(error.kind == .invalid && error.description.contains("0 has no color"), "\(error)")
  }

  @Test func listsTellWhatIsMissing() throws {
    let systems = SystemRegistry([PaintingSystem()])
    let listing = try SystemListing(systems, weights: "compact")
    #expect(
      listing.text == """
        painting  Painting: noise of a seed and a text
            modes: text, edit
        """)
    let empty = try SystemListing(systems, weights: "published:\(folder.path("nowhere"))")
    #expect(empty.text.contains("\n    missing: the suite"))
    let summary = try SystemSummary(of: "painting", in: systems, weights: "compact")
    let lines = summary.text.split(separator: "\n")
    #expect(lines.contains("  edit: changes an image; reads text, image; networks denoiser, clip"))
    #expect(lines.contains("strength  0.5      0.0…1.0     share of the image"), "\(summary.text)")
    #expect(lines.contains("  clip: there") && lines.contains("reads: text"))
    #expect(lines.last == "--method NAME=builtin:painting:mode=text")
    struct Written: Decodable {
      struct Option: Decodable { let name: String, `default`: String? }
      let id: String
      let options: [Option]
    }
    let written = try JSONDecoder().decode(Written.self, from: Data(summary.json.utf8))
    #expect(written.options.map(\.default) == ["text", "0.5", nil])
    #expect(throws: MethodError.unknownSystem(id: "paint", known: ["painting"])) {
      try SystemSummary(of: "paint", in: systems, weights: "compact")
    }
  }

  /// Also those that want a file to be named, which has no default.
  @Test(arguments: ["ddpm", "diffusionclip", "sdg", "collaborative", "sca-dm", "ddgi"])
  func everyModeNamesItsNetworks(id: String) throws {
    let summary = try SystemSummary(of: id, weights: "compact")
    #expect(!summary.text.contains("networks nothing"), "\(summary.text)")
  }

  private func sample(
    _ system: PaintingSystem, _ change: (inout SampleOptions) -> Void = { _ in }
  ) throws -> SampleJob.Output {
    var options = SampleOptions()
    options.systems = SystemRegistry([system])
    options.system = "painting"
    options.count = 3
    options.sheet = folder.path("sheet.png")
    options.isReplacing = true
    change(&options)
    return try SampleJob(options).run()
  }

  @Test func aSheetShowsInputsResultsAndCaptions() throws {
    let text = try sample(PaintingSystem())
    #expect(text.text.hasPrefix("painting: 3 images, 0 failed, "))
    let without = try ImageDecoder.rgb(contentsOf: folder.path("sheet.png"))
    _ = try sample(PaintingSystem()) { $0.choices = ["mode=edit"] }
    let with = try ImageDecoder.rgb(contentsOf: folder.path("sheet.png"))
    // Images of 8 pixels are shown at 128, and a row of inputs stands above them.
    #expect(without.width == 3 * 134 + 6 && with.width == without.width)
    #expect(with.height == without.height + 134)
    _ = try sample(PaintingSystem()) { $0.count = 9 }
    let rows = try ImageDecoder.rgb(contentsOf: folder.path("sheet.png"))
    #expect(rows.width == 8 * 134 + 6)
  }

  @Test func samplesAreKeptWhereAFolderIsNamed() throws {
    let system = PaintingSystem()
    let output = folder.path("samples")
    for _ in 0..<2 { _ = try sample(system) { $0.output = output } }
    #expect(system.calls.all.joined().count == 3)
    let first = try ImageDecoder.rgb(contentsOf: "\(output)/000000.png")
    #expect(first.width == 8)
    _ = try sample(system) {
      $0.output = output
      $0.text = "somebody"
    }
    #expect(system.calls.all.joined().count == 6)
    #expect(try ImageDecoder.rgb(contentsOf: "\(output)/000000.png") != first)
  }

  @Test func whatASystemDoesNotReadIsRefused() throws {
    let error = try #require(throws: HarnessError.self) {
      try sample(PaintingSystem()) { $0.image = folder.path("real/0.png") }
    }
    #expect(error.kind == .usage)
    #expect(
      error.description
        == "painting (mode=text strength=0.5) reads no image; leave --image out")
    var failing = PaintingSystem()
    failing.failing = ["000000", "000001", "000002"]
    #expect(throws: HarnessError.self) { try sample(failing) }
    failing.failing = ["000001"]
    #expect(try sample(failing).text.contains("  000001: 000001 has no color"))
  }
}

/// The bytes of a file.
private enum RegularBytes {
  static func of(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }
}
