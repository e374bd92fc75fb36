import Checkpoints
import Graphs
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: Fixtures.arePresent)) struct FixtureTests {
  @Test func realWeightsReadAsPyTorchReadsThem() throws {
    let fixtures = try Goldens.fixtures()
    #expect(fixtures.count == 7)
    for (file, expected) in fixtures.sorted(by: { $0.key < $1.key }) {
      let checkpoint = try Checkpoint.open(path: Fixtures.path(file))
      #expect(checkpoint.tensors.count == expected.count, "\(file)")
      #expect(checkpoint.tensors.reduce(0) { $0 + $1.count } == expected.values, "\(file)")
      for row in expected.tensors {
        let tensor = try checkpoint.tensor(named: row.name)
        #expect(tensor.shape == row.shape, "\(file) \(row.name)")
        #expect(tensor.elementType.rawValue == row.type, "\(file) \(row.name)")
        let sum = try weightedSum(tensor.doubles())
        // Both sums run in float64 in different orders: at most one rounding per term.
        let tolerance = Double(tensor.count) * .ulpOfOne * row.magnitude
        #expect(abs(sum - row.sum) <= tolerance, "\(file) \(row.name): \(sum) \(row.sum)")
      }
    }
  }

  /// Weights by position, so that a permutation is noticed.
  private func weightedSum(_ values: [Double]) -> Double {
    values.enumerated().reduce(0) { $0 + $1.element * Double($1.offset % 251 + 1) }
  }

  @Test func aTrunkBindsStrictly() throws {
    let checkpoint = try Checkpoint.open(path: Fixtures.path("weights/lpips_v0.1/alex.pth"))
    let heads = [64, 192, 384, 256, 256].enumerated().map {
      ParameterSpecification(name: "lin\($0.offset).model.1.weight", shape: [1, $0.element, 1, 1])
    }
    let bound = try checkpoint.bind(to: heads)
    #expect(bound.count == 5)
    #expect(bound.values.allSatisfy { $0.values.allSatisfy { $0 >= 0 } })
    #expect(bound.values.reduce(0) { $0 + $1.count } == 1152)
  }
}
