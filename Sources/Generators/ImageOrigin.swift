/// What an image is made of: equal recipes on files with equal bytes give equal pixels.
package struct ImageOrigin: Hashable, Sendable {
  /// Everything but the files' bytes that can move a pixel.
  package let recipe: String
  /// Paths of the files that are read.
  package let files: [String]

  /// Names a recipe and its files.
  package init(recipe: String, files: [String]) {
    self.recipe = recipe
    self.files = files
  }

  /// A file's own picture, as it is decoded.
  package static func file(_ path: String) -> ImageOrigin {
    ImageOrigin(recipe: "decoded", files: [path])
  }
}
