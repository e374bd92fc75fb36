import Foundation
import Kernels
import Tensors
import Testing

@Suite struct ExponentialTests {
  /// Every kernel fuses what the readable form fuses, so no bit differs.
  @Test(arguments: runnableLevels) func rowsHaveTheBitsOfTheReadableForm(level: CPULevel) {
    let values =
      (-10_600...10_600).map { Float($0) * 0.01 } + [.infinity, -.infinity, 0, -0.0, 88.72284]
    for less in [Float(0), 1.5] {
      var found = [Float](repeating: 0, count: values.count)
      Exponentials(level: level).write(values, less: less, to: &found)
      for (x, y) in zip(values, found) {
        #expect(y.bitPattern == Elementary.exponential(x - less).bitPattern, "at \(x)")
      }
    }
    var found: [Float] = [0]
    Exponentials(level: level).write([.nan], less: 0, to: &found)
    #expect(found[0].isNaN)
  }
}
