import Tensors

extension NoiseSchedule {
  /// β that rise evenly, by default 1e-4…0.02 for 1000 timesteps and as much noise in all for other numbers.
  ///
  /// - Parameters:
  ///   - count: T.
  ///   - first: β of timestep 0; `nil` stands for `1000/T · 1e-4`.
  ///   - last: β of timestep T − 1; `nil` stands for `1000/T · 0.02`.
  ///   - precision: how ᾱ is formed.
  /// - Returns: the schedule of `count` timesteps.
  /// - Throws: ``DiffusionError``, where too few timesteps ask for a β of 1 or more.
  ///
  /// Source: Ho et al., arXiv 2006.11239, section 4; `openai/guided-diffusion`,
  /// `guided_diffusion/gaussian_diffusion.py`, `get_named_beta_schedule`.
  package static func linear(
    _ count: Int = 1000, first: Double? = nil, last: Double? = nil, precision: Precision = .double
  ) throws(DiffusionError) -> NoiseSchedule {
    let scale = 1000 / Double(count)
    return try NoiseSchedule(
      betas: evenlySpaced(count, from: first ?? scale * 0.0001, to: last ?? scale * 0.02),
      precision: precision)
  }

  /// β whose roots rise evenly, which latent diffusion calls linear and others scaled linear.
  ///
  /// - Parameters:
  ///   - count: T.
  ///   - first: β of timestep 0.
  ///   - last: β of timestep T − 1.
  ///   - precision: how ᾱ is formed.
  /// - Returns: the schedule of `count` timesteps.
  /// - Throws: ``DiffusionError`` for an empty schedule and a β that is not above 0 and below 1.
  ///
  /// Source: `CompVis/latent-diffusion`, `ldm/modules/diffusionmodules/util.py`, `make_beta_schedule`.
  package static func rootLinear(
    _ count: Int = 1000, first: Double, last: Double, precision: Precision = .roundedToSingle
  ) throws(DiffusionError) -> NoiseSchedule {
    try NoiseSchedule(
      betas: evenlySpaced(count, from: first.squareRoot(), to: last.squareRoot()).map { $0 * $0 },
      precision: precision)
  }

  /// Latent diffusion's of faces: β of 1000 timesteps from 0.0015 to 0.0195, whose roots rise evenly.
  ///
  /// Source: `CompVis/latent-diffusion`, `configs/latent-diffusion/celebahq-ldm-vq-4.yaml`; Collaborative Diffusion and
  /// SCA-DM have the same.
  ///
  /// - Throws: nothing for these numbers.
  package static var latentDiffusion: NoiseSchedule {
    get throws(DiffusionError) { try rootLinear(first: 0.0015, last: 0.0195) }
  }

  /// ᾱ that falls like a squared cosine, `cos²((t/T + 0.008)/1.008 · π/2)`, β at most 0.999.
  ///
  /// - Throws: ``DiffusionError`` for an empty schedule.
  ///
  /// Source: Nichol and Dhariwal, arXiv 2102.09672, equation 17; `openai/guided-diffusion`,
  /// `guided_diffusion/gaussian_diffusion.py`, `betas_for_alpha_bar`.
  package static func cosine(
    _ count: Int = 1000, precision: Precision = .double
  ) throws(DiffusionError) -> NoiseSchedule {
    func cumulativeAlpha(_ step: Int) -> Double {
      let cosine = Elementary.cosine((Double(step) / Double(count) + 0.008) / 1.008 * .pi / 2)
      return cosine * cosine
    }
    let betas = (0..<max(count, 0)).map { step in
      min(1 - cumulativeAlpha(step + 1) / cumulativeAlpha(step), 0.999)
    }
    return try NoiseSchedule(betas: betas, precision: precision)
  }

  /// Values from one to another at equal distances, rounded as NumPy's `linspace` rounds them.
  static func evenlySpaced(_ count: Int, from first: Double, to last: Double) -> [Double] {
    let step = (last - first) / Double(count - 1)
    return (0..<max(count, 0)).map { index in
      index > 0 && index == count - 1 ? last : index == 0 ? first : Double(index) * step + first
    }
  }
}
