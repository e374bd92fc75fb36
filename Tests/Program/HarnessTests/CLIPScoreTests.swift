import Foundation
import Harness
import Images
import Measurement
import Metrics
import Provenance
import Scores
import Tensors
import Terms
import TestSupport
import Testing

/// CLIP's metrics through the whole job, on towers of one layer.
@Suite struct CLIPScoreTests {
  private let clip: TinyCLIP

  init() throws { clip = try TinyCLIP() }

  private static func caption(_ id: String, _ text: String) -> String {
    #"{"id": "\#(id)", "text": "\#(text)"}"#
  }

  @Test func captionsAreScoredWithoutRealImages() throws {
    let study = try StudyFolder(reference: [:], generated: ["a": 1, "b": 2, "c": 3])
    let long = Array(repeating: "face", count: 80).joined(separator: " ")
    let captions = try study.write(
      [
        Self.caption("a", "a photo of a cat"), Self.caption("b", long),
        Self.caption("other", "face"),
      ], to: "captions.jsonl")
    let result = try study.score(clip.captions(.cosine)) {
      $0.reference = ""
      $0.captions = captions
    }
    // The tokens of openai/CLIP's own tokenizer.
    let text = try clip.embedding(tokens: [49406, 320, 1125, 539, 320, 2368, 49407])
    let expected = try CLIPScore.cosine.score(
      image: clip.embedding(StudyFolder.picture(1)), caption: text)
    let score = try #require(result.scores.first)
    #expect(score.value == expected && score.count == 1)
    #expect(result.failures.map { $0.id } == ["b", "c"])
    #expect(result.failures.map(\.failure.state.rawValue) == ["caption-too-long", "no-caption"])

    let cut = try study.score(clip.captions(.hessel, isTruncating: true)) {
      $0.reference = ""
      $0.captions = captions
    }
    #expect(cut.failures.map(\.id) == ["c"] && cut.scores.first?.count == 2)
    #expect(cut.scores.first?.fingerprint != score.fingerprint)
    let value = try #require(cut.scores.first?.value)
    #expect(value >= 0 && value <= 2.5)
  }

  @Test func editsFollowTheirTexts() throws {
    let study = try StudyFolder(
      reference: ["a": 1, "b": 2, "c": 3], generated: ["a": 11, "b": 2, "c": 13])
    let edits = try study.write(
      ["a", "b"].map {
        #"{"id": "\#($0)", "source_text": "face", "target_text": "tanned face"}"#
      }, to: "edits.jsonl")
    let templates = try clip.edits(PromptTemplates(name: "bare", sentences: ["{}"]))
    let result = try study.score(templates) { $0.edits = edits }
    let direction = try CLIPTextDirection(
      source: [clip.embedding(tokens: [49406, 1710, 49407])],
      target: [clip.embedding(tokens: [49406, 19174, 538, 1710, 49407])])
    let moved = try CLIPDirectionalSimilarity.score(
      source: clip.embedding(StudyFolder.picture(1)),
      edited: clip.embedding(StudyFolder.picture(11)), along: direction)
    let score = try #require(result.scores.first)
    // The image of 'b' was left alone and counts 0.
    #expect(score.count == 2)
    #expect(try abs(#require(score.value) - moved / 2) <= 1e-12)
    #expect(result.failures.map(\.id) == ["c"])
    #expect(result.failures.first?.failure.state == .noEdit)
    let all = try study.score(clip.edits(.imageNet)) { $0.edits = edits }
    #expect(all.scores.first?.count == 2 && all.scores.first?.value != score.value)
  }

