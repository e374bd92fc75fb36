import Faces
import Testing

/// The edit that is chosen for a face.
@Suite struct SuitedEditTests {
  @Test func canBeMadeAndVaries() throws {
    var found: [FaceEdit: Int] = [:]
    for number in 0..<300 {
      let scene = World.test.scene(number)
      let edit = try #require(FaceEdit.suited(to: scene), "face \(number)")
      #expect(edit.applied(to: scene) != nil && edit == FaceEdit.suited(to: scene))
      found[edit, default: 0] += 1
    }
    // Published edits are taken wherever one can be made, each on a good share of the faces.
    let published = [FaceEdit.makeup, .tanned, .grayHair].map { found[$0, default: 0] }
    #expect(published.allSatisfy { $0 > 15 } && published.reduce(0, +) > 280, "\(found)")
  }

  @Test func isKnownByItsTexts() {
    for edit in FaceEdit.allCases {
      #expect(FaceEdit(source: edit.texts.source, target: edit.texts.target) == edit)
    }
    #expect(FaceEdit(source: "face", target: "cat") == nil)
  }
}
