import Metrics
import Tensors
import TestSupport
import Testing

struct SegmentationTests {
  @Test func matchesNumpyOnSeededMaps() throws {
    let golden = try Goldens.load().segmentation
    let images = try (0..<5).map(seededMatrix)
    var sum = ConfusionMatrix()
    for image in images { try sum.merge(image) }
    #expect(sum.accuracy == golden.accuracy)
    for rule in ClassMerge.allCases {
      let merged = try images.map { try $0.merged(by: rule) }
      for variant in MeanIntersectionOverUnion.allCases {
        let expected = try #require(golden.miou[rule.rawValue]?[variant.rawValue])
        let found = try #require(try variant.score(ofImages: merged))
        // Means of at most 19·5 fractions.
        #expect(abs(found - expected) <= 1e-14, "\(rule) \(variant)")
      }
    }
  }

  // Classes 4…18 are absent and class 3 is only predicted. IoU: 1/2, 2/4, 1/2, 0.
  @Test func absentClassesByHand() throws {
    var matrix = ConfusionMatrix()
    try matrix.add(
      groundTruth: .labels([[0, 0, 1], [1, 2, 2]]), prediction: .labels([[0, 1, 1], [1, 2, 3]]))
    #expect(matrix.counts[0 * 19 + 1] == 1 && matrix.counts[2 * 19 + 3] == 1)
    let sum = 1.0 / 2 + 2.0 / 3 + 1.0 / 2
    let expected: [MeanIntersectionOverUnion: Double] = [
      .agg19: sum / 4, .agg18: (sum - 0.5) / 3, .imgNaN: sum / 4, .imgGroundTruth: sum / 3,
      .img19Zero: sum / 19, .img19One: (sum + 15) / 19, .csail: sum / 19,
    ]
    for variant in MeanIntersectionOverUnion.allCases {
      let found = try #require(variant.score(of: matrix))
      // csail adds 1e-10 to unions of 2 and more.
      let tolerance = variant == .csail ? 1e-10 : 1e-15
      #expect(abs(found - (try #require(expected[variant]))) <= tolerance, "\(variant)")
    }
    let iou = matrix.intersectionOverUnion
    #expect(iou[0] == 0.5 && iou[3] == 0 && iou[4] == nil && iou.count == 19)
    #expect(matrix.accuracy == 4.0 / 6)
  }

  @Test func dataSetVariantsPoolAndImageVariantsAverage() throws {
    // Image 1: class 0 all right (4 of 4). Image 2: class 1 against class 0, nothing right.
    var first = ConfusionMatrix()
    try first.add(
      groundTruth: .labels([[0, 0], [0, 0]]), prediction: .labels([[0, 0], [0, 0]]))
    var second = ConfusionMatrix()
    try second.add(groundTruth: .labels([[1, 1]]), prediction: .labels([[0, 0]]))
    let images = [first, second]
    // Pooled: class 0 has 4/6, class 1 has 0/2.
    #expect(try MeanIntersectionOverUnion.agg19.score(ofImages: images) == 4.0 / 6 / 2)
    #expect(try MeanIntersectionOverUnion.imgNaN.score(ofImages: images) == 0.5)
    #expect(try MeanIntersectionOverUnion.agg18.score(ofImages: images) == 0)
  }

