import Checkpoints
import Networks

extension ModelLoader {
  /// Why the network of a role cannot be there; nil if its file is.
  ///
  /// Files are looked for, not opened.
  package func absence(of role: WeightRole) -> String? {
    let choice = suite.roles[role] ?? RoleChoice()
    do {
      if let file = choice.onnx ?? choice.file {
        _ = try named(file, for: role)
        return nil
      }
    } catch { return "\(error)" }
    // The program brings a denoiser of its own.
    if role == .denoiser, choice.network == nil { return nil }
    guard let network = choice.network ?? role.usualNetwork else {
      return "the suite '\(suite.name)' names no file for '\(role.rawValue)'"
    }
    let published = WeightCatalogue.files(for: network)
    if published.contains(where: { WeightCatalogue.path(of: $0, in: suite.directory) != nil }) {
      return nil
    }
    let wanted = published.first?.fileName ?? "a file for \(network)"
    return UnavailableMetric(needs: wanted, for: "'\(role.rawValue)'", in: suite.directory)
      .description
  }
}

extension WeightRole {
  /// The network of suites that name none; nil for roles whose metrics choose it.
  var usualNetwork: String? {
    switch self {
    case .unet: Self.usualUNet
    case .guide: Self.usualGuide
    case .collaborative: LatentUNet.collaborativeBranch.name
    case .scadm: SCADMUNet.published.name
    default: trunk
    }
  }

  /// The usual network of ``unet``.
  package static let usualUNet = ADMUNet.ffhq.name
  /// The usual network of ``guide``.
  static let usualGuide = TimeConditionedCLIPImage.published.name
}
