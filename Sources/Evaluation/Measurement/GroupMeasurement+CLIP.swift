import Datasets
import Foundation
import Metrics
import Models
import Provenance
import Terms

extension GroupMeasurement {
  /// Embeds the images and texts of a group and scores what a single image can be scored by.
  func measureCLIP(
    _ clip: CLIPMeter, _ meter: Meter, _ pairs: [PairSubjects], _ items: inout [ItemResult]
  ) throws {
    var batch = collect(items, pairs, meter) { (_, subject, batch: inout Batch<Subject>) in
      batch.add(subject, key: ContentHash.key(clip.image.fingerprint, subject.content))
    }
    if clip.readsReferences {
      for pair in pairs {
        guard case .success(let real)? = pair.reference else { continue }
        batch.add(real, key: ContentHash.key(clip.image.fingerprint, real.content))
      }
    }
    let images = try computed(batch, by: clip.image)
    let texts = try embeddedTexts(clip, pairs)
    if clip.readsReferences {
      for (place, pair) in pairs.enumerated() {
        items[place].reference = items[place].reference?.flatMap { found in
          ImageFailure.catching {
            var found = found
            if let real = try pair.reference?.get() {
              found.embeddings[clip.metric] = try images(real)
            }
            return found
          }
        }
      }
    }
    update(&items, pairs, meter) { pair, subject, found in
      let embedding = try images(subject)
      switch clip.task {
      case .distance: found.embeddings[.cmmd] = embedding
      case .caption(let score):
        let caption = try texts(score.captionPrefix + pair.pair.caption())
        found.scores[.clip] = try score.score(image: embedding, caption: caption)
      case .edit(let templates):
        let (source, target) = try pair.pair.edit()
        let direction = try CLIPTextDirection(
          source: templates.filled(with: source).map(texts),
          target: templates.filled(with: target).map(texts))
        found.scores[.clipDirectional] = try CLIPDirectionalSimilarity.score(
          source: try images(try pair.comparable), edited: embedding, along: direction)
      case .retrieval(_, let guidance):
        found.embeddings[.retrieval] = embedding
        found.guidance =
          switch guidance {
          case .text: try texts(try pair.pair.caption())
          case .image: try images(try pair.comparable)
          }
      }
    }
  }

  /// The embedding of any text of these pairs, each text embedded once.
  private func embeddedTexts(
    _ clip: CLIPMeter, _ pairs: [PairSubjects]
  ) throws -> (String) throws -> [Float] {
    guard let tower = clip.text else {
      return { _ in
        throw ImageFailure(state: "no-text-tower", reason: "the model has no text tower")
      }
    }
    func key(_ text: String) -> String { TextExtractor.key(tower.fingerprint, text) }
    var batch = Batch<String>()
    for text in pairs.flatMap({ clip.texts(of: $0.pair) }) { batch.add(text, key: key(text)) }
    let values = try recall.values(batch) { tower.embeddings(of: $0, in: memory) }
    return { text in
      try values[key(text)]?.get() ?? tower.embeddings(of: [text], in: memory)[0].get()
    }
  }
}

extension CLIPMeter {
  /// The texts that a pair's score needs, as far as the pair has them.
  fileprivate func texts(of pair: Pair) -> [String] {
    switch task {
    case .caption(let score): (try? pair.caption()).map { [score.captionPrefix + $0] } ?? []
    case .retrieval(_, .text): (try? pair.caption()).map { [$0] } ?? []
    case .edit(let templates):
      (try? pair.edit()).map { [$0, $1].flatMap(templates.filled) } ?? []
    case .distance, .retrieval(_, .image): []
    }
  }
}

extension Pair {
  fileprivate func caption() throws(ImageFailure) -> String {
    guard let text else {
      throw ImageFailure(state: "no-caption", reason: "'\(id)' has no caption")
    }
    try check(text, "caption")
    return text
  }

  fileprivate func edit() throws(ImageFailure) -> (source: String, target: String) {
    guard let sourceText, let targetText else {
      throw ImageFailure(
        state: "no-edit", reason: "'\(id)' has no source and target text of an edit")
    }
    try check(sourceText, "source text")
    try check(targetText, "target text")
    return (sourceText, targetText)
  }

  /// A text that says nothing has an embedding like any other, but nothing fits it.
  private func check(_ text: String, _ role: String) throws(ImageFailure) {
    guard Pair.isBlank(text) else { return }
    throw ImageFailure(state: "blank-text", reason: "the \(role) of '\(id)' is blank")
  }
}
