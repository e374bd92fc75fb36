import Diffusion
import Foundation
import Graphs
import Models
import Networks
import Pipelines
import Provenance
import Systems
import Tensors
import TestSupport

/// What the official code computed on seeded networks; made by `Tools/make_sdg_goldens.py`.
struct SDGGolden: Decodable {
  /// Sums and samples of one image.
  struct Kept: Decodable {
    let shape: [Int]
    let sum: Double
    let sumOfSquares: Double
    /// Little-endian float32 at positions `⌊i · count / samples⌋`.
    let samples: Data

    var values: [Float] {
      stride(from: 0, to: samples.count, by: 4).map { offset in
        Float(
          bitPattern: samples[offset..<offset + 4].reversed().reduce(UInt32(0)) {
            $0 << 8 | UInt32($1)
          })
      }
    }

    /// The largest difference from the samples, in parts of the image's root mean square.
    func distance(of image: Tensor) -> Double {
      let expected = values
      let found = expected.indices.map { image.values[$0 * image.count / expected.count] }
      let rms = (sumOfSquares / Double(image.count)).squareRoot()
      return Agreement(found, expected).maximum / rms
    }
  }

  /// A kind of guidance and the images after each step.
  struct Mode: Decodable {
    let text: Double
    let image: Double
    let steps: [[Kept]]
  }

  struct ILVR: Decodable {
    let factor: Int
    let range: Int
    let steps: [[Kept]]
    let filtered: [Kept]
  }

  struct Reference: Decodable {
    let width: Int
    let height: Int
    let size: Int
    let sha256: String
  }

  let seed: UInt64
  let imageSeeds: [UInt64]
  let modes: [String: Mode]
  let ilvr: ILVR
  let references: [Reference]

  init() throws { self = try GoldenFolder().decoded("sdg.json") }
}

/// A U-Net and a guide of 64 pixels, small enough to be run in a moment, on seeded parameters.
enum SDGFixture {
  static let seed: UInt64 = 20_260_102
  static let unet: ADMUNet = {
    var configuration = ADMUNet.Configuration(
      imageSize: 64, channels: 32, multipliers: [1, 2], residualBlocks: 1, attentionSizes: [32])
    configuration.headChannels = 32
    return ADMUNet(name: "adm-reduced", summary: "", configuration)
  }()
  static let guide = TimeConditionedCLIPImage(
    name: "sdg-guide-reduced", summary: "", size: 64, width: 16, blocks: [2, 1, 2, 1],
    embedding: 24)

  static func loaded(_ network: any Network) throws -> LoadedNetwork {
    let parameters = Dictionary(
      uniqueKeysWithValues: try Graph(tracing: network).parameters.map {
        let tensor = SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: seed)
        // A quarter, as the script says.
        guard $0.name == "emb_layers.1.weight" else { return ($0.name, tensor) }
        return ($0.name, Tensor(shape: tensor.shape, values: tensor.values.map { 0.25 * $0 }))
      })
    return LoadedNetwork(
      network: network, weights: WeightFile(path: "seeded", sha256: "seeded"),
      parameters: parameters)
  }

  /// Rows `text [2, 24]`.
  static let texts: [[Float]] = {
    let tensor = SeededParameters.tensor(named: "text", shape: [2, 24], seed: seed)
    return [Array(tensor.values[..<24]), Array(tensor.values[24...])]
  }()

  /// A pipeline of both; a text is the number of its embedding.
  static func pipeline(
    _ settings: SDGPipeline.Settings, calibration: GuidanceCalibration? = nil
  ) throws -> SDGPipeline {
    try SDGPipeline(
      settings, model: try DiffusionModel(ofPixels: try loaded(unet)),
      guide: try NoisyGuide(try loaded(guide), calibration: calibration),
      texts: ("texts=seeded", { texts[(Int($0) ?? 0) % 2] }), groupSize: 4)
  }

  /// Conditions as the goldens have them.
  static func conditions(_ seeds: [UInt64]) -> [SDGPipeline.Condition] {
    seeds.enumerated().map { index, image in
      SDGPipeline.Condition(
        noise: SeededNoise(seed: image), text: texts[index],
        reference: SeededParameters.input(shape: [3, 64, 64], seed: UInt64(31 + index)))
    }
  }

  /// Noise as a picture.
  static func picture(_ seed: UInt64, width: Int, height: Int) -> Raster {
    var random = SplitMix64(seed: seed)
    return Raster(
      width: width, height: height, channels: 3,
      samples: (0..<width * height * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) })
  }

  /// A request with text and image.
  static func request(_ number: Int) -> ImageRequest {
    ImageRequest(
      id: "image \(number)", seed: UInt64(100 + number), text: "\(number)",
      image: { picture(UInt64(number), width: 80, height: 70) })
  }
}
