import Systems
import Tensors
import Testing

/// Values by hand and gradients by differences.
struct FeatureComparisonTests {
  private let x: [Float] = (0..<24).map { Float($0 % 7) * 0.3 - 0.8 }
  private let target: [Float] = (0..<24).map { Float($0 % 5) * 0.4 - 0.7 }

  @Test func cosineIsTheAngles() {
    #expect(FeatureComparison.cosine([3, 4], [4, 3]).value == 0.96)
    #expect(FeatureComparison.cosine([0, 0], [4, 3]).value == 0)
    let gradient = FeatureComparison.cosine([2, 0], [0, 5]).gradient
    #expect(gradient == [0, 0.5])
  }

  @Test func likenessIsTheMeanOfSquares() {
    let found = FeatureComparison.likeness([1, 2], [3, 2])
    #expect(found.value == -2)
    #expect(found.gradient == [2, 0])
  }

  /// G of two pixels [1, 0] and [0, 2] is diag(1, 4)/4, that of two [1, 1] is ones/2; 0.25² + 2·0.5² + 0.5² over 4.
  @Test func styleComparesGramMatrices() {
    let found = FeatureComparison.style([1, 0, 0, 2], [1, 1, 1, 1], channels: 2)
    #expect(abs(found.value / 2e9 + 0.203125) < 1e-9)
  }

  @Test(arguments: ["cosine", "likeness", "style"])
  func gradientsAreSlopes(name: String) {
    func compare(_ x: [Float]) -> FeatureComparison {
      switch name {
      case "cosine": .cosine(x, target)
      case "likeness": .likeness(x, target)
      default: .style(x, target, channels: 4)
      }
    }
    let found = compare(x)
    let length = found.gradient.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
    #expect(length > 0)
    for index in x.indices {
      var (above, below) = (x, x)
      above[index] += 0.01
      below[index] -= 0.01
      let slope =
        (compare(above).value - compare(below).value) / Double(above[index] - below[index])
      #expect(abs(slope - Double(found.gradient[index])) < 2e-3 * length, "\(index)")
    }
  }
}
