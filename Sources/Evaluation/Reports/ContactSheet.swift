extension TableReport {
  /// A grid of images, which the report shows but never opens.
  package struct ContactSheet: Sendable, Hashable {
    /// What its rows and columns are.
    package let caption: String
    /// The picture as a JPEG file.
    package let jpeg: [UInt8]

    /// A picture with its caption.
    package init(caption: String, jpeg: [UInt8]) {
      self.caption = caption
      self.jpeg = jpeg
    }

    /// Name of its file.
    package static let fileName = "sheet.jpg"
  }
}
