import Datasets
import Faces
import Foundation
import Generators
import Tensors
import Terms
import TestSupport
import Testing

/// The edit as the face world makes it.
@Suite struct TrueEditTests {
  @Test func drawsTheEditedScene() throws {
    let folder = try TemporaryFolder()
    var faces = SyntheticFaces()
    (faces.count, faces.size, faces.hasEdits) = (6, 64, true)
    let pairs = try faces.dataset(cache: folder.url.path).pairs
    let anchor = TrueEditAnchor(size: 64)
    #expect(Set(pairs.map { anchor.origin(of: $0) }).count == 6)
    for (number, pair) in pairs.enumerated() {
      let scene = World.test.scene(number)
      let edited = try #require(FaceEdit.suited(to: scene)?.applied(to: scene))
      let image = try anchor.image(for: pair)
      #expect(image == Portrait(edited, size: 64).image)
      #expect(image != Portrait(scene, size: 64).image)
    }
    for size in [20, 128] {
      let image = try TrueEditAnchor(size: size).image(for: pairs[0])
      #expect(image.width == size && image.height == size)
    }
  }

  @Test func knowsDrawnFacesAndTheirEditsOnly() throws {
    let folder = try TemporaryFolder()
    var faces = SyntheticFaces()
    (faces.count, faces.size) = (1, 64)
    var pair = try faces.dataset(cache: folder.url.path).pairs[0]
    let anchor = TrueEditAnchor(size: 64)
    let error = MethodError.noEdit(id: pair.id)
    #expect(throws: error) { try anchor.image(for: pair) }
    #expect(error.ledgerState.rawValue == "no-edit" && anchor.origin(of: pair) == nil)
    (pair.sourceText, pair.targetText) = ("face", "face of a cat")
    #expect(throws: error) { try anchor.image(for: pair) }
    (pair.sourceText, pair.targetText) = ("face", "tanned face")
    pair.identity = "7"
    #expect(throws: error) { try anchor.image(for: pair) }
  }
}
