import Tensors

/// A color of 8 bits a channel.
package struct RGBColor: Sendable, Hashable, CustomStringConvertible {
  /// Intensities of the channels, 0…255.
  package let red, green, blue: UInt8

  /// A color by its channels, 0…255.
  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// The channels in parentheses: `(204, 0, 0)`.
  package var description: String { "(\(red), \(green), \(blue))" }

  var isGray: Bool { red == green && red == blue }
}

/// The colors that CelebAMask-HQ's tools paint classes with.
package enum LabelPalette {
  /// Of class 0…18: `switchablenorms/CelebAMask-HQ`, `face_parsing/Data_preprocessing/g_color.py`.
  package static let celebAMaskHQ: [RGBColor] = [
    RGBColor(0, 0, 0), RGBColor(204, 0, 0), RGBColor(76, 153, 0), RGBColor(204, 204, 0),
    RGBColor(51, 51, 255), RGBColor(204, 0, 204), RGBColor(0, 255, 255),
    RGBColor(255, 204, 204), RGBColor(102, 51, 0), RGBColor(255, 0, 0), RGBColor(102, 204, 0),
    RGBColor(255, 255, 0), RGBColor(0, 0, 153), RGBColor(0, 0, 204), RGBColor(255, 51, 153),
    RGBColor(0, 204, 204), RGBColor(0, 51, 0), RGBColor(255, 153, 51), RGBColor(0, 204, 0),
  ]

  /// What `face_parsing/utils.py` of the same repository, and MaskGAN's demo, paint class 7 with.
  package static let otherRightBrow = RGBColor(51, 255, 255)

  /// The class of every color of both palettes.
  static let classes: [RGBColor: UInt8] = {
    var classes = [otherRightBrow: UInt8(7)]
    for (index, color) in celebAMaskHQ.enumerated() { classes[color] = UInt8(index) }
    return classes
  }()
}

extension LabelPalette {
  /// Colors of ADE20K's first 19 classes: `lllyasviel/ControlNet`, `annotator/uniformer`, and
  /// `open-mmlab/mmsegmentation`, `mmseg/datasets/ade.py`.
  package static let ade20k: [RGBColor] = [
    RGBColor(120, 120, 120), RGBColor(180, 120, 120), RGBColor(6, 230, 230),
    RGBColor(80, 50, 50), RGBColor(4, 200, 3), RGBColor(120, 120, 80),
    RGBColor(140, 140, 140), RGBColor(204, 5, 255), RGBColor(230, 230, 230),
    RGBColor(4, 250, 7), RGBColor(224, 5, 255), RGBColor(235, 255, 7), RGBColor(150, 5, 61),
    RGBColor(120, 120, 70), RGBColor(8, 255, 51), RGBColor(255, 6, 82),
    RGBColor(143, 255, 140), RGBColor(204, 255, 4), RGBColor(255, 51, 7),
  ]
}

extension Raster {
  /// A label map with a color in place of each class.
  ///
  /// - Precondition: one channel, and a color for every value.
  package func colored(by palette: [RGBColor]) -> Raster {
    precondition(channels == 1, "a label map has one channel, not \(channels)")
    var colored: [UInt8] = []
    colored.reserveCapacity(samples.count * 3)
    for label in samples {
      let color = palette[Int(label)]
      colored.append(color.red)
      colored.append(color.green)
      colored.append(color.blue)
    }
    return Raster(width: width, height: height, channels: 3, samples: colored)
  }
}
