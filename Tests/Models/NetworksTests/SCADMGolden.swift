import Graphs
import Networks
import Tensors
import TestSupport

/// What SCA-DM's official classes computed in float64, and the reduced networks that they are compared with; made by
/// `Tools/make_scadm_goldens.py`.
struct SCADMGolden: Decodable {
  struct Run: Decodable {
    let timestep: Float
    let isMasked: Bool
    /// Whether map and codes are not zeros.
    let isConditioned: Bool
    let taps: [Golden.Tap]
  }

  struct Totals: Decodable {
    let tensors: Int
    let values: Int
    let operations: Int
    let normOperations: Int
    let crossAttentionOperations: Int
    let crossValueOperations: Int
  }

  let seed: UInt64
  let unet: [Run]
  let style: [Golden.Tap]
  let published: [String: Totals]

  /// Reads them.
  static func read() throws -> SCADMGolden { try GoldenFolder().decoded("scadm.json") }

  /// The U-Net.
  static func unet(isMasked: Bool = true) -> SCADMUNet {
    var configuration = SCADMUNet.Configuration()
    configuration.latentSize = 16
    configuration.mapSize = 64
    configuration.codeWidth = 48
    configuration.channels = 32
    configuration.multipliers = [1, 2]
    configuration.residualBlocks = 1
    configuration.attentionLevels = [1]
    configuration.headChannels = 16
    configuration.isMasked = isMasked
    return SCADMUNet(name: "sca-dm-reduced", summary: "", configuration)
  }

  /// The style encoder.
  static let style = SCADMStyleEncoder(
    name: "sca-dm-style-reduced", summary: "",
    .init(imageSize: 64, levels: 3, features: 2, levelWidth: 16))

  /// Blocks of classes 0 … 16; the last two are absent.
  static func labelMap(_ size: Int) -> Tensor {
    var map = Tensor(shape: [19, size, size])
    for (row, column) in (0..<size).flatMap({ row in (0..<size).map { (row, $0) } }) {
      map.values[((row * 5 / 23 + column * 3 / 17) % 17 * size + row) * size + column] = 1
    }
    return map
  }

  /// What PyTorch ran on.
  func parameters(_ graph: Graph) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: seed))
      })
  }

  /// The U-Net's inputs, map and codes zeros unless it is conditioned.
  func sample(timestep: Float, isConditioned: Bool = true) -> [String: Tensor] {
    let codes = SeededParameters.input(shape: [48, 19, 1], seed: seed)
    return [
      "latent": SeededParameters.input(shape: [3, 16, 16], seed: seed),
      "timestep": Tensor(shape: [1], values: [timestep]),
      "map": isConditioned ? Self.labelMap(64) : Tensor(shape: [19, 64, 64]),
      "codes": isConditioned ? codes : Tensor(shape: codes.shape),
    ]
  }
}
