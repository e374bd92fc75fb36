import Checkpoints
import Datasets
import Essentials
import Faces
import Graphs
import Images
import Kernels
import Networks
import Synchronization
import Tensors

/// A small denoising diffusion that follows label map and caption: right in layout and colours, soft, and
/// nobody in particular.
///
/// It never sees the pair's image. Noise is drawn from the id's own seed; DDIM with a few steps makes 128
/// pixels of it, Pillow's bicubic filter the working size.
///
/// Source: Song et al., "Denoising Diffusion Implicit Models", arXiv 2010.02502, equation 12 with σ = 0.
package struct DenoiseMethod: Method {
  /// Changes with every change of the sampler.
  static let version = 1
  /// Moments of the diffusion at which the network runs, from nothing but noise on.
  static let moments = [1.0, 0.75, 0.5, 0.25]

  package let name: String
  /// Width and height of the images.
  package let size: Int
  /// Where noise comes from.
  package let seeds: SeedPlan
  private let network: DenoisingNetwork

  /// The method at a working size.
  ///
  /// - Throws: `MethodError.damagedWeights` if the program's own weights are unusable.
  package init(
    name: String = BuiltinMethod.denoise.rawValue, size: Int, seeds: SeedPlan = SeedPlan(runSeed: 0)
  ) throws(MethodError) {
    self.name = name
    self.size = size
    self.seeds = seeds
    do { network = try DenoisingNetwork() } catch {
      throw .damagedWeights(reason: "\(error)")
    }
  }

  package var fingerprint: String {
    "denoise@\(Self.version) words@\(CaptionReading.version) weights=\(network.digest) "
      + "steps=\(Self.moments.count) size=\(size) resize=pillow-bicubic seed=\(seeds.runSeed) "
      + "arithmetic=\(CPULevel.current == .portable ? "float32" : "float32-fma")"
  }

  package func origin(of pair: Pair) -> ImageOrigin? {
    pair.maskPath.map { mask in
      let text = FileDigest.sha256(of: (pair.text ?? "").utf8)
      return ImageOrigin(
        recipe:
          "\(fingerprint) \(ImageOrigin.labelReading) of=\(seeds.seed(for: pair.id)) text=\(text)",
        files: [mask])
    }
  }

  package func image(for pair: Pair) throws(MethodError) -> Raster {
    let side = CompactNetworks.imageSize
    let labels = try ConditionMask.labels(of: pair)
      .resized(width: side, height: side, filter: .nearest)
    let attributes = DrawingAttributes.values(of: CaptionReading(pair.text ?? ""))
    var numbers = NormalNumbers(seed: seeds.seed(for: pair.id))
    var noisy = (0..<3 * side * side).map { _ in numbers.next() }
    var clean = noisy
    for (step, moment) in Self.moments.enumerated() {
      let noise = CompactDenoiser.noiseShare(at: moment)
      clean = try network.clean(
        CompactDenoiser.inputs(
          picture: noisy, labels: labels.samples, attributes: attributes, noise: noise))
      guard step + 1 < Self.moments.count else { break }
      let next = Self.moments[step + 1]
      noisy = Self.step(noisy, clean, from: moment, to: next)
    }
    return Self.raster(clean, side: side).resized(width: size, height: size, filter: .bicubic)
  }

  /// The noise that is in a picture, in the next moment's share.
  private static func step(
    _ noisy: [Float], _ clean: [Float], from moment: Double, to next: Double
  ) -> [Float] {
    let (share, noise) = (
      CompactDenoiser.pictureShare(at: moment), CompactDenoiser.noiseShare(at: moment)
    )
    let (nextShare, nextNoise) = (
      CompactDenoiser.pictureShare(at: next), CompactDenoiser.noiseShare(at: next)
    )
    return zip(noisy, clean).map { noisy, clean in
      nextShare * clean + nextNoise * (noisy - share * clean) / noise
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

/// The network with the program's own weights; any thread may run it.
private final class DenoisingNetwork: Sendable {
  let digest: String
  private let executable: Executable
  private let idle = Mutex<[WorkspaceBox]>([])

  /// Memory that one thread at a time uses.
  private struct WorkspaceBox: @unchecked Sendable { let workspace: Workspace }

  /// - Throws: `CheckpointError`, `BindingError` or `GraphError`.
  init() throws {
    let path = CompactWeights.path(of: CompactNetworks.denoiser.name)
    let bytes = CompactWeights.bytes(of: path) ?? []
    let graph = try Graph(tracing: CompactNetworks.denoiser)
    executable = try Executable(
      graph, parameters: Checkpoint.decode(bytes, named: path).bound(to: graph.parameters))
    digest = FileDigest.sha256(of: bytes)
  }

  /// The picture without noise, planar.
  ///
  /// - Throws: `MethodError.damagedWeights` if the inputs are not the network's.
  func clean(_ inputs: [String: Tensor]) throws(MethodError) -> [Float] {
    let box =
      idle.withLock { $0.popLast() } ?? WorkspaceBox(workspace: executable.makeWorkspace())
    defer { idle.withLock { $0.append(box) } }
    do throws(GraphError) {
      return try executable.run(named: inputs, in: box.workspace)[Graph.mainOutput]?.values ?? []
    } catch {
      throw .damagedWeights(reason: error.description)
    }
  }
}
