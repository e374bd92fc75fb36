import Datasets
import Diffusion
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
  /// DDIM's steps from nothing but noise, at moment 1, to the picture.
  static let steps = DiffusionStep.descending(
    through: [.clean] + [0.25, 0.5, 0.75, 1].map(NoiseLevel.cosine))

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
      + "steps=\(Self.steps.count) size=\(size) resize=pillow-bicubic seed=\(seeds.runSeed) "
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
    let noise = SeededNoise(seed: seeds.seed(for: pair.id)).initial([3, side, side])
    do {
      let pictures = try DDIMSampler().run([noise], over: Self.steps) { noisy, step in
        let inputs = CompactDenoiser.inputs(
          picture: noisy[0].values, labels: labels.samples, attributes: attributes,
          noise: Float(step.from.noiseRate))
        return [Prediction(.image, try network.result(of: inputs))]
      }
      return Raster(signedPlanes: Tensor(shape: [3, side, side], values: pictures[0].values))
        .resized(width: size, height: size, filter: .bicubic)
    } catch { throw .notComputed(id: pair.id, ImageFailure(error)) }
  }
}
