import Metrics
import Testing

/// Sums of 16 Float64 products.
private let tolerance = 1e-13

struct CLIPMetricTests {
  @Test func scoresMatchTheirPackages() throws {
    let golden = try SetMetricGoldens.load().clip
    let images = SetMetricGoldens.embeddings(61, 9, 16)
    let captions = SetMetricGoldens.embeddings(62, 9, 16)
    func mean(_ variant: CLIPScore) throws -> Double {
      try #require(
        variant.mean(of: zip(images, captions).map { try variant.score(image: $0, caption: $1) }))
    }
    #expect(abs(try mean(.cosine) - golden.cosine) <= tolerance * 100)
    #expect(abs(try mean(.torchmetrics) - golden.torchmetrics) <= tolerance)
    #expect(abs(try mean(.hessel) - golden.hessel) <= tolerance)
    #expect(CLIPScore.torchmetrics.mean(of: [-3, 2]) == golden.torchmetricsOfNegative)
    #expect(CLIPScore.torchmetrics.mean(of: [-3, 5]) == 1)
  }

  @Test func anEmbeddingFitsItselfAndNotItsOpposite() throws {
    let one: [Float] = [3, 4]
    let other: [Float] = [-3, -4]
    #expect(try CLIPScore.cosine.score(image: one, caption: one) == 100)
    #expect(try CLIPScore.cosine.score(image: one, caption: other) == -100)
    #expect(try CLIPScore.hessel.score(image: one, caption: one) == 2.5)
    #expect(try CLIPScore.hessel.score(image: one, caption: other) == 0)
    #expect(CLIPScore.cosine.mean(of: []) == nil)
    #expect(throws: IdentityError.notFinite(.first, index: 1)) {
      try CLIPScore.cosine.score(image: [1, .nan], caption: one)
    }
  }

  @Test func directionsMatchDiffusionCLIP() throws {
    let golden = try SetMetricGoldens.load().directional
    let direction = try CLIPTextDirection(
      source: SetMetricGoldens.embeddings(71, 5, 16),
      target: SetMetricGoldens.embeddings(72, 5, 16))
    #expect(zip(direction.vector, golden.direction).allSatisfy { abs($0 - $1) <= tolerance })
    let before = SetMetricGoldens.embeddings(73, 4, 16)
    var after = SetMetricGoldens.embeddings(74, 4, 16)
    after[3] = before[3]
    for index in 0..<4 {
      let score = try CLIPDirectionalSimilarity.score(
        source: before[index], edited: after[index], along: direction)
      #expect(abs(score - golden.scores[index]) <= tolerance, "\(index)")
    }
  }

  @Test func directionOfOneTemplateIsExact() throws {
    let direction = try CLIPTextDirection(source: [[1, 0]], target: [[0, 2]])
    let along = try CLIPDirectionalSimilarity.score(
      source: [5, 0], edited: [0, 1], along: direction)
    let back = try CLIPDirectionalSimilarity.score(
      source: [0, 1], edited: [5, 0], along: direction)
    #expect(abs(along - 1) <= tolerance && along == -back)
    let still = try CLIPDirectionalSimilarity.score(
      source: [1, 2], edited: [1, 2], along: direction)
    #expect(still == 0)
  }

  @Test func refusesTextsWithoutDirection() {
    #expect(throws: CLIPDirectionError.sameTexts) {
      try CLIPTextDirection(source: [[1, 2]], target: [[2, 4]])
    }
    #expect(throws: CLIPDirectionError.templateMismatch(source: 1, target: 2)) {
      try CLIPTextDirection(source: [[1]], target: [[1], [2]])
    }
    #expect(throws: CLIPDirectionError.templateMismatch(source: 0, target: 0)) {
      try CLIPTextDirection(source: [], target: [])
    }
    #expect(throws: CLIPDirectionError.lengthMismatch(expected: 2, found: 1)) {
      try CLIPTextDirection(source: [[1, 0]], target: [[1]])
    }
    #expect(throws: CLIPDirectionError.embedding(.zero(.first))) {
      try CLIPTextDirection(source: [[0, 0]], target: [[1, 0]])
    }
    #expect(throws: CLIPDirectionError.embedding(.notFinite(.first, index: 0))) {
      try CLIPTextDirection(source: [[.nan, 0]], target: [[1, 0]])
    }
  }

  @Test func templatesAreThoseOfTheReference() {
    let templates = PromptTemplates.imageNet
    #expect(templates.sentences.count == 79 && Set(templates.sentences).count == 79)
    #expect(templates.sentences.allSatisfy { $0.split(separator: "{}").count >= 1 })
    let filled = templates.filled(with: "tanned face")
    #expect(filled.first == "a bad photo of a tanned face.")
    #expect(filled.contains("a tanned face in a video game."))
    #expect(filled.last == "a tattoo of the tanned face.")
    #expect(filled.allSatisfy { !$0.contains("{") && $0.contains("tanned face") })
  }
}

struct RetrievalTests {
  @Test func ranksMatchNumPy() throws {
    let golden = try SetMetricGoldens.load().retrieval
    let queries = SetMetricGoldens.embeddings(81, 6, 8)
    let found = SetMetricGoldens.embeddings(82, 6, 8)
    var pool = SetMetricGoldens.embeddings(83, 130, 8)
    // Unit vectors added in Float64 by the script; a rank has no room for the rounding to Float32.
    var generated = zip(found, queries).map { zip(unit($0), unit($1)).map { Float($0 + $1) } }
    generated[5] = pool[7]
    pool[8] = pool[7]
    pool[9] = pool[7]
    for ties in RetrievalAccuracy.Ties.allCases {
      var retrieval = RetrievalAccuracy()
      retrieval.ties = ties
      let ranks = try (0..<6).map {
        try retrieval.rank(of: generated[$0], for: queries[$0], number: $0, among: pool)
      }
      #expect(ranks == golden.ranks[ties.rawValue])
      let hits = RetrievalAccuracy.usualCutoffs.map {
        RetrievalAccuracy.accuracy(ofRanks: ranks, at: $0)?.share
      }
      #expect(hits == golden.hits[ties.rawValue])
    }
  }

  @Test func equalCandidatesCostEverythingOrNothing() throws {
    let pool = [[Float]](repeating: [1, 2], count: 99)
    var retrieval = RetrievalAccuracy()
    #expect(try retrieval.rank(of: [1, 2], for: [3, 1], number: 0, among: pool) == 100)
    retrieval.ties = .inFavor
    #expect(try retrieval.rank(of: [1, 2], for: [3, 1], number: 0, among: pool) == 1)
  }

  @Test func refusesSmallPools() {
    #expect(throws: RetrievalAccuracy.Failure.tooFewNegatives(found: 98, needed: 99)) {
      try RetrievalAccuracy().rank(
        of: [1], for: [1], number: 0, among: [[Float]](repeating: [1], count: 98))
    }
    #expect(throws: RetrievalAccuracy.Failure.embedding(.zero(.first))) {
      var retrieval = RetrievalAccuracy()
      retrieval.negatives = 1
      _ = try retrieval.rank(of: [1], for: [1], number: 0, among: [[0]])
    }
  }

  @Test func sharesHaveBinomialErrors() throws {
    let found = try #require(RetrievalAccuracy.accuracy(ofRanks: [1, 5, 6, 100], at: 5))
    #expect(found.share == 0.5 && found.standardError == 0.25)
    #expect(RetrievalAccuracy.accuracy(ofRanks: [], at: 5) == nil)
  }

  private func unit(_ vector: [Float]) -> [Double] {
    let norm = vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    return vector.map { Double($0) / norm }
  }
}