  /// Leaving one image out of a mean is the mean's own standard error; a ratio of sums has one by hand.
  @Test func standardErrorsLeaveOneImageOut() throws {
    let images = try (0..<5).map(seededMatrix)
    for variant in MeanIntersectionOverUnion.allCases where variant.isPerImage {
      let scores = images.compactMap { variant.score(of: $0) }
      #expect(try variant.standardError(ofImages: images) == Summary(scores)?.standardError)
    }
    // Right and all pixels of one class: 1 of 2, 3 of 4, 4 of 4. Without one: 7/8, 5/6, 4/6.
    let pooled = try [(1, 2), (3, 4), (4, 4)].map { right, all in
      try ConfusionMatrix(classes: 1, counts: [Int64(right)]).padded(to: all)
    }
    let left = [7.0 / 8, 5.0 / 6, 4.0 / 6]
    let mean = left.reduce(0, +) / 3
    let expected = (2.0 / 3 * left.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }).squareRoot()
    let found = try #require(try MeanIntersectionOverUnion.agg18.standardError(ofImages: pooled))
    #expect(abs(found - expected) <= 1e-15)
    #expect(try MeanIntersectionOverUnion.agg19.standardError(ofImages: [images[0]]) == nil)
    #expect(try MeanIntersectionOverUnion.agg19.standardError(ofImages: []) == nil)
  }

  @Test func perfectMapsScoreOneOrTheShareOfClasses() throws {
    var matrix = ConfusionMatrix()
    let map = Raster.labels([[0, 1, 2, 13], [13, 13, 17, 10]])
    try matrix.add(groundTruth: map, prediction: map)
    for variant in MeanIntersectionOverUnion.allCases {
      let found = try #require(variant.score(of: matrix))
      switch variant {
      case .img19Zero, .csail: #expect(abs(found - 6.0 / 19) <= 1e-10)
      default: #expect(found == 1, "\(variant)")
      }
    }
  }

  @Test func mergingIsExactInAnyOrder() throws {
    let images = try (0..<5).map(seededMatrix)
    var forth = ConfusionMatrix()
    var back = ConfusionMatrix()
    for image in images { try forth.merge(image) }
    for image in images.reversed() { try back.merge(image) }
    #expect(forth == back && forth.total == 5 * 24 * 17)
    #expect(try ConfusionMatrix(counts: forth.counts) == forth)
  }

  @Test func mergedClassesKeepEveryPixel() throws {
    let image = try seededMatrix(4)
    for rule in ClassMerge.allCases {
      #expect(rule.targets.count == 19 && Set(rule.targets) == Set(0..<rule.classes))
      #expect(try image.merged(by: rule).total == image.total)
    }
    #expect(try image.merged(by: .cm19) == image)
  }

  @Test func refusesWhatItCannotCount() throws {
    var matrix = ConfusionMatrix()
    let map = Raster.labels([[0, 1], [2, 3]])
    #expect(
      throws: SegmentationError.unknownLabel(19, x: 1, y: 0, classes: 19)
    ) { try matrix.add(groundTruth: map, prediction: .labels([[0, 19], [0, 0]])) }
    let flat = Raster.labels([[0, 1, 2, 3]])
    #expect(throws: SegmentationError.self) {
      try matrix.add(groundTruth: map, prediction: flat)
    }
    let color = Raster(width: 2, height: 2, channels: 3, samples: Array(repeating: 0, count: 12))
    #expect(throws: SegmentationError.notALabelMap(channels: 3)) {
      try matrix.add(groundTruth: map, prediction: color)
    }
    #expect(matrix == ConfusionMatrix(), "nothing was counted")
    #expect(throws: SegmentationError.classMismatch(first: 8, second: 19)) {
      try matrix.merge(ConfusionMatrix(classes: 8))
    }
    #expect(throws: SegmentationError.classMismatch(first: 8, second: 19)) {
      _ = try ConfusionMatrix(classes: 8).merged(by: .dg8)
    }
    #expect(throws: SegmentationError.wrongCounts(values: 3, classes: 2)) {
      _ = try ConfusionMatrix(classes: 2, counts: [1, 2, 3])
    }
    #expect(throws: SegmentationError.wrongCounts(values: 1, classes: 1)) {
      _ = try ConfusionMatrix(classes: 1, counts: [-1])
    }
  }

  @Test func nothingCountedHasNoScore() throws {
    let empty = ConfusionMatrix()
    #expect(empty.accuracy == nil)
    for variant in MeanIntersectionOverUnion.allCases {
      #expect(variant.score(of: empty) == nil)
      #expect(try variant.score(ofImages: []) == nil)
    }
    // Background alone leaves agg18 without a class.
    var matrix = ConfusionMatrix()
    try matrix.add(groundTruth: .labels([[0]]), prediction: .labels([[0]]))
    #expect(MeanIntersectionOverUnion.agg18.score(of: matrix) == nil)
  }

  /// One image of the golden script.
  private func seededMatrix(_ image: Int) throws -> ConfusionMatrix {
    var random = SplitMix64(seed: UInt64(100 + image))
    let size = 24 * 17
    let draws = (0..<3).map { _ in (0..<size).map { _ in random.nextUnit() } }
    let known = Float(6 + 2 * image)
    let truth = draws[0].map { UInt8($0 * known) }
    let found = (0..<size).map { pixel in
      draws[2][pixel] < 0.25 ? UInt8(draws[1][pixel] * (known + 2)) : truth[pixel]
    }
    var matrix = ConfusionMatrix()
    try matrix.add(
      groundTruth: Raster(width: 24, height: 17, channels: 1, samples: truth),
      prediction: Raster(width: 24, height: 17, channels: 1, samples: found))
    return matrix
  }
}

extension ConfusionMatrix {
  /// The same pixels as class 1 of two, and further ones of it that were taken for class 0.
  fileprivate func padded(to all: Int) throws -> ConfusionMatrix {
    try ConfusionMatrix(classes: 2, counts: [0, 0, Int64(all) - counts[0], counts[0]])
  }
}
