import Foundation
import Tensors
import TestSupport

/// What DiffusionCLIP's official code made of the tiny models in float64; by `Tools/make_diffusionclip_goldens.py`.
struct DiffusionCLIPGolden: Decodable {
  /// Float32 values of an image, little-endian.
  struct Image: Decodable {
    let tensor: Tensor

    init(from decoder: any Decoder) throws {
      let data = try decoder.singleValueContainer().decode(Data.self)
      tensor = Tensor(
        shape: TinyModels.imageShape,
        values: stride(from: 0, to: data.count, by: 4).map { offset in
          let bits = data[offset..<offset + 4].reversed().reduce(UInt32(0)) {
            $0 << 8 | UInt32($1)
          }
          return Float(bitPattern: bits)
        })
    }

    /// The largest difference.
    func distance(to found: Tensor) -> Double {
      Agreement(found.values, tensor.values).maximum
    }

    /// Root mean square.
    var scale: Double {
      (tensor.values.reduce(0) { $0 + Double($1) * Double($1) } / Double(tensor.count))
        .squareRoot()
    }
  }

  struct Procedures: Decodable {
    let latent, reconstruction, hybrid, noised: Image
    let ratios: [String: Image]
    let products: [Double]
  }

  struct Chain: Decodable {
    struct Gradient: Decodable {
      let length: Double
      let sum: Double
      let first: [Double]
    }

    let latent, byLatent: Image
    let loss: Double
    let parts: [String: Double]
    let byParameters: [String: Gradient]
  }

  struct Latents: Decodable {
    let losses: [Double]
    let latent, image: Image
  }

  struct Tuning: Decodable {
    let losses: [Double]
    let rates: [Double]
  }

  let sequences: [String: [Int]]
  let procedures: Procedures
  let chain: Chain
  let latents: Latents
  let tuning: Tuning
  let templates: String
  let templateCount: Int

  init() throws { self = try GoldenFolder().decoded("diffusionclip.json") }
}
