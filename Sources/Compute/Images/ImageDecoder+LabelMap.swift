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
  /// Gray samples are the classes, whatever the bit depth, also where they stand in three equal channels;
  /// other colors are looked up in ``LabelPalette``. So are a palette's where they are all classes'
  /// colors, since programs renumber palettes; else its indices are the classes.
  ///
  /// - Throws: ``ImageError``: `unsupported` for JPEG, 16 bits and alpha, `unknown-colour` and
  ///   `unknown-class` with the first offending pixel, `contradictory-palette`, and what
  ///   ``rgb(decoding:named:)`` throws.
  package static func labelMap(
    decoding bytes: [UInt8], named name: String
  ) throws(ImageError) -> Raster {
    let stored = try StoredImage(decoding: bytes, named: name)
    try checkHoldsLabels(stored, name)
    let labels: [UInt8]
    switch stored.color {
    case .rgb:
      if let channel = equalChannel(of: stored) {
        labels = channel
      } else {
        labels = try classes(ofColorsIn: stored, name)
      }
    case .palette(let entries):
      labels = try classes(ofIndices: stored.samples, in: entries, name)
    default: labels = stored.samples
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
      throw refuse("a label map has at most 8 bits, not 16; save the classes as 8-bit gray")
    }
    switch stored.color {
    case .grayAlpha, .rgbAlpha:
      throw refuse("a label map has no alpha channel; save it as gray, palette or plain RGB")
    default: return
    }
  }

  /// One of three channels that are the same everywhere; nil where they are not.
  private static func equalChannel(of stored: StoredImage) -> [UInt8]? {
    let samples = stored.samples
    let pixels = stride(from: 0, to: samples.count, by: 3)
    guard
      pixels.allSatisfy({
        samples[$0] == samples[$0 + 1] && samples[$0] == samples[$0 + 2]
      })
    else { return nil }
    return pixels.map { samples[$0] }
  }

  /// Classes of a palette's indices, by the colors where these tell classes.
  private static func classes(
    ofIndices samples: [UInt8], in entries: [UInt8], _ name: String
  ) throws(ImageError) -> [UInt8] {
    var isUsed = [Bool](repeating: false, count: 256)
    for sample in samples { isUsed[Int(sample)] = true }
    let used = isUsed.indices.filter { isUsed[$0] }.map { index in
      let color = RGBColor(entries[3 * index], entries[3 * index + 1], entries[3 * index + 2])
      return (index: index, color: color, label: LabelPalette.classes[color].map(Int.init))
    }
    // A scale of grays, in which black may be class 0's color, says no more than the indices do.
    let isScale = used.allSatisfy { entry in
      entry.index == Int(entry.color.red) && entry.color.isGray
    }
    let renumbered = used.first { $0.label != nil && $0.label != $0.index }
    guard !isScale, let renumbered else { return samples }
    func contradiction(_ other: String) -> ImageError {
      ImageError(
        path: name, state: .contradictoryPalette,
        reason:
          "the palette gives index \(renumbered.index) the color \(renumbered.color) of class "
          + "\(renumbered.label ?? 0), but \(other), so that neither indices nor colors tell the "
          + "classes; save the classes as 8-bit gray")
    }
    if let foreign = used.first(where: { $0.label == nil }) {
      throw contradiction("index \(foreign.index) the color \(foreign.color) of no class")
    }
    if let twin = used.first(where: {
      $0.color == renumbered.color && $0.index != renumbered.index
    }) {
      throw contradiction("index \(twin.index) the same color")
    }
    var classes = [UInt8](repeating: 0, count: 256)
    for entry in used { classes[entry.index] = UInt8(entry.label ?? 0) }
    return samples.map { classes[Int($0)] }
  }

  private static func classes(
    ofColorsIn stored: StoredImage, _ name: String
  ) throws(ImageError) -> [UInt8] {
    var labels = [UInt8](repeating: 0, count: stored.width * stored.height)
    var last = (color: RGBColor(0, 0, 0), label: UInt8(0))
    for pixel in labels.indices {
      let samples = stored.samples
      let color = RGBColor(samples[3 * pixel], samples[3 * pixel + 1], samples[3 * pixel + 2])
      // Labels come in patches, so most pixels need no look-up.
      if color != last.color {
        guard let label = LabelPalette.classes[color] else {
          throw ImageError(
            path: name, state: .unknownColor,
            reason: "color \(color) at column \(pixel % stored.width), row "
              + "\(pixel / stored.width) belongs to no CelebAMask-HQ class; was the map resized "
              + "or compressed?")
        }
        last = (color, label)
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
      reason: "value \(labels[pixel]) at column \(pixel % width), row \(pixel / width) is not a "
        + "class; classes are 0…\(count - 1)")
  }
}
