import Kernels
import ReferenceKernels
import Tensors
import TestSupport
import Testing

/// The nearest code of each pixel against its readable form.
@Suite struct CodebookTests {
  private func nearest(_ input: Tensor, in table: Tensor) -> Tensor {
    run(input, to: input.shape) { source, target, _ in
      target.writeNearestCodes(of: source, Codebook(table))
    }
  }

  /// Numbers of codes around the block of 256.
  @Test(arguments: [(1, 3), (255, 4), (257, 3), (600, 1), (40, 17)])
  func matchesPlainSearch(codes: Int, width: Int) {
    let input = SeededParameters.input(shape: [width, 5, 7], seed: 91)
    let table = SeededParameters.tensor(named: "weight", shape: [codes, width], seed: 92)
    let found = nearest(input, in: table)
    #expect(found == Reference.nearestCodes(input, table: table))
    #expect(codes == 1 || Set(found.values).count > width)
  }

  /// Of codes at the same distance the first is taken, though it may lie in an earlier block.
  @Test func firstOfEqualsIsTaken() {
    var table = Tensor(shape: [300, 2], repeating: 9)
    for (row, values) in [7: [1, 0], 8: [0, 1], 299: [-1, 0]] as [Int: [Float]] {
      table.values.replaceSubrange(2 * row..<2 * row + 2, with: values)
    }
    let input = Tensor(shape: [2, 1, 3], values: [0, -0.5, 0, 0, 0, 0.5])
    #expect(nearest(input, in: table).values == [1, -1, 0, 0, 0, 1])
    #expect(Reference.nearestCodes(input, table: table).values == [1, -1, 0, 0, 0, 1])
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func pixelsWithoutDistanceBecomeNaN(value: Float) {
    let input = Tensor(shape: [2, 1, 2], values: [value, 0.4, 0, 0])
    let found = nearest(input, in: Tensor(shape: [2, 2], values: [0, 0, 1, 0])).values
    #expect(found[0].isNaN && found[2].isNaN)
    #expect(found[1] == 0 && found[3] == 0)
  }
}
