import CImageCodecs

/// The libraries behind decoding and encoding.
package enum ImageLibraries {
  /// Their names and versions, for records and for people.
  package static var description: String {
    "libpng \(String(cString: image_png_version())), "
      + "libjpeg-turbo \(String(cString: image_jpeg_version()))"
  }
}
