import Tensors

extension ImageDecoder {
  /// Reads a file as a label map, as ``labelMap(decoding:named:)`` does.
  ///
  /// - Throws: ``ImageError`` with the file's path, also when it is missing or unreadable.
  package static func labelMap(contentsOf path: String) throws(ImageError) -> Raster {
    try labelMap(decoding: FileBytes.read(path), named: path)
  }

  /// Decodes a PNG to one channel of CelebAMask-HQ class indices, 0…18.
  ///
  /// Grey and palette samples are the classes, whatever the bit depth and whatever colours the
  /// palette holds; RGB is looked up in ``LabelPalette``.
  ///
  /// - Throws: ``ImageError``: `unsupported` for JPEG, 16 bits and alpha, `unknown-colour` and
  ///   `unknown-class` with the first offending pixel, and what ``rgb(decoding:named:)`` throws.
  package static func labelMap(
    decoding bytes: [UInt8], named name: String
  ) throws(ImageError) -> Raster {
    let stored = try StoredImage(decoding: bytes, named: name)
    try checkHoldsLabels(stored, name)
    let labels: [UInt8]
    if case .rgb = stored.colour {
      labels = try classes(ofColoursIn: stored, name)
    } else {
      labels = stored.samples
    }
    try checkClasses(labels, width: stored.width, name)
    return Raster(width: stored.width, height: stored.height, channels: 1, samples: labels)
  }

  private static func checkHoldsLabels(_ stored: StoredImage, _ name: String) throws(ImageError) {
    func refuse(_ reason: String) -> ImageError {
      ImageError(path: name, state: .unsupported, reason: reason)
    }
    guard stored.format == .png else {
      throw refuse("a label map cannot be a JPEG, which changes values; save the map as PNG")
    }
    guard stored.bitDepth <= 8 else {
      throw refuse("a label map has at most 8 bits, not 16; save the classes as 8-bit grey")
    }
    switch stored.colour {
    case .greyAlpha, .rgbAlpha:
      throw refuse("a label map has no alpha channel; save it as grey, palette or plain RGB")
    default: return
    }
  }

  private static func classes(
    ofColoursIn stored: StoredImage, _ name: String
  ) throws(ImageError) -> [UInt8] {
    var labels = [UInt8](repeating: 0, count: stored.width * stored.height)
    var last = (colour: RGBColour(0, 0, 0), label: UInt8(0))
    for pixel in labels.indices {
      let samples = stored.samples
      let colour = RGBColour(samples[3 * pixel], samples[3 * pixel + 1], samples[3 * pixel + 2])
      // Labels come in patches, so most pixels need no look-up.
      if colour != last.colour {
        guard let label = LabelPalette.classes[colour] else {
          throw ImageError(
            path: name, state: .unknownColour,
            reason: "colour \(colour) at column \(pixel % stored.width), row "
              + "\(pixel / stored.width) belongs to no CelebAMask-HQ class; was the map resized "
              + "or compressed?")
        }
        last = (colour, label)
      }
      labels[pixel] = last.label
    }
    return labels
  }

  private static func checkClasses(
    _ labels: [UInt8], width: Int, _ name: String
  ) throws(ImageError) {
    let count = LabelOrder.celebAMaskHQ.count
    guard let pixel = labels.firstIndex(where: { $0 >= count }) else { return }
    throw ImageError(
      path: name, state: .unknownClass,
      reason: "value \(labels[pixel]) at column \(pixel % width), row \(pixel / width) is no "
        + "class; classes are 0…\(count - 1)")
  }
}
