import Foundation
import Metrics
import Tensors
import TestSupport
import Testing

struct SimilarityTests {
  @Test func picturesHaveTheListedSums() {
    let sums = [Pictures.a, Pictures.b, Pictures.s, Pictures.t].map { picture in
      picture.samples.reduce(0) { $0 + Int($1) }
    }
    #expect(sums == [25_067_520, 25_067_497, 25_070_479, 25_022_501])
  }

  /// Variances are differences of numbers up to 255²; Float64 leaves about 1e-11 of their smallest
  /// denominators, so rows computed in Float64 agree to 1e-11 and Float32 rows to 2e-5.
  @Test func variantsMatchTheirPackages() throws {
    var compared = 0
    for golden in try Goldens.load().similarity {
      let first = try #require(Pictures.named(golden.first))
      let second = try #require(Pictures.named(golden.second))
      for variant in StructuralSimilarity.Variant.allCases {
        guard let expected = golden.values[variant.rawValue] else { continue }
        let found = try StructuralSimilarity(variant).score(first, second)
        #expect(
          abs(found - expected) <= 1e-11, "\(variant) \(golden.first) \(golden.second) \(found)")
        if let float32 = golden.values["\(variant.rawValue) float32"] {
          #expect(abs(found - float32) <= 2e-5, "\(variant) \(golden.first) \(golden.second)")
        }
        compared += 1
      }
    }
    #expect(compared == 27)
  }

  @Test(arguments: [
    (StructuralSimilarity.Variant.skimage, 0.4684582206506878, 0.9778053870051012),
    (.skimageWang, 0.432859328532453, 0.963740637242737),
    (.vainfSSIM, 0.43286601234335, 0.96374085835428),
    (.vainfMSSSIM, 0.9194134060006, 0.9978563901885),
  ])
  func publishedRowsHold(
    variant: StructuralSimilarity.Variant, noisy: Double, smooth: Double
  ) throws {
    let similarity = StructuralSimilarity(variant)
    #expect(abs(try similarity.score(Pictures.a, Pictures.b) - noisy) <= 1e-11)
    #expect(abs(try similarity.score(Pictures.s, Pictures.t) - smooth) <= 1e-11)
  }

  @Test func multiscaleWithTheIdealWindowMatchesTheFormula() throws {
    let similarity = StructuralSimilarity(
      .init(window: .gaussian(size: 11, sigma: 1.5), levels: .padded), named: "ideal")
    // The table gives ten digits.
    #expect(abs(try similarity.score(Pictures.a, Pictures.b) - 0.9194118470) <= 1e-10)
    #expect(abs(try similarity.score(Pictures.s, Pictures.t) - 0.9978563793) <= 1e-10)
  }

  /// Ten digits of the packages' output.
  ///
  /// The first computes in Float32 (and ten digits of its formula in Float64 are listed, too); the
  /// others round the weights of their window to Float32, see `gaussianWithRoundedSum`.
  @Test func packagesThatAreNotInstalledHaveTheListedValues() throws {
    let rows: [(StructuralSimilarity.Variant, Double, Double, Double)] = [
      (.jorgeMSSSIM, 0.9206179380, 0.9978434443, 2e-5),
      (.jorgeMSSSIM, 0.9206176100, 0.9978430425, 1e-10),
      (.pyiqaSSIM, 0.5066143451, 0.9356268248, 5e-9),
      (.pyiqaMSSSIM, 0.9315768429, 0.9955972366, 5e-9),
    ]
    for (variant, noisy, smooth, tolerance) in rows {
      let similarity = StructuralSimilarity(variant)
      let found = (
        try similarity.score(Pictures.a, Pictures.b), try similarity.score(Pictures.s, Pictures.t)
      )
      #expect(abs(found.0 - noisy) <= tolerance, "\(variant) \(found.0)")
      #expect(abs(found.1 - smooth) <= tolerance, "\(variant) \(found.1)")
    }
  }

  @Test func wrongDataRangeGivesTheListedWrongValue() throws {
    let similarity = StructuralSimilarity(.skimage, dataRange: 2)
    let found = try similarity.score(
      Pictures.a.unitPlanes, Pictures.b.unitPlanes)
    // The planes are x/255 rounded to Float32; the listed value is from Float64.
    #expect(abs(found - 0.6944269311812824) <= 1e-6)
  }

  @Test func dataRangeAndScaleOfSamplesCancel() throws {
    for variant in StructuralSimilarity.Variant.allCases {
      let bytes = try StructuralSimilarity(variant).score(Pictures.s, Pictures.t)
      let units = try StructuralSimilarity(variant, dataRange: 1)
        .score(Pictures.s.unitPlanes, Pictures.t.unitPlanes)
      #expect(abs(bytes - units) <= 1e-6, "\(variant)")
    }
  }

  @Test func windowInFloat32HasPyTorchsBits() throws {
    let window = SimilarityWindow.gaussianInFloat32(size: 11, sigma: 1.5)
    #expect(window.weights == (try Goldens.load().window))
    let sum: Double = window.weights.reduce(0, +)
    #expect(abs(sum - (1 - 3.07e-8)) < 1e-10)
  }

  @Test func sameImageIsAtOneAndOrderDoesNotMatter() throws {
    for variant in StructuralSimilarity.Variant.allCases {
      let similarity = StructuralSimilarity(variant)
      #expect(try similarity.score(Pictures.a, Pictures.a) == 1, "\(variant)")
      let forth = try similarity.score(Pictures.a, Pictures.s)
      #expect(forth == (try similarity.score(Pictures.s, Pictures.a)), "\(variant)")
    }
  }

  @Test func negativeContrastGivesZeroNotNaN() throws {
    let inverted = try #require(Pictures.named("inverted S"))
    #expect(try StructuralSimilarity(.vainfMSSSIM).score(Pictures.s, inverted) == 0)
    #expect(try StructuralSimilarity(.vainfSSIM).score(Pictures.s, inverted) < 0)
    #expect(try StructuralSimilarity(.pyiqaSSIM).score(Pictures.s, inverted) >= 0)
    #expect(throws: ImagePairError.undefined(metric: "jorge-msssim")) {
      try StructuralSimilarity(.jorgeMSSSIM).score(Pictures.s, inverted)
    }
  }

  @Test func refusesWhatItCannotCompare() throws {
    let small = Pictures.a.cropped(x: 0..<160, y: 0..<200)
    #expect(
      throws: ImagePairError.tooSmall(
        metric: "vainf-msssim", width: 160, height: 200, minimum: 161)
    ) { try StructuralSimilarity(.vainfMSSSIM).score(small, small) }
    let enough = Pictures.a.cropped(x: 0..<161, y: 0..<200)
    #expect(try StructuralSimilarity(.vainfMSSSIM).score(enough, enough) == 1)
    let tiny = Pictures.a.cropped(x: 0..<10, y: 0..<6)
    #expect(
      throws: ImagePairError.tooSmall(metric: "skimage", width: 10, height: 6, minimum: 7)
    ) { try StructuralSimilarity(.skimage).score(tiny, tiny) }
    let gray = Raster(
      width: 11, height: 11, channels: 1, samples: Array(repeating: 9, count: 121))
    #expect(throws: ImagePairError.notColor(metric: "pyiqa-ssim", channels: 1)) {
      try StructuralSimilarity(.pyiqaSSIM).score(gray, gray)
    }
    #expect(try StructuralSimilarity(.vainfSSIM).score(gray, gray) == 1)
    let empty = Raster(width: 0, height: 0, channels: 3, samples: [])
    #expect(throws: ImagePairError.empty) { try PixelDifference.meanAbsoluteError(empty, empty) }
    let extents = (ImageDimensions(small), ImageDimensions(Pictures.a))
    let mismatch = ImagePairError.sizeMismatch(first: extents.0, second: extents.1)
    #expect(throws: mismatch) { try StructuralSimilarity(.skimage).score(small, Pictures.a) }
    #expect(throws: mismatch) { try PixelDifference.meanAbsoluteError(small, Pictures.a) }
    #expect(throws: mismatch) { try PixelDifference.peakSignalToNoiseRatio(small, Pictures.a) }
    #expect("\(mismatch)".contains("160×200") && "\(mismatch)".contains("256×256"))
  }

  @Test func pixelDifferencesMatchReferences() throws {
    for golden in try Goldens.load().similarity {
      let first = try #require(Pictures.named(golden.first))
      let second = try #require(Pictures.named(golden.second))
      let mae = try #require(golden.values["mae"])
      // numpy averages rounded quotients; here the sum is an exact integer.
      let found = try PixelDifference.meanAbsoluteError(first, second)
      #expect(abs(found - mae) <= 1e-14, "\(golden)")
      let psnr = golden.values["psnr"] ?? .infinity
      let decibels = try PixelDifference.peakSignalToNoiseRatio(first, second)
      #expect(decibels == psnr || abs(decibels - psnr) <= 1e-12, "\(golden)")
    }
  }

  @Test func pixelDifferencesByHand() throws {
    let black = Raster(width: 2, height: 1, channels: 1, samples: [0, 0])
    let mixed = Raster(width: 2, height: 1, channels: 1, samples: [0, 255])
    #expect(try PixelDifference.meanAbsoluteError(black, mixed) == 0.5)
    let expected = 10 * log10(2.0)
    #expect(abs(try PixelDifference.peakSignalToNoiseRatio(black, mixed) - expected) < 1e-15)
    #expect(try PixelDifference.peakSignalToNoiseRatio(mixed, mixed) == .infinity)
  }
}

extension Raster {
  /// `x/255` as a tensor `[C, H, W]`, then as planes.
  var unitPlanes: ImagePlanes {
    var tensor = Tensor(shape: [channels, height, width])
    for pixel in 0..<width * height {
      for channel in 0..<channels {
        tensor.values[channel * width * height + pixel] =
          Float(samples[pixel * channels + channel]) / 255
      }
    }
    return ImagePlanes(tensor)
  }
}