  @Test func setsAreComparedWhateverTheirIDs() throws {
    let study = try StudyFolder(
      reference: ["a": 1, "b": 2, "c": 3], generated: ["x": 11, "y": 12, "z": 13, "w": 14])
    let result = try study.score(clip.distance(.biased))
    func matrix(_ seeds: [UInt64]) throws -> FeatureMatrix {
      try FeatureMatrix(stacking: seeds.map { try clip.embedding(StudyFolder.picture($0)) })
    }
    let score = try #require(result.scores.first)
    let expected = try CMMD.between(matrix([1, 2, 3]), matrix([14, 11, 12, 13]))
    #expect(score.value == expected && score.count == 4 && score.referenceCount == 3)
    #expect(expected > 0)
    let same = try StudyFolder(reference: ["a": 1, "b": 2], generated: ["c": 2, "d": 1])
    let zero = try #require(same.score(clip.distance(.biased)).scores.first?.value)
    #expect(abs(zero) <= 1e-12)
  }

  @Test func imagesAreRankedAmongOthersOnly() throws {
    let ids = (0..<6).map { "\($0)" }
    let study = try StudyFolder(
      reference: Dictionary(uniqueKeysWithValues: ids.map { ($0, UInt64($0) ?? 0) }),
      generated: ["0": 0, "1": 1, "2": 90, "3": 91, "4": 92, "5": 93])
    var retrieval = RetrievalAccuracy()
    retrieval.negatives = 5
    let result = try study.score(clip.retrieval(retrieval, .image))
    let score = try #require(result.scores.first)
    // The first two are their own guidance: nothing comes closer.
    #expect(score.count == 6 && score.referenceCount == 6)
    #expect(try #require(score.value) >= 2.0 / 6)
    #expect(score.details["top-20"] == "1.0")
    retrieval.negatives = 6
    let refused = #expect(throws: HarnessError.self) {
      try study.score(clip.retrieval(retrieval, .image))
    }
    #expect(refused?.description.contains("among 6 other real images") == true)
  }

  @Test func resultsDoNotDependOnThreadsOrMemory() throws {
    let study = try StudyFolder(
      reference: ["a": 1, "b": 2, "c": 3, "d": 4, "e": 5],
      generated: ["a": 11, "b": 12, "c": 13, "d": 14, "e": 15])
    let found = try [1, 2, 3].map { jobs in
      try study.score(clip.distance(.unbiased)) {
        $0.jobs = jobs
        $0.usesCache = jobs != 2
      }.scores.first?.value
    }
    #expect(found[0] != nil && found[0] == found[1] && found[0] == found[2])
  }

  @Test func imagesWithoutNumbersAreNamed() throws {
    let study = try StudyFolder(reference: ["a": 1, "b": 2], generated: ["c": 3, "d": 4])
    let evaluator = try TinyCLIP(isBroken: true).distance(.biased)
    let error = #expect(throws: HarnessError.self) { try study.score(evaluator) }
    #expect(error?.kind == .invalid)
    #expect(error?.description.contains("a.png") == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("not finite") == true)
  }

  @Test func textsWithoutNumbersAreTold() throws {
    let study = try StudyFolder(reference: ["a": 1], generated: ["a": 2])
    let captions = try study.write([Self.caption("a", "face")], to: "captions.jsonl")
    let evaluator = try TinyCLIP(isTextBroken: true).captions(.cosine)
    let error = #expect(throws: HarnessError.self) {
      try study.score(evaluator) { $0.captions = captions }
    }
    #expect(error?.kind == .invalid)
    #expect(error?.description.contains("tiny-text's result 'output' is not finite") == true)
  }

  @Test func wrongFilesAreNamed() throws {
    let study = try StudyFolder(reference: ["a": 1], generated: ["a": 2])
    let captions = try study.write([Self.caption("28000", "face")], to: "captions.jsonl")
    let error = #expect(throws: HarnessError.self) {
      try study.score(clip.captions(.cosine)) { $0.captions = captions }
    }
    #expect(error?.description.contains("28000") == true)
    let needy = #expect(throws: HarnessError.self) {
      try study.score(clip.distance(.biased)) { $0.reference = "" }
    }
    #expect(needy?.kind == .usage)
  }
}
