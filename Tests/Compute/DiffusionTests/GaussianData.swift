import Diffusion
import Tensors

/// A matrix `[[a, b], [c, d]]` in Float64.
struct Matrix: Equatable {
  var a = 0.0
  var b = 0.0
  var c = 0.0
  var d = 0.0

  static let identity = Matrix(a: 1, d: 1)

  var transposed: Matrix { Matrix(a: a, b: c, c: b, d: d) }
  var inverse: Matrix { Matrix(a: d, b: -b, c: -c, d: a) * (1 / (a * d - b * c)) }
  var elements: [Double] { [a, b, c, d] }

  static func + (x: Matrix, y: Matrix) -> Matrix {
    Matrix(a: x.a + y.a, b: x.b + y.b, c: x.c + y.c, d: x.d + y.d)
  }

  static func * (x: Matrix, y: Matrix) -> Matrix {
    Matrix(
      a: x.a * y.a + x.b * y.c, b: x.a * y.b + x.b * y.d, c: x.c * y.a + x.d * y.c,
      d: x.c * y.b + x.d * y.d)
  }

  static func * (x: Matrix, factor: Double) -> Matrix {
    Matrix(a: x.a * factor, b: x.b * factor, c: x.c * factor, d: x.d * factor)
  }

  static func * (x: Matrix, v: [Double]) -> [Double] {
    [x.a * v[0] + x.b * v[1], x.c * v[0] + x.d * v[1]]
  }

  /// The largest difference of two elements.
  func distance(to other: Matrix) -> Double {
    zip(elements, other.elements).map { abs($0 - $1) }.max() ?? 0
  }
}

/// Images of two pixels from a normal distribution, for which the best prediction is known.
///
/// At a level with rates s and n images have mean s·μ and covariance M = s²Σ + n²I, so that
/// E[ε | x] = n M⁻¹ (x − s·μ) and E[x₀ | x] = μ + s Σ M⁻¹ (x − s·μ).
struct GaussianData {
  var mean = [0.3, -0.2]
  var covariance = Matrix(a: 0.5, b: 0.3, c: 0.3, d: 0.4)

  /// M.
  func covariance(at level: NoiseLevel) -> Matrix {
    covariance * (level.signalRate * level.signalRate)
      + Matrix.identity * (level.noiseRate * level.noiseRate)
  }

  /// What a perfect network says of `x`.
  func prediction(
    _ kind: Prediction.Kind, of x: Tensor, at level: NoiseLevel
  ) -> Prediction {
    let (s, n) = (level.signalRate, level.noiseRate)
    let rest = zip(x.values, mean).map { Double($0) - s * $1 }
    let inverse = covariance(at: level).inverse
    let noise = (inverse * n) * rest
    let image = zip(mean, (covariance * inverse * s) * rest).map { $0 + $1 }
    let values: [Double] =
      switch kind {
      case .noise: noise
      case .image: image
      case .velocity: zip(noise, image).map { s * $0 - n * $1 }
      }
    return Prediction(kind, Tensor(shape: x.shape, values: values.map { Float($0) }))
  }

  /// What a step does to an image, `x' = A x + b + C z`, found by asking a sampler.
  func affine(
    _ sampler: some Sampler, _ kind: Prediction.Kind, _ step: DiffusionStep,
    variance: [Float]? = nil
  ) -> (a: Matrix, b: [Double], c: Matrix) {
    func next(_ x: [Float], _ z: [Float]) -> [Double] {
      let x = Tensor(shape: [1, 1, 2], values: x)
      let prediction = prediction(kind, of: x, at: step.from)
      let whole = Prediction(
        kind, prediction.values,
        varianceFraction: variance.map { Tensor(shape: [1, 1, 2], values: $0) })
      let noise = sampler.addsNoise(in: step) ? Tensor(shape: [1, 1, 2], values: z) : nil
      return sampler.next(x, whole, gradient: nil, noise: noise, step: step).values.map {
        Double($0)
      }
    }
    func columns(_ probe: ([Float]) -> [Double]) -> Matrix {
      let (origin, first, second) = (probe([0, 0]), probe([1, 0]), probe([0, 1]))
      return Matrix(
        a: first[0] - origin[0], b: second[0] - origin[0], c: first[1] - origin[1],
        d: second[1] - origin[1])
    }
    return (columns { next($0, [0, 0]) }, next([0, 0], [0, 0]), columns { next([0, 0], $0) })
  }

  /// The covariance after a step of images that had one before it.
  func propagated(
    _ covariance: Matrix, by step: (a: Matrix, b: [Double], c: Matrix)
  ) -> Matrix {
    step.a * covariance * step.a.transposed + step.c * step.c.transposed
  }
}

/// Rounding of a step in Float32: an x̂₀ has terms of 1/s, which come back multiplied by s'; eight operations.
func tolerance(of step: DiffusionStep) -> Double {
  8 * 0x1p-24 * (2 + step.to.signalRate / step.from.signalRate)
}
