import Graphs
import Networks
import Tensors
import TestSupport

/// What facenet-pytorch and scikit-image computed; made by `Tools/make_detection_goldens.py`.
enum DetectionGoldens {
  struct NetworkCase: Decodable {
    struct Result: Decodable {
      let shape: [Int]
      let values: [Double]
    }

    let network: String
    let inputShape: [Int]
    let results: [String: Result]
  }

  struct Face: Decodable {
    let box: [Float]
    let score: Float
    let landmarks: [[Float]]
  }

  struct Cascade: Decodable {
    let seed: UInt64
    let heads: Float
    let thresholds: [Float]
    let width: Int
    let height: Int
    let faces: [Face]
  }

  struct Picture: Decodable {
    let file: String
    let tiles: [String]?
    let faces: [Face]
  }

  struct Warp: Decodable {
    let points: [[Double]]
    let targets: [[Double]]
    let matrix: [Double]
    let pixels: [UInt8]
  }

  static let seed: UInt64 = 20_260_102

  /// Published-looking parameters of one network, its heads scaled down as the script does.
  static func seeded(_ part: MTCNN.Part, heads: Float = 0.0625) throws -> [String: Tensor] {
    var parameters: [String: Tensor] = [:]
    for specification in try Graph(tracing: MTCNN(part)).parameters {
      let name = specification.name
      var tensor = SeededParameters.tensor(
        named: "\(part.rawValue).\(name)", shape: specification.shape, seed: seed)
      let layer = name.prefix { $0 != "." }
      if ["_1", "_2", "_3"].contains(where: layer.hasSuffix) {
        for index in tensor.values.indices { tensor.values[index] *= heads }
      }
      parameters[name] = tensor
    }
    return parameters
  }

  /// Waves, blobs and corners, as the script draws them.
  static func drawnImage(width: Int, height: Int) -> Raster {
    var samples: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<3 {
          let value = x * (c + 3) + y * 5 + (x / 7) * (y / 9) * 11 + 40 * ((x / 16 + y / 12) % 3)
          samples.append(UInt8(value % 256))
        }
      }
    }
    return Raster(width: width, height: height, channels: 3, samples: samples)
  }
}
