import Foundation
import Harness
import Images
import Measurement
import Metrics
import ModelTestSupport
import Provenance
import Scores
import Tensors
import Terms
import TestSupport
import Testing

/// What is remembered of files may save work but must never show in a number.
struct RememberedPixelsTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for side in ["real", "made"] {
      try FileManager.default.createDirectory(
        atPath: folder.path(side), withIntermediateDirectories: false)
    }
    for index in 0..<11 {
      try put(picture(UInt64(index)), "real/\(index).png")
      try put(picture(UInt64(100 + index)), "made/\(index).png")
    }
  }

  private func picture(_ seed: UInt64) -> Raster { SeededCheckpoint.picture(seed) }

  private func put(_ image: Raster, _ name: String) throws {
    try Data(ImageEncoder.png(image)).write(to: URL(fileURLWithPath: folder.path(name)))
  }

  private func score(_ change: (inout ScoreOptions) -> Void = { _ in }) throws -> [Double?] {
    var options = ScoreOptions()
    options.reference = folder.path("real")
    options.generated = folder.path("made")
    options.configuration = MetricConfiguration(metrics: [.mae, .psnr, .ssim])
    try Data("roles: {}\n".utf8).write(to: URL(fileURLWithPath: folder.path("weights.yaml")))
    options.weights = folder.path("weights.yaml")
    options.results = folder.path("Results")
    change(&options)
    return try ScoreJob(options).run().scores.map(\.value)
  }

  @Test func numbersAreTheSameTheSecondTimeAndForAnyJobs() throws {
    let first = try score { $0.jobs = 1 }
    #expect(first.allSatisfy { $0 != nil })
    #expect(try score { $0.jobs = 3 } == first)
    let others = try score {
      $0.jobs = 3
      $0.results = folder.path("others")
    }
    #expect(others == first)
    #expect(try score { $0.usesCache = false } == first)
  }

  /// A file's name and date say nothing, its bytes everything.
  @Test func aChangedFileIsMeasuredAnew() throws {
    let first = try score()
    let path = folder.path("made/3.png")
    let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
    try put(picture(777), "made/3.png")
    try FileManager.default.setAttributes([.modificationDate: date as Any], ofItemAtPath: path)
    let changed = try score()
    #expect(changed != first)
    #expect(try score { $0.results = folder.path("fresh") } == changed)
  }

  @Test func imagesOfAnotherSizeFailEachTime() throws {
    try put(SeededCheckpoint.picture(5, width: 90, height: 90), "made/4.png")
    for _ in 0..<2 {
      var options = ScoreOptions()
      _ = try score {
        $0.configuration = MetricConfiguration(metrics: [.mae])
        options = $0
      }
      let result = try ScoreJob(options).run()
      #expect(result.failures.map(\.failure.state.rawValue) == ["wrong-size"])
    }
  }
}
