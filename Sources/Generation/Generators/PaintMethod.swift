import Datasets
import Essentials
import Faces
import Images
import Tensors

/// The label map in flat colors that the caption chooses: right in layout, without any texture.
///
/// It never sees the pair's image. What the caption leaves open gets a usual color, or for clothes and
/// background one drawn from the id's own seed; without a caption everything does.
package struct PaintMethod: Method {
  /// Changes with every change of colors or regions.
  static let version = 1

  package let name: String
  /// Width and height of the images.
  package let size: Int
  /// Where clothes and background come from.
  package let seeds: SeedPlan

  /// The method at a working size.
  package init(
    name: String = BuiltinMethod.paint.rawValue, size: Int, seeds: SeedPlan = SeedPlan(runSeed: 0)
  ) {
    self.name = name
    self.size = size
    self.seeds = seeds
  }

  package var fingerprint: String {
    "paint@\(Self.version) words@\(CaptionReading.version) size=\(size) "
      + "edges=pillow-bilinear/2 seed=\(seeds.runSeed)"
  }

  package func origin(of pair: Pair) -> ImageOrigin? {
    ImageOrigin.condition(of: pair, fingerprint: fingerprint, seed: seeds.seed(for: pair.id))
  }

  package func image(for pair: Pair) throws(MethodError) -> Raster {
    let labels = try ConditionMask.labels(of: pair)
    let palette = PaintPalette(
      CaptionReading(pair.text ?? ""), labels: labels, seed: seeds.seed(for: pair.id))
    return painted(PaintRegions(labels, beard: palette.beard).parts, palette.colors)
  }

  /// Fills the regions, and averages them over one and a half pixels so that edges are smooth.
  private func painted(_ parts: Raster, _ colors: [RGBColor]) -> Raster {
    // At least twice as fine as the image, or there would be nothing to average.
    let (width, height) = (max(parts.width, 2 * size), max(parts.height, 2 * size))
    let fine = parts.resized(width: width, height: height, filter: .nearest)
    let samples = [UInt8](unsafeUninitializedCapacity: 3 * width * height) { samples, filled in
      for (pixel, part) in fine.samples.enumerated() {
        let color = colors[Int(part)]
        samples[3 * pixel] = color.red
        samples[3 * pixel + 1] = color.green
        samples[3 * pixel + 2] = color.blue
      }
      filled = 3 * width * height
    }
    return Raster(width: width, height: height, channels: 3, samples: samples)
      .resized(width: size, height: size, filter: .bilinear)
  }
}
