extension StructuralSimilarity {
  /// Which package's definition.
  package enum Variant: String, CaseIterable, Equatable, Sendable {
    /// `skimage.metrics.structural_similarity` with its defaults and `channel_axis`: uniform 7×7
    /// window, sample covariance, mean over channels.
    case skimage
    /// The same with `gaussian_weights=True, sigma=1.5, use_sample_covariance=False`.
    case skimageWang = "skimage-wang"
    /// `VainF/pytorch-msssim`'s `ssim`: as `skimageWang` with a window rounded to Float32.
    ///
    /// - Deviation: a side shorter than the window is an error; the package skips the smoothing.
    case vainfSSIM = "vainf-ssim"
    /// `VainF/pytorch-msssim`'s `ms_ssim`: five levels, each side longer than 160 pixels.
    ///
    /// Negative contrast means are set to 0 before they are raised to fractional powers.
    case vainfMSSSIM = "vainf-msssim"
    /// `jorge-pessoa/pytorch-msssim`'s `msssim` without normalization, for one pair at a time.
    ///
    /// Channels are averaged before the product, which raises the last level's mean to four times
    /// its weight.
    /// - Deviation: the window is Float64; a negative mean is an error, the package returns NaN.
    case jorgeMSSSIM = "jorge-msssim"
    /// `chaofengc/IQA-PyTorch`'s `SSIM`: on the luma, rounded to whole steps of 8 bits, with
    /// negative contrast set to 0 at every pixel.
    case pyiqaSSIM = "pyiqa-ssim"
    /// `chaofengc/IQA-PyTorch`'s `MS_SSIM`: five levels of `pyiqaSSIM`.
    case pyiqaMSSSIM = "pyiqa-msssim"

    /// What the variant does.
    package var definition: Definition {
      let float32 = SimilarityWindow.gaussianInFloat32(size: 11, sigma: 1.5)
      let float64 = SimilarityWindow.gaussian(size: 11, sigma: 1.5)
      let rounded = SimilarityWindow.gaussianWithRoundedSum(size: 11, sigma: 1.5)
      return switch self {
      case .skimage: Definition(window: .uniform(size: 7), covarianceScale: 49.0 / 48)
      case .skimageWang: Definition(window: float64)
      case .vainfSSIM: Definition(window: float32)
      case .vainfMSSSIM: Definition(window: float32, levels: .padded)
      case .jorgeMSSSIM: Definition(window: float64, levels: .pooledFirst)
      case .pyiqaSSIM: Definition(window: rounded, usesLuma: true, clipsContrast: true)
      case .pyiqaMSSSIM:
        Definition(window: rounded, usesLuma: true, clipsContrast: true, levels: .padded)
      }
    }
  }

  /// Every switch in which variants differ.
  package struct Definition: Equatable, Sendable {
    /// How levels are made and joined.
    package enum Levels: Equatable, Sendable {
      /// SSIM at full size, mean over channels.
      case one
      /// Five levels, odd sides padded with a zero; product per channel, then mean over channels.
      case padded
      /// Five levels, odd sides cut; mean over channels, then product.
      case pooledFirst
    }

    let window: SimilarityWindow
    let covarianceScale: Double
    let usesLuma: Bool
    let clipsContrast: Bool
    let levels: Levels

    /// Puts a definition together.
    ///
    /// - Parameters:
    ///   - window: weights of the local means.
    ///   - covarianceScale: factor on variances; 1 is the population's.
    ///   - usesLuma: whether the three channels are first joined to rounded luma.
    ///   - clipsContrast: whether negative contrast is set to 0 at every pixel.
    ///   - levels: how levels are made and joined.
    package init(
      window: SimilarityWindow, covarianceScale: Double = 1, usesLuma: Bool = false,
      clipsContrast: Bool = false, levels: Levels = .one
    ) {
      self.window = window
      self.covarianceScale = covarianceScale
      self.usesLuma = usesLuma
      self.clipsContrast = clipsContrast
      self.levels = levels
    }
  }
}
