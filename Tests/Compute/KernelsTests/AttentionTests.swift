import Kernels
import ReferenceKernels
import Tensors
import TestSupport
import Testing

/// Attention in one pass against the readable form.
@Suite struct AttentionTests {
  static let levels = CPULevel.allCases.filter { $0 <= .best }

  struct Case: Sendable, CustomStringConvertible {
    var heads = 2
    var depth = 8
    var queries: Int
    var keys: Int
    var isCausal = false
    /// Factor on queries: large ones make the softmax hard.
    var sharpness: Float = 3

    var description: String {
      "\(heads)×\(depth), \(queries) of \(keys)\(isCausal ? ", causal" : "")"
    }
  }

  /// Around tile rows, tile columns and the softmax's sixteen lanes.
  static let cases: [Case] =
    [1, 3, 4, 5, 7, 12, 13, 16, 17, 25, 31, 32, 33, 50].flatMap {
      [Case(queries: $0, keys: $0), Case(queries: $0, keys: $0, isCausal: true)]
    }
    + [Case(queries: 1, keys: 50), Case(queries: 20, keys: 3), Case(queries: 5, keys: 1)]
    + [
      Case(heads: 1, depth: 64, queries: 77, keys: 77, isCausal: true),
      Case(heads: 3, depth: 64, queries: 50, keys: 50),
      Case(heads: 5, depth: 3, queries: 14, keys: 14),
      Case(heads: 1, depth: 40, queries: 13, keys: 34),
      Case(queries: 9, keys: 9, sharpness: 1000),
    ]

  private func inputs(of given: Case) -> [Tensor] {
    let channels = given.heads * given.depth
    return [given.queries, given.keys, given.keys].enumerated().map { index, tokens in
      var tensor = SeededParameters.input(shape: [channels, tokens, 1], seed: 40 + UInt64(index))
      if index == 0 { for i in tensor.values.indices { tensor.values[i] *= given.sharpness } }
      return tensor
    }
  }

  private func attend(_ given: Case, _ inputs: [Tensor], level: CPULevel) -> Tensor {
    let maps = inputs.map { OwnedMap($0) }
    let target = OwnedMap(shape: inputs[0].shape)
    withExtendedLifetime(maps) {
      target.map.writeAttention(
        Attention(heads: given.heads, isCausal: given.isCausal), queries: maps[0].map,
        keys: maps[1].map, values: maps[2].map, level: level, scratch: KernelScratch())
    }
    return target.tensor
  }

  @Test(arguments: levels, cases)
  func matchesTheReference(level: CPULevel, given: Case) {
    let inputs = inputs(of: given)
    let expected = Reference.attention(
      Attention(heads: given.heads, isCausal: given.isCausal), queries: inputs[0],
      keys: inputs[1], values: inputs[2])
    let found = attend(given, inputs, level: level)
    // A score errs by d roundings of its terms, the exponential multiplies that into the shares; then
    // a mean of values of order 1.
    let score = Double(given.sharpness) * Double(given.depth).squareRoot()
    let tolerance = (2 * score + 8) * 2 * Double(Float.ulpOfOne)
    #expect(Agreement(found.values, expected.values).maximum <= tolerance)
  }

  @Test func levelsThatFuseGiveTheSameBits() {
    guard CPULevel.best == .avx512 else { return }
    for given in Self.cases {
      let inputs = inputs(of: given)
      let areEqual =
        attend(given, inputs, level: .avx2) == attend(given, inputs, level: .avx512)
      #expect(areEqual, "\(given)")
    }
  }

  /// A query's bits must not depend on the tile that it falls into.
  @Test(arguments: levels)
  func queriesDoNotSeeEachOther(level: CPULevel) {
    let given = Case(queries: 27, keys: 27)
    let inputs = inputs(of: given)
    let whole = attend(given, inputs, level: level)
    for first in [0, 1, 11, 26] {
      let query = Tensor(
        shape: [16, 1, 1], values: (0..<16).map { inputs[0].values[$0 * 27 + first] })
      let found = attend(given, [query, inputs[1], inputs[2]], level: level)
      #expect(found.values == (0..<16).map { whole.values[$0 * 27 + first] })
    }
  }

  /// What stands behind a token changes none of its bits if attention is causal.
  @Test(arguments: levels)
  func causalTokensDoNotSeeTheFuture(level: CPULevel) {
    let given = Case(queries: 29, keys: 29, isCausal: true)
    let inputs = inputs(of: given)
    let whole = attend(given, inputs, level: level)
    for count in [1, 4, 13, 28] {
      let prefixes = inputs.map { tensor in
        Tensor(
          shape: [16, count, 1],
          values: (0..<16).flatMap { tensor.values[$0 * 29..<$0 * 29 + count] })
      }
      let found = attend(given, prefixes, level: level)
      let expected = (0..<16).flatMap { Array(whole.values[$0 * 29..<$0 * 29 + count]) }
      #expect(found.values == expected)
    }
  }
}
