import Checkpoints
import Foundation
import Graphs
import Networks
import Provenance

/// Networks that make images.
extension ModelLoader {
  /// The network that the built-in method `denoise` runs: the program's own, unless the suite names another
  /// file for it.
  ///
  /// - Throws: ``UnavailableMetric`` if weights are missing; ``HarnessError`` for a network of another form; other errors
  ///   if they are unusable.
  package func denoiser() throws -> LoadedNetwork {
    let own = CompactNetworks.denoiser
    var choice = suite.roles[.denoiser] ?? RoleChoice()
    if choice.network ?? own.name == own.name {
      choice.file = choice.file ?? CompactWeights.path(of: own.name)
    }
    let (network, _) = try load(
      choice, role: .denoiser, as: nil, default: own.name, tap: nil)
    let shapes = try [own, network.network].map { network in
      let graph = try Graph(tracing: network)
      let inputs = network.inputs.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
      return "\(inputs) to \(graph.shape(of: Graph.mainOutput) ?? [])"
    }
    guard shapes[0] == shapes[1] else {
      throw HarnessError(
        .runtime,
        "\(network.weights.path): a denoiser brings \(shapes[0]), but \(network.network.name) brings "
          + shapes[1])
    }
    return network
  }

  /// The U-Net of a diffusion in pixels: image `[3, S, S]` and timestep `[1]` to `[3, S, S]` or, with a
  /// learned variance, `[6, S, S]`.
  ///
  /// - Parameter name: the network of suites that name none.
  /// - Returns: the network with its weights.
  /// - Throws: ``UnavailableMetric`` if weights are missing; ``HarnessError`` with one sentence for a file that does
  ///   not fit, for several files to choose from and for a network of another form; `CheckpointError`.
  package func unet(default name: String = WeightRole.usualUNet) throws -> LoadedNetwork {
    try diffusionNetwork(
      .unet, as: .unet, default: name, form: "[3, S, S] or [6, S, S]"
    ) { image, result in
      [3, 6].contains(result[0]) && result.dropFirst() == image.dropFirst()
    }
  }

  /// The encoder of noisy images that steers a diffusion: image `[3, S, S]` and timestep `[1]` to an embedding `[D]`.
  ///
  /// - Throws: as ``unet(default:)``.
  package func guide() throws -> LoadedNetwork {
    try diffusionNetwork(
      .guide, as: .guide, default: WeightRole.usualGuide, form: "an embedding [D]"
    ) {
      _, result in result.count == 1
    }
  }

  private func diffusionNetwork(
    _ role: WeightRole, as kind: PublishedWeights.Role, default name: String, form: String,
    fits: (_ image: [Int], _ result: [Int]) -> Bool
  ) throws -> LoadedNetwork {
    let choice = suite.roles[role] ?? RoleChoice()
    try refuseAmbiguity(choice, role: role, as: kind, default: name)
    let network: LoadedNetwork
    do {
      network = try load(choice, role: role, as: kind, default: name, tap: nil).network
    } catch let error as UnavailableMetric {
      throw UnavailableMetric(
        "\(error); 'evalkit weights list' tells where published files are, and a weights manifest "
          + "names others, as in 'roles: {\(role.rawValue): {network: \(choice.network ?? name), "
          + "file: PATH}}'")
    } catch let error as BindingError {
      throw misfit(error, choice, role: role, wanted: choice.network ?? name)
    }
    let inputs = network.network.inputs.map(\.shape)
    let result = try Graph(tracing: network.network).shape(of: Graph.mainOutput) ?? []
    guard inputs.count == 2, inputs[0].count == 3, inputs[0][0] == 3, inputs[1] == [1],
      !result.isEmpty, fits(inputs[0], result)
    else {
      throw HarnessError(
        .runtime,
        "\(network.weights.path): '\(role.rawValue)' brings an image [3, S, S] and a timestep [1] to "
          + "\(form), but \(network.network.name) brings "
          + "\(inputs.map { "\($0)" }.joined(separator: " and ")) to \(result)")
    }
    return network
  }

  /// Several published files fit one network, and nobody should get images of horses for cats.
  private func refuseAmbiguity(
    _ choice: RoleChoice, role: WeightRole, as kind: PublishedWeights.Role, default name: String
  ) throws {
    guard choice.file == nil, choice.onnx == nil else { return }
    let network = choice.network ?? name
    let files = WeightCatalogue.files(for: network).filter {
      $0.role == kind && WeightCatalogue.path(of: $0, in: suite.directory) != nil
    }
    guard files.count > 1 else { return }
    throw HarnessError(
      .usage,
      "\(suite.directory) has several files of \(network) for '\(role.rawValue)': "
        + files.map(\.fileName).joined(separator: ", ")
        + "; name one in a weights manifest, as in 'roles: {\(role.rawValue): {network: \(network), "
        + "file: \(files[0].fileName)}}'")
  }

  /// What is said of a file that does not fit the network of a role, in one sentence.
  private func misfit(
    _ error: BindingError, _ choice: RoleChoice, role: WeightRole, wanted name: String
  ) -> HarnessError {
    let others = (try? WeightInspection(error.path).matches.filter(\.fits).map(\.network)) ?? []
    if choice.part == nil, let other = others.first {
      return HarnessError(
        .runtime,
        "\(error.path) holds \(others.joined(separator: " or ")), but '\(role.rawValue)' is \(name); "
          + "name 'network: \(other)' for it in the weights manifest, or another file")
    }
    return HarnessError(
      .runtime,
      "\(error.sentence); '\(role.rawValue)' is \(name), and 'evalkit weights inspect' shows what a "
        + "file holds")
  }
}
