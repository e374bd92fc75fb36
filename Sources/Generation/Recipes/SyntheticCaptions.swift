import Checkpoints
import Faces
import Metrics
import Networks
import Tensors
import Texts

/// What is said of a training picture: mostly a caption in one of the two styles, sometimes a prompt as
/// edits use them.
enum SyntheticCaptions {
  /// A text that holds for a face, drawn from a seed.
  static func text(_ face: FaceTraits, seed: UInt64) -> String {
    var random = SplitMix64(seed: seed)
    let kind = random.nextUnit()
    if kind < 0.72 {
      return MultiModalCaption.text(
        face, index: random.nextIndex(below: MultiModalCaption.count), seed: random.next())
    }
    if kind < 0.88 {
      return DialogCaption.text(
        face, index: random.nextIndex(below: DialogCaption.count), seed: random.next())
    }
    let fitting = prompts.filter { face.traits.contains($0.trait) }
    guard !fitting.isEmpty else { return "face" }
    let prompt = fitting[random.nextIndex(below: fitting.count)].text
    let frames = [
      "%", "a photo of a %", "an image of a %", "a portrait of a %", "a good photo of the %",
    ]
    return frames[random.nextIndex(below: frames.count)].replacing("%", with: prompt)
  }

  /// Short texts in the manner of edits' targets.
  private static let prompts: [(trait: FaceTraits.Trait, text: String)] = [
    (.heavyMakeup, "face with makeup"), (.tannedSkin, "tanned face"), (.grayHair, "gray hair"),
    (.grayHair, "face with gray hair"), (.blondHair, "blond hair"), (.redHair, "red hair"),
    (.blackHair, "black hair"), (.brownHair, "brown hair"), (.eyeglasses, "face with eyeglasses"),
    (.sunglasses, "face with sunglasses"), (.smiling, "smiling face"), (.beard, "face with beard"),
    (.hat, "face with hat"), (.bangs, "hair with bangs"), (.bangs, "face with bangs"),
    (.earrings, "face with earrings"), (.necklace, "face with necklace"),
    (.young, "young person"), (.old, "old person"), (.wavyHair, "curly hair"),
    (.bald, "bald person"), (.mouthOpen, "face with open mouth"),
  ]

  /// Texts that a training on these faces may meet, in no particular order: enough of them that every word
  /// occurs.
  static func samples(of faces: [FaceTraits]) -> [String] {
    let captions = faces.prefix(3000).enumerated().flatMap { index, face in
      (0..<4).map { text(face, seed: UInt64(index * 4 + $0)) }
    }
    let edits = FaceEdit.allCases.flatMap { [$0.texts.source, $0.texts.target] }
    return captions + prompts.map(\.text) + edits + PromptTemplates.imageNet.filled(with: "face")
  }
}

extension TokenReader {
  /// Knows the tokens of captions that some faces may get.
  ///
  /// - Throws: `TextDataError`; `VocabularyTooLarge`.
  init(captionsOf faces: [FaceTraits]) throws {
    let tokenizer = try CLIPTokenizer()
    var tokens: Set<Int32> = []
    for text in SyntheticCaptions.samples(of: faces) {
      tokens.formUnion(tokenizer.tokens(of: text))
    }
    try self.init(
      vocabulary: CompactVocabulary(tokens: tokens, size: CompactNetworks.vocabularySize))
  }

  /// Knows the tokens that a file of the towers holds.
  ///
  /// - Throws: `CheckpointError`, `DamagedVocabulary`, `TextDataError`.
  init(file: String) throws {
    let stored = try Checkpoint.open(path: file).tensor(named: CompactVocabulary.tensorName)
    try self.init(vocabulary: try CompactVocabulary(stored: try stored.tensor()))
  }
}
