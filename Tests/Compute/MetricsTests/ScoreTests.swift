import Foundation
import Metrics
import Tensors
import TestSupport
import Testing

struct IdentityTests {
  @Test func cosinesByHand() throws {
    #expect(try Identity.cosine([1, 0], [0, 3]) == 0)
    #expect(try Identity.cosine([2, 0], [-5, 0]) == -1)
    #expect(abs(try Identity.cosine([3, 4], [4, 3]) - 24.0 / 25) <= 1e-15)
    // Squares of such values leave Float32's range and their product would leave Float64's.
    #expect(abs(try Identity.cosine([3e38, 3e38], [1e-38, 1e-38]) - 1) <= 1e-15)
  }

  @Test func sameDirectionIsOneAndNeverMore() throws {
    var random = SplitMix64(seed: 5)
    for _ in 0..<50 {
      let embedding = (0..<512).map { _ in 2 * random.nextUnit() - 1 }
      let cosine = try Identity.cosine(embedding, embedding.map { $0 * 4 })
      #expect(cosine <= 1 && cosine >= 1 - 1e-14)
    }
  }

  @Test func refusesEmbeddingsWithoutDirection() {
    #expect(throws: IdentityError.zero(.second)) { try Identity.cosine([1, 2], [0, 0]) }
    #expect(throws: IdentityError.zero(.first)) { try Identity.cosine([], []) }
    #expect(throws: IdentityError.notFinite(.first, index: 1)) {
      try Identity.cosine([1, .nan], [1, 2])
    }
    #expect(throws: IdentityError.notFinite(.second, index: 0)) {
      try Identity.cosine([1, 1], [.infinity, 2])
    }
    #expect(throws: IdentityError.lengthMismatch(first: 1, second: 2)) {
      try Identity.cosine([1], [1, 2])
    }
  }
}

struct SummaryTests {
  @Test func momentsByHand() throws {
    let summary = try #require(Summary([2, 4, 4, 4, 5, 5, 7, 9]))
    #expect(summary.count == 8 && summary.mean == 5)
    let deviation = (32.0 / 7).squareRoot()
    #expect(summary.standardDeviation == deviation)
    #expect(summary.standardError == deviation / 8.0.squareRoot())
  }

  @Test func compensationKeepsWhatPlainSumsLose() {
    #expect(Summary.compensatedSum([1, 1e100, 1, -1e100]) == 2)
    let tenths = [Double](repeating: 0.1, count: 1_000_000)
    // One rounding of the sum plus the error of the literal 0.1 itself, a million times 5.6e-18.
    #expect(abs(Summary.compensatedSum(tenths) - 100_000) <= 2e-11)
    #expect(abs(tenths.reduce(0, +) - 100_000) > 1e-7, "the plain sum shows why")
  }

  @Test func fewAndInfiniteScores() throws {
    #expect(Summary([]) == nil)
    let one = try #require(Summary([0.25]))
    #expect(one.mean == 0.25 && one.standardDeviation == nil && one.standardError == nil)
    let infinite = try #require(Summary([30, .infinity]))
    #expect(infinite.mean == .infinity && infinite.standardError == nil)
    #expect(infinite.infiniteCount == 1 && infinite.finiteMean == 30)
    #expect(try #require(Summary([.infinity])).finiteMean == nil)
    #expect(try #require(Summary([1, .nan])).mean.isNaN)
    let equal = try #require(Summary([0.25, 0.25, 0.25]))
    #expect(equal.mean == 0.25 && equal.standardDeviation == 0)
  }
}
