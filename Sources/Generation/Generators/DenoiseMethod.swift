import Datasets
import Essentials
import Faces
import Images
import Models
import Networks
import Tensors
import Terms

/// A small denoising diffusion that follows label map and caption: right in layout and colors, soft, and
/// nobody in particular.
///
/// It never sees the pair's image. Noise is drawn from the id's own seed; DDIM with a few steps makes 128
/// pixels of it, Pillow's bicubic filter the working size.
///
/// Source: Song et al., "Denoising Diffusion Implicit Models", arXiv 2010.02502, equation 12 with σ = 0.
package struct DenoiseMethod: Method {
  /// Changes with every change of the sampler.
  static let version = 1
  /// Times of the diffusion at which the network runs, from 1, nothing but noise, towards 0.
  static let timesteps = [1.0, 0.75, 0.5, 0.25]

  /// The row's name.
  package let name: String
  /// A remark on the network's weights for readers of the report.
  package let note: String?
  /// Width and height of the images.
  package let size: Int
  /// Where noise comes from.
  package let seeds: SeedPlan
  private let network: LoadedNetwork

  /// The method at a working size.
  ///
  /// - Parameters:
  ///   - name: the row's name.
  ///   - network: shaped like ``CompactDenoiser``, as `ModelLoader.denoiser()` makes sure of.
  ///   - note: a remark on its weights for readers of the report.
  ///   - size: width and height of the images in pixels.
  ///   - seeds: where noise comes from.
  package init(
    name: String = BuiltinMethod.denoise.rawValue, network: LoadedNetwork, note: String? = nil,
    size: Int, seeds: SeedPlan = SeedPlan(runSeed: 0)
  ) {
    self.name = name
    self.network = network
    self.note = note
    self.size = size
    self.seeds = seeds
  }

  /// Names sampler, weights, steps, sizes, seed and arithmetic.
  package var fingerprint: String {
    "denoise@\(Self.version) words@\(CaptionReading.version) weights=\(network.weights.identity) "
      + "steps=\(Self.timesteps.count) size=\(size) resize=pillow-bicubic seed=\(seeds.runSeed) "
      + "arithmetic=\(network.arithmetic.name)"
  }

  /// That the weights are not the program's own, where they are not.
  package var findings: [DatasetFinding] {
    let finding = DatasetFinding.otherWeights(
      file: network.weights.name, sha256: network.weights.sha256, note: note)
    return network.weights.isOfProgram ? [] : [finding]
  }

  /// The label map's file, and in the recipe all else: caption, seed and ``fingerprint``; nil without a label map.
  package func origin(of pair: Pair) -> ImageOrigin? {
    ImageOrigin.condition(of: pair, fingerprint: fingerprint, seed: seeds.seed(for: pair.id))
  }

  /// Makes an image of `[size, size, 3]`.
  ///
  /// - Throws: `MethodError.noMask`, `.image`, `.file`; `.notComputed` if a result is not finite.
  package func image(for pair: Pair) throws(MethodError) -> Raster {
    let side = CompactNetworks.imageSize
    let labels = try ConditionMask.labels(of: pair)
      .resized(width: side, height: side, filter: .nearest)
    let attributes = DrawingAttributes.values(of: CaptionReading(pair.text ?? ""))
    var numbers = NormalNumbers(seed: seeds.seed(for: pair.id))
    var noisy = (0..<3 * side * side).map { _ in numbers.next() }
    var x0 = noisy
    for (step, t) in Self.timesteps.enumerated() {
      do {
        x0 = try predictX0(noisy, at: t, labels: labels.samples, attributes: attributes)
      } catch { throw .notComputed(id: pair.id, ImageFailure(error)) }
      guard step + 1 < Self.timesteps.count else { break }
      noisy = Self.step(noisy, x0, from: t, to: Self.timesteps[step + 1])
    }
    return Self.raster(x0, side: side).resized(width: size, height: size, filter: .bicubic)
  }

  /// The picture without noise that the network sees in a noisy one, planar `[3 · S · S]` like it.
  private func predictX0(
    _ noisy: [Float], at t: Double, labels: [UInt8], attributes: [Float]
  ) throws -> [Float] {
    try network.result(
      of: CompactDenoiser.inputs(
        picture: noisy, labels: labels, attributes: attributes,
        noise: CompactDenoiser.noiseRate(at: t))
    ).values
  }

  /// A step of DDIM: the noise that is in a picture, at the next time's rate; all planar.
  private static func step(
    _ noisy: [Float], _ x0: [Float], from t: Double, to next: Double
  ) -> [Float] {
    let (signalRate, noiseRate) = (
      CompactDenoiser.signalRate(at: t), CompactDenoiser.noiseRate(at: t)
    )
    let (nextSignalRate, nextNoiseRate) = (
      CompactDenoiser.signalRate(at: next), CompactDenoiser.noiseRate(at: next)
    )
    return zip(noisy, x0).map { noisy, x0 in
      nextSignalRate * x0 + nextNoiseRate * (noisy - signalRate * x0) / noiseRate
    }
  }

  /// Planar values in −1…1 as pixels.
  private static func raster(_ values: [Float], side: Int) -> Raster {
    let size = side * side
    let samples = (0..<3 * size).map { place in
      let value = values[place % 3 * size + place / 3]
      return UInt8(min(max((value + 1) * 127.5 + 0.5, 0), 255))
    }
    return Raster(width: side, height: side, channels: 3, samples: samples)
  }
}
