import TestSupport

/// Values by independent code, made by `Tools/make_metric_goldens.py`.
struct Goldens: Decodable {
  struct Frechet: Decodable, Sendable {
    let first: Int
    let second: Int
    let dimensions: Int
    /// pytorch-fid's formula.
    let sqrtm: Double
    /// numpy's singular values of `A·Bᵀ`.
    let nuclear: Double
    let ranks: [Int]
    /// With 60 digits; the small cases only.
    let exact: Double?
    let variance: Double
  }

  struct Perceptual: Decodable, Sendable {
    let pixels: Int
    let channels: Int
    let float32: Double
    let float64: Double
  }

  struct Segmentation: Decodable, Sendable {
    let accuracy: Double
    let miou: [String: [String: Double]]
  }

  /// Names of pictures and of measures; kept loose because not every measure fits every picture.
  struct Similarity: Sendable {
    let first: String
    let second: String
    let values: [String: Double]
  }

  let window: [Double]
  let frechet: [Frechet]
  let lpips: [Perceptual]
  let segmentation: Segmentation
  let similarity: [Similarity]

  static func load() throws -> Goldens {
    try GoldenFolder().decoded("metrics.json")
  }
}

extension Goldens.Similarity: Decodable {
  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    first = try container.decode(String.self, forKey: Key(stringValue: "first"))
    second = try container.decode(String.self, forKey: Key(stringValue: "second"))
    var values: [String: Double] = [:]
    for key in container.allKeys where !["first", "second"].contains(key.stringValue) {
      values[key.stringValue] = try container.decode(Double.self, forKey: key)
    }
    self.values = values
  }
}
