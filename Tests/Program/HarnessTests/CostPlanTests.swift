import Datasets
import Foundation
import Harness
import Images
import Measurement
import Metrics
import ModelTestSupport
import Provenance
import Terms
import TestSupport
import Testing

/// What a table would cost, told before anything is measured.
@Suite struct CostPlanTests {
  private let folder: TemporaryFolder

  /// Four real images and a suite without weights.
  init() throws {
    folder = try TemporaryFolder()
    for index in 0..<4 {
      try folder.write(
        ImageEncoder.png(SeededCheckpoint.picture(UInt64(index))), to: "real/\(index).png")
    }
    try folder.write("roles: {}\n".utf8, to: "weights.yaml")
  }

  private func request(_ metrics: [Metric]) -> TableJobRequest {
    var options = TableOptions()
    options.dataset = .folder(directory: folder.path("real"))
    options.pairCount = 4
    options.metrics = metrics
    options.weights = folder.path("weights.yaml")
    options.results = folder.path("Results")
    options.jobs = 2
    return TableJobRequest(tableID: "ddgi.table1", options: options)
  }

  @Test func aPlanCountsWhatIsNotRemembered() throws {
    let request = request([.mae, .psnr, .fid])
    let before = try request.plan()
    #expect(before.pairs == 4 && before.jobs == 2 && before.table == "ddgi.table1")
    #expect(before.rows == ["ground-truth", "shuffled", "mean-face", "blurred"])
    #expect(before.metrics == ["mae", "psnr"] && before.notRun.keys.sorted() == ["fid"])
    // Four real images, the same encoded anew and blurred, and one mean face.
    #expect(before.images == 13 && before.imagesRemembered == 0)
    #expect(before.steps.map(\.name) == ["mae", "psnr"])
    #expect(before.steps.map(\.runs) == [16, 16] && before.steps.map(\.remembered) == [0, 0])
    #expect(before.steps.allSatisfy { $0.operationsPerRun == nil })
    #expect(before.operations == 0 && before.facesToDraw == 0 && before.generations.isEmpty)
    #expect(before.estimatedSeconds > 0 && before.estimatedSeconds.isFinite)
    #expect(!FileManager.default.fileExists(atPath: folder.path("Results")))
    _ = try request.run(reports: folder.path("Reports"))
    // Of the mean face nothing is known before it is made.
    let after = try request.plan()
    #expect(after.steps.map(\.runs) == [16, 16] && after.steps.map(\.remembered) == [12, 12])
    #expect(after.images == 13)
  }

  @Test func theTextSaysWhatTheJSONSays() throws {
    let plan = try request([.mae, .kid]).plan()
    let lines = plan.text.split(separator: "\n")
    #expect(
      lines.prefix(2) == [
        "ddgi.table1: 4 pairs, 4 rows (ground-truth, shuffled, mean-face, blurred)", "metrics: mae",
      ])
    #expect(lines[2].hasPrefix("not measured: kid: needs "), "\(lines[2])")
    #expect(lines[3].hasPrefix("images: 13, of which 0 are remembered; "), "\(lines[3])")
    #expect(lines[4].hasPrefix("mae: 16 runs, 0 remembered; "), "\(lines[4])")
    #expect(lines[5].hasSuffix(" s on 2 threads, and the scores of sets") && lines.count == 6)
    struct Written: Decodable {
      let schema, pairs, images, jobs: Int
      let metrics: [String]
    }
    let written = try JSONDecoder().decode(Written.self, from: Data(plan.json.utf8))
    #expect(written.schema == 2 && written.pairs == 4 && written.images == 13)
    #expect(written.jobs == 2 && written.metrics == ["mae"])
  }
}
