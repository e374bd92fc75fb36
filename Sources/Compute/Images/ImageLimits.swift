/// How large an image or its file may be; checked from the header, before memory is taken.
package enum ImageLimits {
  /// Longest side in pixels: what a JPEG can hold.
  package static let side = 65_500
  /// Most pixels in an image: Pillow's own limit, twice `Image.MAX_IMAGE_PIXELS`.
  package static let pixels = 178_956_970
  /// Most bytes in a file; a file of the largest image fits.
  package static let fileBytes = 1 << 30

  /// - Throws: ``ImageError/State/tooLarge`` when an image of this size is over a limit.
  static func check(width: Int, height: Int, named name: String) throws(ImageError) {
    guard width > side || height > side || width * height > pixels else { return }
    throw ImageError(
      path: name, state: .tooLarge,
      reason: "its header announces \(width)×\(height) pixels; at most \(side) on a side and "
        + "\(pixels) in all are read, so scale the image down")
  }
}
