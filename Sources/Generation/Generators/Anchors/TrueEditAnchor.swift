import Datasets
import Faces
import Tensors

/// The drawn face of a pair after its edit, as the face world draws it: the best that an edit can be.
package struct TrueEditAnchor: Method {
  package let name: String
  /// Width and height of the images.
  package let size: Int

  /// The anchor at a working size.
  package init(name: String = BuiltinMethod.trueEdit.rawValue, size: Int) {
    self.name = name
    self.size = size
  }

  package var fingerprint: String { "true-edit faces@\(SyntheticFaces.version) size=\(size)" }

  package func origin(of pair: Pair) -> ImageOrigin? {
    guard let identity = pair.identity, let edit = edit(of: pair) else { return nil }
    return ImageOrigin(recipe: "\(fingerprint) \(edit.rawValue) of=\(identity)", files: [])
  }

  package func image(for pair: Pair) throws(MethodError) -> Raster {
    guard let before = SyntheticFaces.scene(of: pair),
      let after = edit(of: pair)?.applied(to: before)
    else { throw .noEdit(id: pair.id) }
    return after.image(size: size)
  }

  private func edit(of pair: Pair) -> FaceEdit? {
    guard let source = pair.sourceText, let target = pair.targetText else { return nil }
    return FaceEdit(source: source, target: target)
  }
}
