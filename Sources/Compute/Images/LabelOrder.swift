import Tensors

/// The order in which the 19 face classes are numbered.
///
/// Left and right are named as in CelebAMask-HQ's part files.
package struct LabelOrder: Sendable, Hashable {
  /// A short name for fingerprints.
  package let name: String
  /// Class names; the position is the class index.
  package let classes: [String]

  /// The dataset's own order: `switchablenorms/CelebAMask-HQ`,
  /// `face_parsing/Data_preprocessing/g_mask.py`; also that of its U-Net.
  package static let celebAMaskHQ = LabelOrder(
    name: "celebamask-hq",
    classes: [
      "background", "skin", "nose", "eye_g", "l_eye", "r_eye", "l_brow", "r_brow", "l_ear",
      "r_ear", "mouth", "u_lip", "l_lip", "hair", "hat", "ear_r", "neck_l", "neck", "cloth",
    ])

  /// The order of `zllrunning/face-parsing.PyTorch`, `prepropess_data.py`.
  package static let biSeNet = LabelOrder(
    name: "bisenet",
    classes: [
      "background", "skin", "l_brow", "r_brow", "l_eye", "r_eye", "eye_g", "l_ear", "r_ear",
      "ear_r", "nose", "mouth", "u_lip", "l_lip", "neck", "neck_l", "cloth", "hair", "hat",
    ])

  /// The order of the small parser on 256×256, by its class list for CelebAMask-HQ.
  package static let unetSmall = LabelOrder(
    name: "unet-small",
    classes: [0, 11, 6, 1, 9, 5, 2, 16, 8, 3, 12, 7, 14, 13, 10, 17, 18, 4, 15].map {
      celebAMaskHQ.classes[$0]
    })

  /// Number of classes.
  package var count: Int { classes.count }

  /// The index of a class by its name or number; nil if there is no such class.
  package func index(of text: String) -> Int? {
    guard let index = classes.firstIndex(of: text) ?? Int(text), classes.indices.contains(index)
    else { return nil }
    return index
  }

  /// For every class of this order, its index in another one.
  ///
  /// - Precondition: both orders hold the same classes.
  package func conversion(to other: LabelOrder) -> [UInt8] {
    classes.map { name in
      guard let index = other.classes.firstIndex(of: name) else {
        preconditionFailure("\(other.name) has no class \(name)")
      }
      return UInt8(index)
    }
  }
}

extension Raster {
  /// The same label map with its classes numbered in another order.
  ///
  /// - Precondition: one channel, no value outside the first order, equal classes in both.
  package func relabeled(from order: LabelOrder, to other: LabelOrder) -> Raster {
    let conversion = order.conversion(to: other)
    precondition(samples.allSatisfy { $0 < conversion.count }, "a label is none of \(order.name)")
    // Without checking bounds for every pixel again.
    let relabeled = [UInt8](unsafeUninitializedCapacity: samples.count) { new, filled in
      conversion.withUnsafeBufferPointer { table in
        samples.withUnsafeBufferPointer { old in
          for pixel in 0..<old.count { new[pixel] = table[Int(old[pixel])] }
        }
      }
      filled = samples.count
    }
    return Raster(width: width, height: height, channels: channels, samples: relabeled)
  }
}
