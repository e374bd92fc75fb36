import CImageCodecs
import Foundation
import Tensors

/// Turns pixels into PNG and JPEG files in memory; ``AtomicFile`` puts them on disk.
///
/// The same pixels always give the same bytes.
package enum ImageEncoder {
  /// An 8-bit PNG of gray (one channel) or RGB (three channels).
  ///
  /// - Precondition: the image has pixels, and one or three channels.
  package static func png(_ raster: Raster) -> [UInt8] {
    encode(raster) { samples in
      image_encode_png(
        samples, UInt32(raster.width), UInt32(raster.height), Int32(raster.channels), nil, 0)
    }
  }

  /// A palette PNG of a label map: the indices are the classes, the colors CelebAMask-HQ's.
  ///
  /// - Precondition: the map has pixels, one channel, and no value above 18.
  package static func labelMapPNG(_ labels: Raster) -> [UInt8] {
    let palette = LabelPalette.celebAMaskHQ
    precondition(
      labels.channels == 1 && labels.samples.allSatisfy { $0 < palette.count },
      "a label map has one channel of classes 0…\(palette.count - 1)")
    let entries = palette.flatMap { [$0.red, $0.green, $0.blue] }
    return encode(labels) { samples in
      image_encode_png(
        samples, UInt32(labels.width), UInt32(labels.height), 1, entries, Int32(palette.count))
    }
  }

  /// A baseline JPEG of gray or RGB, as Pillow's `save(quality=…)` writes it: libjpeg's standard
  /// tables scaled by quality, color with 4:2:0 subsampling.
  ///
  /// - Precondition: sides of 1…65,500, one or three channels, quality 1…100.
  package static func jpeg(_ raster: Raster, quality: Int) -> [UInt8] {
    precondition(1...100 ~= quality, "JPEG quality is 1…100, not \(quality)")
    precondition(
      max(raster.width, raster.height) <= ImageLimits.side, "a JPEG's sides are at most 65,500")
    return encode(raster) { samples in
      image_encode_jpeg(
        samples, UInt32(raster.width), UInt32(raster.height), Int32(raster.channels),
        Int32(quality))
    }
  }

  private static func encode(
    _ raster: Raster, _ encoder: (UnsafePointer<UInt8>?) -> image_file
  ) -> [UInt8] {
    precondition(
      raster.width > 0 && raster.height > 0 && [1, 3].contains(raster.channels),
      "\(raster.width)×\(raster.height)×\(raster.channels) is no image to encode")
    let file = raster.samples.withUnsafeBufferPointer { encoder($0.baseAddress) }
    defer { free(file.bytes) }
    // With the sizes checked, encoding fails for lack of memory only.
    precondition(file.bytes != nil, "no memory to encode an image")
    return Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
  }
}
