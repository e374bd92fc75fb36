import Foundation
import Graphs
import Images
import Measurement
import Metrics
import Models
import Synchronization
import Tensors
import TestSupport
import Testing

/// The peers' own numbers on real weights and faces, as `reference_values.json` lists them.
@Suite(.enabled(if: Fixtures.arePresent)) struct ReferenceValuesTests {
  struct Values: Decodable {
    struct Parser: Decodable {
      let accuracy: Double
      let miou_agg19: Double
    }

    struct Pair: Decodable {
      let ssim_skimage, ssim_vainf, ms_ssim_vainf, mae, psnr: Double
    }

    let fid_A_vs_B_with_inception_fid_real92of94: [String: [String: Double]]
    let parser_unetsmall_on_faces_200: Parser
    let `lpips_v0.1`: [String: [String: Double]]
    let pairs_resized_to_256_by_PIL_bicubic: [String: Pair]
  }

  static let values = Result {
    try JSONDecoder().decode(
      Values.self, from: Data(contentsOf: Fixtures.root.appending(path: "reference_values.json")))
  }

  static let loader = Result {
    ModelLoader(
      try WeightSuite(
        parsing: Fixtures.projectRoot.appending(path: "Protocols/weights/fixtures.yaml").path))
  }

  /// The 200 faces, sorted by name.
  static func faces() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: Fixtures.path("faces/images")).sorted()
  }

  /// A: the first hundred faces, B: the last.
  ///
  /// The features agree with PyTorch's to about 1e-6 of their size; FID is quadratic in them, and a
  /// relative error of 1e-4 is what the peers differ by between machines.
  @Test(arguments: FrechetMode.allCases)
  func frechetDistances(mode: FrechetMode) throws {
    let all = try Self.values.get().fid_A_vs_B_with_inception_fid_real92of94
    let expected = try #require(all.first { $0.key.hasPrefix(mode.rawValue) }).value
    let taps = expected.keys.sorted()
    let network = try Self.loader.get().fidExtractor(mode.preprocessing).network
    let executable = try network.executable(outputs: taps)
    let workers = Workers()
    let memories = (0..<workers.count).map { _ in WorkerMemory() }
    let names = try Self.faces()
    let features = try workers.map(names.count) { index, worker in
      let image = try ImageDecoder.rgb(
        contentsOf: Fixtures.path("faces/images/\(names[index])"))
      return executable.run(
        try mode.preprocessing.apply(image), in: memories[worker].main)
    }
    for tap in taps {
      let rows = features.map { $0[tap]?.values ?? [] }
      let distance = try FrechetDistance.between(
        FeatureMatrix(stacking: Array(rows.prefix(100))),
        FeatureMatrix(stacking: Array(rows.suffix(100))))
      let reference = try #require(expected[tap])
      #expect(abs(distance.value / reference - 1) <= 1e-4, "\(tap): \(distance.value)")
    }
  }

  @Test(arguments: [("alex", WeightRole.lpipsAlex), ("squeeze", .lpipsSqueeze)])
  func perceptualDistances(name: String, role: WeightRole) throws {
    let meter = try Self.loader.get().perceptual(role)
    let memory = WorkerMemory()
    let values = try Self.values.get()
    let expected = try #require(values.`lpips_v0.1`[name])
    for (key, reference) in expected {
      let files = key.components(separatedBy: "_vs_")
      let images = try files.map {
        try ImageDecoder.rgb(contentsOf: Fixtures.path("lpips/\($0).png"))
      }
      _ = try meter.activate(images[0], named: files[0], in: memory.other)
      let executable = try meter.activate(images[1], named: files[1], in: memory.main)
      let distance = try meter.distance(executable, memory.other, memory.main)
      // A thousand Float32 roundings in a mean of positive terms of order 1.
      #expect(abs(distance - reference) <= 1e-5, "\(key): \(distance)")
    }
  }

  /// VainF's package computes in Float32 with a window of Float32, which moves it by up to 2e-5.
  @Test func pairDifferences() throws {
    for (key, expected) in try Self.values.get().pairs_resized_to_256_by_PIL_bicubic {
      let images = try key.components(separatedBy: "|").map {
        try ImageDecoder.rgb(contentsOf: Fixtures.path("faces/images/\($0)"))
          .resized(width: 256, height: 256, filter: .bicubic)
      }
      func score(_ variant: StructuralSimilarity.Variant) throws -> Double {
        try StructuralSimilarity(variant).score(images[0], images[1])
      }
      #expect(abs(try score(.skimage) - expected.ssim_skimage) <= 1e-9, "\(key)")
      #expect(abs(try score(.vainfSSIM) - expected.ssim_vainf) <= 2e-5, "\(key)")
      #expect(abs(try score(.vainfMSSSIM) - expected.ms_ssim_vainf) <= 2e-5, "\(key)")
      let mae = try PixelDifference.meanAbsoluteError(images[0], images[1])
      let psnr = try PixelDifference.peakSignalToNoiseRatio(images[0], images[1])
      // The reference keeps its [0, 1] images in Float32: half an ulp of 1 a value.
      #expect(abs(mae - expected.mae) <= 1e-7, "\(key)")
      #expect(abs(psnr - expected.psnr) <= 2e-5, "\(key)")
    }
  }

  struct IdentityPairs: Decodable {
    struct Pair: Decodable {
      let a, b: String
      let same: Bool
      let cos: Double
    }

    let pairs: [Pair]
  }

  @Test func identityCosines() throws {
    let extractor = try Self.loader.get().identity(
      network: "mobilefacenet", preprocessing: .mobileFaceNet112x96)
    let aligned = FeatureExtractor(
      network: extractor.network, tap: extractor.tap, preprocessing: .mobileFaceNet112x96)
    let memory = WorkerMemory()
    let pairs = try JSONDecoder().decode(
      IdentityPairs.self,
      from: Data(contentsOf: Fixtures.root.appending(path: "identity/reference_cosines.json"))
    ).pairs
    var embeddings: [String: [Float]] = [:]
    for name in Set(pairs.flatMap { [$0.a, $0.b] }) {
      let stem = (name as NSString).deletingPathExtension
      let image = try ImageDecoder.rgb(
        contentsOf: Fixtures.path("identity/aligned112/\(stem).png"))
      embeddings[name] = try aligned.features(of: image, named: name, in: memory)
    }
    var same: [Double] = []
    var different: [Double] = []
    for pair in pairs {
      let cosine = try Identity.cosine(
        try #require(embeddings[pair.a]), try #require(embeddings[pair.b]))
      #expect(abs(cosine - pair.cos) <= 1e-4, "\(pair.a) \(pair.b)")
      if pair.same { same.append(cosine) } else { different.append(cosine) }
    }
    #expect(same.count == 38 && different.count == 262)
    let (least, most) = (try #require(same.min()), try #require(different.max()))
    #expect(least > most)
  }

  @Test func parserAccuracy() throws {
    let parser = try Self.loader.get().parser(
      network: "celebamask-unet", preprocessing: .celebAMaskUNet512())
    let names = try Self.faces()
    let workers = Workers()
    let memories = (0..<workers.count).map { _ in WorkerMemory() }
    let matrices = try workers.map(names.count) { index, worker in
      let stem = (names[index] as NSString).deletingPathExtension
      let image = try ImageDecoder.rgb(contentsOf: Fixtures.path("faces/images/\(names[index])"))
      let mask = try ImageDecoder.labelMap(contentsOf: Fixtures.path("faces/masks/\(stem).png"))
      let labels = try parser.labels(
        of: image, width: mask.width, height: mask.height, named: stem, in: memories[worker])
      var matrix = ConfusionMatrix()
      try matrix.add(groundTruth: mask, prediction: labels)
      return matrix
    }
    var sum = ConfusionMatrix()
    for matrix in matrices { try sum.merge(matrix) }
    let expected = try Self.values.get().parser_unetsmall_on_faces_200
    // A pixel changes its class where two logits tie to within Float32 rounding: of 52 million pixels
    // a few hundred may, which is 1e-5 in accuracy; a rare class of 10⁴ pixels moves mIoU by 1e-4 at most.
    let accuracy = try #require(sum.accuracy)
    #expect(abs(accuracy - expected.accuracy) <= 1e-5)
    let score = try MeanIntersectionOverUnion.agg19.score(ofImages: matrices)
    let miou = try #require(score)
    #expect(abs(miou - expected.miou_agg19) <= 1e-4)
  }
}
