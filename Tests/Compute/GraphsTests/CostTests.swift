import Graphs
import Kernels
import Tensors
import Testing

/// One layer, so that its cost can be worked out by hand.
private struct Single: SingleInputNetwork {
  let name = "single"
  let inputShape: [Int]
  let body: @Sendable (Scope, Value) -> Value

  func describe(_ scope: Scope, _ input: Value) -> Value { body(scope, input) }
}

struct CostTests {
  private func cost(
    _ shape: [Int], _ body: @escaping @Sendable (Scope, Value) -> Value
  ) throws -> Cost {
    try Graph(tracing: Single(inputShape: shape, body: body))
      .cost(computing: [Graph.mainOutput])
  }

  @Test func convolutionCountsEveryOutputValueTimesItsFilter() throws {
    let found = try cost([6, 9, 7]) { scope, x in
      scope["c"].convolution(x, to: 4, kernel: Extent(3, 1), stride: 2, padding: 1, groups: 2)
    }
    // 5 × 5 outputs of 4 channels, each from 3 channels under 3 × 1; one bias a channel.
    #expect(found == Cost(parameters: 4 * 3 * 3 + 4, multiplyAdds: 4 * 5 * 5 * 3 * 3))
  }

  @Test func transposedConvolutionCountsEveryInputValueTimesItsFilter() throws {
    let found = try cost([5, 3, 4]) { scope, x in
      scope["up"].transposedConvolution(x, to: 6, kernel: 2, stride: 2, bias: false)
    }
    #expect(found == Cost(parameters: 5 * 6 * 4, multiplyAdds: 5 * 3 * 4 * 6 * 4))
  }

  @Test func linearCountsItsWeights() throws {
    let found = try cost([10]) { scope, x in scope["fc"].linear(x, to: 7) }
    #expect(found == Cost(parameters: 77, multiplyAdds: 70))
    #expect(found.operations == 140)
  }

  @Test func normsAndSlopesHoldButDoNotMultiply() throws {
    let affine = try cost([8, 2, 2]) { scope, x in
      scope["prelu"].prelu(scope["norm"].batchNorm(x)).relu().maxPool(2, stride: 2)
        .broadcast(rows: 3, columns: 3)
    }
    #expect(affine == Cost(parameters: 8 + 2 * 8, multiplyAdds: 0))
    let bare = try cost([8, 2, 2]) { scope, x in scope["norm"].batchNorm(x, affine: false) }
    #expect(bare == .zero)
  }

  @Test func sharedParametersCountOnceAndTheirUsesTwice() throws {
    let found = try cost([3, 4, 4]) { scope, x in
      let layer = scope["shared"]
      return layer.convolution(
        layer.convolution(x, to: 3, kernel: 1, bias: false), to: 3, kernel: 1, bias: false)
    }
    #expect(found == Cost(parameters: 9, multiplyAdds: 2 * 9 * 16))
  }

  @Test func stepsThatAResultDoesNotNeedCostNothing() throws {
    let network = Single(inputShape: [2, 4, 4]) { scope, x in
      _ = scope["side"].convolution(x, to: 5, kernel: 1, bias: false).tapped("side")
      return scope["main"].convolution(x, to: 3, kernel: 1, bias: false)
    }
    let graph = try Graph(tracing: network)
    let main = graph.cost(computing: [Graph.mainOutput])
    let both = graph.cost(computing: [Graph.mainOutput, "side"])
    #expect(main == Cost(parameters: 16, multiplyAdds: 6 * 16))
    #expect(both == Cost(parameters: 16, multiplyAdds: 16 * 16))
    #expect(graph.costs().reduce(.zero, +) == both)
  }
}
