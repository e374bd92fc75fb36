/// How several networks lie in one file of a latent diffusion system.
///
/// Source: CompVis/latent-diffusion, `ldm/models/diffusion/ddpm.py` and `ldm/modules/ema.py`;
/// ziqihuangg/Collaborative-Diffusion, `ldm/models/diffusion/ddpm_compose.py`.
package struct CompositeLayout: Hashable, Sendable {
  /// The networks by what their tensors' names begin with, without the dot; empty for a file of one network.
  package let parts: [String]

  /// The U-Net, what reads its condition, and the autoencoder.
  package static let latentDiffusion = CompositeLayout(
    parts: ["model.diffusion_model", "cond_stage_model", "first_stage_model"])

  /// Collaborative Diffusion: two U-Nets, their dynamic diffusers, what reads their conditions, the autoencoder.
  package static let collaborative = CompositeLayout(
    parts: [
      "model.seg_mask_unet.diffusion_model", "model.text_unet.diffusion_model",
      "model.seg_mask_confidence_predictor.diffusion_model",
      "model.text_confidence_predictor.diffusion_model",
      "cond_stage_model.seg_mask_cond_stage_model", "cond_stage_model.text_cond_stage_model",
      "first_stage_model",
    ])

  /// An autoencoder alone, as it was trained.
  package static let autoencoder = CompositeLayout(parts: [""])

  /// DDGI's mapping and modulation networks, and what finds how heads stand.
  package static let inversion = CompositeLayout(parts: ["mapping", "modulation", "stance"])

  /// The noise schedule, which is computed anew, and how the averages were made.
  private static let ignored: Set = [
    "model_ema.decay", "model_ema.num_updates",
    "betas", "alphas_cumprod", "alphas_cumprod_prev", "sqrt_alphas_cumprod",
    "sqrt_one_minus_alphas_cumprod", "log_one_minus_alphas_cumprod", "sqrt_recip_alphas_cumprod",
    "sqrt_recipm1_alphas_cumprod", "posterior_variance", "posterior_log_variance_clipped",
    "posterior_mean_coef1", "posterior_mean_coef2",
  ]
  /// Layers of a network that nothing uses.
  private static let idle: Set<Substring> = ["label_emb", "to_logits"]
  /// What the averages over the training are called, and what is averaged.
  static let averagesName = "model_ema"
  static let averages = averagesName + "."
  private static let averaged = "model."

  /// Whose a tensor is.
  enum Owner: Equatable {
    /// A network's, with the name that it has there.
    case part(String, name: String)
    /// No network's, by name.
    case ignored
    /// Nobody's.
    case unknown
  }

  /// Whose the tensor of a name is; of an average, ask with the name of what it averages.
  func owner(of name: String) -> Owner {
    if Self.ignored.contains(name) || name.hasPrefix("loss.") { return .ignored }
    for part in parts {
      let prefix = part.isEmpty ? "" : part + "."
      guard name.hasPrefix(prefix) else { continue }
      let rest = name.dropFirst(prefix.count)
      let isIdle = rest.split(separator: ".").contains(where: Self.idle.contains)
      return isIdle ? .ignored : .part(part, name: String(rest))
    }
    return .unknown
  }

  /// The name under which the average of a tensor is kept; nil for what is not averaged.
  static func averageName(of name: String) -> String? {
    guard name.hasPrefix(averaged) else { return nil }
    return averages + name.dropFirst(averaged.count).filter { $0 != "." }
  }
}

/// Which of a trained network's weights are read.
package enum TrainedWeights: String, Sendable, CaseIterable {
  /// Those of the last step.
  case raw
  /// Their average over the training.
  case averaged
}
