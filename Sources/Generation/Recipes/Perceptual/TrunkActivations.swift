import Images
import Kernels
import Models
import Networks
import Tensors

/// LPIPS's trunk with the weights of a file: the activations that a perceptual distance compares.
struct TrunkActivations: Sendable {
  private let network: LoadedNetwork
  private let taps: [String]
  private let workers: Workers

  /// Binds a file strictly.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, `FileError` or `GraphError`.
  init(file: String, workers: Workers) throws {
    let perceptual = PerceptualNetwork(trunk: CompactNetworks.alexNet)
    network = try LoadedNetwork(perceptual, checkpoint: OpenCheckpoint(file))
    taps = perceptual.trunk.perceptualTaps.map(\.name)
    self.workers = workers
  }

  /// Reads the compared layers of any number of pictures.
  ///
  /// - Parameters:
  ///   - count: how many pictures there are.
  ///   - picture: one of them, `[256, 256, 3]`, made on any thread.
  ///   - read: takes what is wanted of its layers.
  /// - Returns: in order.
  /// - Throws: what `picture` and `read` throw; `GraphError` if an activation is not finite.
  func map<Value: Sendable>(
    _ count: Int, picture: @Sendable (Int) throws -> Raster,
    read: @Sendable (_ index: Int, _ layers: [NormalizedLayer]) throws -> Value
  ) throws -> [Value] {
    try network.map(
      count, inputShape: [3, SyntheticTrainingSet.drawnSide, SyntheticTrainingSet.drawnSide],
      outputs: taps,
      workers: workers
    ) {
      try Preprocessing.lpips().apply(picture($0))
    } read: { index, result in
      try read(index, taps.map { result($0).normalized })
    }
  }

  /// The compared layers of pictures of `[256, 256, 3]`.
  ///
  /// - Throws: as ``map(_:picture:read:)``.
  func activations(of pictures: [Raster]) throws -> [[NormalizedLayer]] {
    try map(pictures.count) {
      pictures[$0]
    } read: {
      $1
    }
  }

  /// Differences between every picture and the next one, as between whole and damaged ones, `[ΣC]` each.
  ///
  /// - Throws: as ``map(_:picture:read:)``.
  func differencesOfNeighbors(_ pictures: [Raster]) throws -> [[Float]] {
    let layers = try activations(of: pictures)
    return zip(layers, layers.dropFirst()).map { one, other in
      zip(one, other).flatMap { $0.meanSquares(beside: $1) }
    }
  }
}

/// Activations of one layer, every pixel's channels at unit length.
struct NormalizedLayer: Sendable {
  let channels: Int
  /// `[H·W, C]`.
  let values: [Float]

  /// The mean over pixels of the squared differences, `[C]`.
  func meanSquares(beside other: NormalizedLayer) -> [Float] {
    var sums = [Double](repeating: 0, count: channels)
    for index in values.indices {
      let difference = Double(values[index]) - Double(other.values[index])
      sums[index % channels] += difference * difference
    }
    let pixels = Double(values.count / channels)
    return sums.map { Float($0 / pixels) }
  }
}

extension MapView {
  /// As ``LPIPS`` normalizes them.
  var normalized: NormalizedLayer {
    var values: [Float] = []
    values.reserveCapacity(pixels * channels)
    withValues { found in
      for pixel in 0..<pixels {
        let channels = pixel * pixelStride..<pixel * pixelStride + channels
        var sum: Float = 0
        for place in channels { sum += found[place] * found[place] }
        let norm = sum.squareRoot() + 1e-10
        for place in channels { values.append(found[place] / norm) }
      }
    }
    return NormalizedLayer(channels: channels, values: values)
  }
}
