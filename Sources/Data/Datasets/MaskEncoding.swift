import Checkpoints
import Essentials
import Images
import Tensors

/// A form in which methods want label maps.
package enum MaskEncoding: String, CaseIterable, Equatable, Sendable {
  /// 8-bit gray PNG, the value is the class: SCA-DM, SDM.
  case label
  /// Palette PNG, the index is the class, in CelebAMask-HQ's colors: Collaborative Diffusion's masks.
  case palette
  /// RGB PNG in CelebAMask-HQ's colors (`g_color.py`).
  case color = "colour"
  /// NumPy file, float32 `[19, 1024]`: the map at 32×32 by Pillow's nearest neighbor, row-major, one
  /// row a class: what Collaborative Diffusion's U-Net reads (`generate.py`).
  case oneHot32 = "one-hot-32"
  /// RGB PNG, class `c` in the color of ADE20K's class `c`: the colors that ControlNet's segmentation
  /// model knows.
  case ade20k

  /// Name of the folder that maps in this form are exported to.
  package var folder: String { "masks-\(rawValue)" }

  /// Extension of the files.
  package var fileExtension: String { self == .oneHot32 ? "npy" : "png" }

  /// Writes a label map in this form.
  ///
  /// - Parameters:
  ///   - labels: one channel of classes 0…18.
  ///   - path: replaced as a whole or not at all.
  /// - Throws: `DatasetError.unwritable`.
  package func write(_ labels: Raster, to path: String) throws(DatasetError) {
    switch self {
    case .label: try DatasetFiles.write(ImageEncoder.png(labels), to: path)
    case .palette: try DatasetFiles.write(ImageEncoder.labelMapPNG(labels), to: path)
    case .color:
      let colors = labels.colored(by: LabelPalette.celebAMaskHQ)
      try DatasetFiles.write(ImageEncoder.png(colors), to: path)
    case .ade20k:
      let colors = labels.colored(by: LabelPalette.ade20k)
      try DatasetFiles.write(ImageEncoder.png(colors), to: path)
    case .oneHot32:
      do { try NPYFile.write(Self.oneHot(labels, side: 32), to: path) } catch {
        throw .unwritable(path: path, reason: error.reason)
      }
    }
  }

  /// `[19, side · side]`, 1 where a pixel has the class and 0 elsewhere.
  static func oneHot(_ labels: Raster, side: Int) -> Tensor {
    let classes = LabelOrder.celebAMaskHQ.count
    let small = labels.resized(width: side, height: side, filter: .nearest)
    var values = [Float](repeating: 0, count: classes * side * side)
    for (pixel, label) in small.samples.enumerated() {
      values[Int(label) * side * side + pixel] = 1
    }
    return Tensor(shape: [classes, side * side], values: values)
  }
}
