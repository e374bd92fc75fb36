import Tensors

/// How noise grows over the timesteps 0 ..< T of a diffusion.
///
/// Timestep 0 has a first bit of noise; the clean image lies before it. All tables are Float64.
///
/// Source: Ho et al., arXiv 2006.11239, section 2; `openai/guided-diffusion`,
/// `guided_diffusion/gaussian_diffusion.py`.
package struct NoiseSchedule: Equatable, Sendable {
  /// The step that stands for the clean image, before timestep 0.
  package static let cleanTimestep = -1

  /// How the product ᾱ of all `1 − β` is formed and kept.
  package enum Precision: Sendable {
    /// Float64 throughout, as guided-diffusion does.
    case double
    /// A product in Float64 that is kept in Float32, as `CompVis/latent-diffusion` does.
    case roundedToSingle
    /// β, `1 − β` and the running product in Float32, as `gwang-kim/DiffusionCLIP` does on its graphics processor.
    /// There the order of the product is the library's, and PyTorch sums up Float32 in Float64 on CPUs, so the last
    /// place differs between its machines; at most 7e-7 of ᾱ lie between this and Float64 in its schedule.
    case single
  }

  /// β, the share of noise that each timestep adds, `[T]`, each in 0…1.
  package let betas: [Double]
  /// ᾱ, the share of the image's variance that is left, `[T]`, falling.
  package let cumulativeAlphas: [Double]

  /// A schedule of given β.
  ///
  /// - Throws: ``DiffusionError`` for an empty list and for a β that is not above 0 and below 1.
  /// - Deviation: guided-diffusion also takes a β of 1, after which nothing of an image is left.
  package init(betas: [Double], precision: Precision = .double) throws(DiffusionError) {
    guard !betas.isEmpty else { throw .emptySchedule }
    if let timestep = betas.firstIndex(where: { !($0 > 0 && $0 < 1) }) {
      throw .invalidBeta(timestep: timestep, value: betas[timestep])
    }
    self.init(valid: betas, precision)
  }

  /// A schedule of β that are above 0 and below 1.
  init(valid betas: [Double], _ precision: Precision) {
    self.betas = betas
    switch precision {
    case .double, .roundedToSingle:
      let products = betas.runningProducts { $0 * (1 - $1) }
      cumulativeAlphas = precision == .double ? products : products.map { Double(Float($0)) }
    case .single:
      cumulativeAlphas = betas.runningProducts { Double(Float($0) * (1 - Float($1))) }
    }
  }

  /// T, the number of timesteps.
  package var count: Int { betas.count }

  /// The level of a timestep; that of ``cleanTimestep`` is clean.
  ///
  /// - Throws: `DiffusionError.timestepOutOfRange`.
  package func level(at timestep: Int) throws(DiffusionError) -> NoiseLevel {
    if timestep == Self.cleanTimestep { return .clean }
    guard cumulativeAlphas.indices.contains(timestep) else {
      throw .timestepOutOfRange(timestep: timestep, count: count)
    }
    return NoiseLevel(cumulativeAlpha: cumulativeAlphas[timestep])
  }

  /// The level after so many steps of noising, that of timestep `count - 1`.
  ///
  /// DiffusionCLIP's stochastic noising goes so far with `count` = t₀, and generates from timestep t₀ on, one later.
  ///
  /// - Throws: `DiffusionError.timestepOutOfRange`.
  package func level(after count: Int) throws(DiffusionError) -> NoiseLevel {
    try level(at: count - 1)
  }
}

extension [Double] {
  /// Each value joined with all those before it, from 1 on.
  fileprivate func runningProducts(_ next: (Double, Double) -> Double) -> [Double] {
    var product = 1.0
    return map {
      product = next(product, $0)
      return product
    }
  }
}
