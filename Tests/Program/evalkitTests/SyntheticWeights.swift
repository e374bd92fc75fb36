import Checkpoints
import Foundation
import Graphs
import Networks
import Tensors
import TestSupport

/// Weight files drawn from seeds, in the place of published ones; made once for all tests.
enum SyntheticWeights {
  /// A manifest that names no file, for metrics without a network.
  static let empty = place("empty.yaml")
  /// LPIPS on SqueezeNet.
  static let distances = place("distances.yaml")
  /// Every column of a table but FID.
  static let table = place("table.yaml")
  /// Inception for FID.
  static let inception = place("inception.yaml")

  /// A file among the weights.
  static func place(_ name: String) -> String { folder + "/" + name }

  /// Inception for FID, and LPIPS on SqueezeNet.
  static let sets = place("sets.yaml")

  private static let folder: String = {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("evalkit-weights-\(ProcessInfo.processInfo.processIdentifier)").path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try fill(path)
    } catch { preconditionFailure("the weights cannot be made: \(error)") }
    atexit { SyntheticWeights.remove() }
    return path
  }()

  private static func remove() { try? FileManager.default.removeItem(atPath: folder) }

  private static func fill(_ folder: String) throws {
    let squeeze = PerceptualNetwork(trunk: SqueezeNet())
    try write(Graph(tracing: squeeze).parameters, to: "\(folder)/squeeze.safetensors")
    try write(squeeze.heads, to: "\(folder)/heads.safetensors")
    for (name, network) in [
      ("mobile", MobileFaceNet() as any Network), ("unet", CelebAMaskUNet()),
      ("inception", InceptionV3()),
    ] {
      try write(Graph(tracing: network).parameters, to: "\(folder)/\(name).safetensors")
    }
    let distance = "  lpips-squeeze: {file: squeeze.safetensors, heads: heads.safetensors}\n"
    let others = """
        id: {network: mobilefacenet, file: mobile.safetensors, preprocessing: mobilefacenet-crop}
        parser: {network: celebamask-unet, file: unet.safetensors, preprocessing: unet-small-256}

      """
    let inception = "  fid: {file: inception.safetensors}\n"
    for (name, roles) in [
      ("empty", "  {}\n"), ("distances", distance), ("table", distance + others),
      ("inception", inception), ("sets", distance + inception),
    ] {
      try Data("roles:\n\(roles)".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).yaml"))
    }
  }

  /// Writes seeded values of parameters.
  static func write(_ parameters: [ParameterSpecification], to path: String) throws {
    try SafetensorsFile.write(
      parameters.filter { !$0.isCounter }.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 5))
      }, to: path)
  }
}
