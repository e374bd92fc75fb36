import Essentials
import Foundation
import Images
import Tensors

/// CelebAMask-HQ's one-mask-a-part files, merged into label maps.
///
/// Source: `switchablenorms/CelebAMask-HQ`, `face_parsing/Data_preprocessing/g_mask.py`: parts are
/// painted in the order of their classes, so later ones overwrite earlier ones; a pixel belongs to
/// a part where its first channel is not 0.
package struct PartMasks: Sendable {
  /// Part names in class order; the first one is class 1, background is class 0.
  package static let paintOrder = [
    "skin", "nose", "eye_g", "l_eye", "r_eye", "l_brow", "r_brow", "l_ear", "r_ear", "mouth",
    "u_lip", "l_lip", "hair", "hat", "ear_r", "neck_l", "neck", "cloth",
  ]
  /// Images that lie in one sub-folder.
  package static let idsPerFolder = 2000

  /// `CelebAMask-HQ-mask-anno`.
  package let directory: String
  /// An existing folder that merged maps are kept in.
  package let cache: String

  /// The part masks of a folder, merged into another.
  package init(directory: String, cache: String) {
    self.directory = directory
    self.cache = cache
  }

  /// Path of the merged label map, made if the cache lacks it; nil if the id has no part at all.
  ///
  /// The cached file's name carries the SHA-256 of all parts, so that changed parts are merged again.
  ///
  /// - Throws: `DatasetError.unreadable` for a part that does not decode or has another size than
  ///   the others; `.unwritable`.
  package func labelMapPath(of id: Int) throws(DatasetError) -> String? {
    let parts = try parts(of: id)
    guard !parts.isEmpty else { return nil }
    var content = "merge-1"
    for part in parts { content += " \(part.label) \(FileDigest.sha256(of: part.bytes))" }
    let path = "\(cache)/\(id)-\(FileDigest.sha256(of: content.utf8).prefix(32)).png"
    if !isFile(path) {
      try DatasetFiles.write(ImageEncoder.png(try Self.merged(parts)), to: path)
    }
    return path
  }

  /// One part's file.
  struct Part {
    let label: UInt8
    let path: String
    let bytes: [UInt8]
  }

  /// Paints parts over each other in the given order; `[H, W, 1]`, values are classes.
  static func merged(_ parts: [Part]) throws(DatasetError) -> Raster {
    var map: Raster?
    for part in parts {
      let mask = try decoded(part)
      var target =
        map
        ?? Raster(
          width: mask.width, height: mask.height, channels: 1,
          samples: [UInt8](repeating: 0, count: mask.width * mask.height))
      guard mask.width == target.width, mask.height == target.height else {
        throw .unreadable(
          path: part.path,
          reason: "it has \(mask.width)×\(mask.height) pixels, the parts before it have "
            + "\(target.width)×\(target.height)")
      }
      paint(part.label, where: mask, onto: &target.samples)
      map = target
    }
    return map ?? Raster(width: 0, height: 0, channels: 1, samples: [])
  }

  /// Gives a label to the pixels whose first channel is not 0.
  private static func paint(_ label: UInt8, where mask: Raster, onto labels: inout [UInt8]) {
    let channels = mask.channels
    mask.samples.withUnsafeBytes { mask in
      labels.withUnsafeMutableBufferPointer { labels in
        var pixel = 0
        while pixel < labels.count {
          // Most of a mask is black, so eight pixels are passed over at once where they are.
          let start = pixel * channels
          let isBlack =
            pixel + 8 <= labels.count
            && (0..<channels).allSatisfy {
              mask.loadUnaligned(fromByteOffset: start + 8 * $0, as: UInt64.self) == 0
            }
          if isBlack {
            pixel += 8
            continue
          }
          for other in pixel..<min(pixel + 8, labels.count) where mask[other * channels] != 0 {
            labels[other] = label
          }
          pixel += 8
        }
      }
    }
  }

  private static func decoded(_ part: Part) throws(DatasetError) -> Raster {
    do {
      return try ImageDecoder.rgb(decoding: part.bytes, named: part.path)
    } catch {
      throw .unreadable(path: error.path, reason: error.reason)
    }
  }

  private func parts(of id: Int) throws(DatasetError) -> [Part] {
    var parts: [Part] = []
    for (index, name) in Self.paintOrder.enumerated() {
      let path = "\(folder(of: id))/\(Self.padded(id, to: 5))_\(name).png"
      guard isFile(path) else { continue }
      parts.append(
        Part(label: UInt8(index + 1), path: path, bytes: try DatasetFiles.contents(of: path)))
    }
    return parts
  }

  /// Ids without parts whose first part is there with fewer or more leading zeros.
  func spelling(of ids: [Int]) -> DatasetFinding {
    let found = ids.compactMap { id -> (wanted: String, found: String)? in
      let name = Self.paintOrder[0]
      let wanted = "\(Self.padded(id, to: 5))_\(name).png"
      return (1...6).map { "\(Self.padded(id, to: $0))_\(name).png" }
        .first { $0 != wanted && isFile("\(folder(of: id))/\($0)") }.map { (wanted, $0) }
    }
    return .paddedOtherwise(
      what: "masks are named", wanted: found.first?.wanted ?? "", found: found.first?.found ?? "",
      count: found.count)
  }

  private func folder(of id: Int) -> String { "\(directory)/\(id / Self.idsPerFolder)" }

  private static func padded(_ id: Int, to width: Int) -> String {
    let digits = String(id)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
