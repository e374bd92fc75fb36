import Tensors

/// A colour of 8 bits a channel.
package struct RGBColour: Sendable, Hashable, CustomStringConvertible {
  package let red, green, blue: UInt8

  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  package var description: String { "(\(red), \(green), \(blue))" }

  var isGrey: Bool { red == green && red == blue }
}

/// The colours that CelebAMask-HQ's tools paint classes with.
package enum LabelPalette {
  /// Of class 0…18: `switchablenorms/CelebAMask-HQ`, `face_parsing/Data_preprocessing/g_color.py`.
  package static let celebAMaskHQ: [RGBColour] = [
    RGBColour(0, 0, 0), RGBColour(204, 0, 0), RGBColour(76, 153, 0), RGBColour(204, 204, 0),
    RGBColour(51, 51, 255), RGBColour(204, 0, 204), RGBColour(0, 255, 255),
    RGBColour(255, 204, 204), RGBColour(102, 51, 0), RGBColour(255, 0, 0), RGBColour(102, 204, 0),
    RGBColour(255, 255, 0), RGBColour(0, 0, 153), RGBColour(0, 0, 204), RGBColour(255, 51, 153),
    RGBColour(0, 204, 204), RGBColour(0, 51, 0), RGBColour(255, 153, 51), RGBColour(0, 204, 0),
  ]

  /// What `face_parsing/utils.py` of the same repository, and MaskGAN's demo, paint class 7 with.
  package static let otherRightBrow = RGBColour(51, 255, 255)

  /// The class of every colour of both palettes.
  static let classes: [RGBColour: UInt8] = {
    var classes = [otherRightBrow: UInt8(7)]
    for (index, colour) in celebAMaskHQ.enumerated() { classes[colour] = UInt8(index) }
    return classes
  }()
}

extension LabelPalette {
  /// Colours of ADE20K's first 19 classes: `lllyasviel/ControlNet`, `annotator/uniformer`, and
  /// `open-mmlab/mmsegmentation`, `mmseg/datasets/ade.py`.
  package static let ade20k: [RGBColour] = [
    RGBColour(120, 120, 120), RGBColour(180, 120, 120), RGBColour(6, 230, 230),
    RGBColour(80, 50, 50), RGBColour(4, 200, 3), RGBColour(120, 120, 80),
    RGBColour(140, 140, 140), RGBColour(204, 5, 255), RGBColour(230, 230, 230),
    RGBColour(4, 250, 7), RGBColour(224, 5, 255), RGBColour(235, 255, 7), RGBColour(150, 5, 61),
    RGBColour(120, 120, 70), RGBColour(8, 255, 51), RGBColour(255, 6, 82),
    RGBColour(143, 255, 140), RGBColour(204, 255, 4), RGBColour(255, 51, 7),
  ]
}

extension Raster {
  /// A label map with a colour in place of each class.
  ///
  /// - Precondition: one channel, and a colour for every value.
  package func coloured(by palette: [RGBColour]) -> Raster {
    precondition(channels == 1, "a label map has one channel, not \(channels)")
    var coloured: [UInt8] = []
    coloured.reserveCapacity(samples.count * 3)
    for label in samples {
      let colour = palette[Int(label)]
      coloured.append(colour.red)
      coloured.append(colour.green)
      coloured.append(colour.blue)
    }
    return Raster(width: width, height: height, channels: 3, samples: coloured)
  }
}
