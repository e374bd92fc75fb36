import Checkpoints
import Metrics
import Models

extension InstrumentShop {
  /// Why a metric cannot be measured with the files at hand; nil if none is missing.
  ///
  /// Files are looked for, not opened.
  package func obstacle(to metric: MetricIdentifier, in request: MeterRequest) -> NotRun? {
    do {
      try require(metric, request)
      return nil
    } catch { return error as? NotRun ?? NotRun("\(error)") }
  }

  private func require(_ metric: MetricIdentifier, _ request: MeterRequest) throws {
    switch metric {
    case .fid, .kid, .fidInfinity: try require(.fid, .fid, "inception-fid")
    case .lpipsAlex: try requirePerceptual(.lpipsAlex)
    case .lpipsVGG: try requirePerceptual(.lpipsVGG)
    case .lpipsSqueeze: try requirePerceptual(.lpipsSqueeze)
    case .lpipsDiversity: try requirePerceptual(request.diversity.role)
    case .id:
      try require(.id, .identity, request.identityNetwork)
      if suite.aligns(request) { _ = try alignerFiles() }
    case .accuracy, .miou, .segmentationConsistency:
      try require(.parser, .parser, request.parserNetwork)
    case .clip, .clipDirectional, .cmmd, .retrieval:
      try require(
        CLIPChoice.role(of: metric), .clip, request.clip.networks[metric] ?? "clip-vit-b32")
    case .ssim, .msSSIM, .mae, .psnr, .time: break
    }
  }

  private func require(
    _ role: WeightRole, _ kind: PublishedWeights.Role, _ network: String
  ) throws {
    let choice = suite.roles[role] ?? RoleChoice()
    if let onnx = choice.onnx {
      _ = try named(onnx, for: role)
    } else {
      _ = try file(choice.file, of: choice.network ?? network, as: kind, for: role)
    }
  }

  private func requirePerceptual(_ role: WeightRole) throws {
    let choice = suite.roles[role] ?? RoleChoice()
    let trunk = choice.network ?? role.trunk ?? ""
    _ = try file(choice.file, of: trunk, as: .lpipsTrunk, for: role)
    _ = try file(choice.heads, of: trunk, as: .lpipsHeads, for: role)
  }
}
