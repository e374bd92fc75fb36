import Kernels
import ReferenceKernels
import Tensors
import TestSupport
import Testing

/// Tables and maps by the classes of a label map, against their readable forms.
@Suite struct ClassMapTests {
  /// Every third pixel has no class, the others one of all but the last.
  private func labelMap(_ classes: Int, rows: Int, columns: Int) -> Tensor {
    var map = Tensor(shape: [classes, rows, columns])
    for pixel in 0..<rows * columns where pixel % 3 != 0 {
      map.values[pixel * 7 % (classes - 1) * rows * columns + pixel] = 1
    }
    return map
  }

  @Test(arguments: [1, 5, 16, 33])
  func rowsAreCopiesOrTheMean(width: Int) {
    let map = labelMap(6, rows: 5, columns: 4)
    let table = SeededParameters.input(shape: [width, 6, 1], seed: 91)
    let labels = OwnedMap(map)
    let found = run(table, to: [width, 5, 4]) { source, target, _ in
      withExtendedLifetime(labels) { target.writeRows(of: source, byClassIn: labels.map) }
    }
    #expect(found == Reference.rows(of: table, byClassIn: map))
  }

  /// What no class has is the mean, also to the last bit where all rows are equal.
  @Test func equalRowsAreTheirMean() {
    let row = SeededParameters.input(shape: [40], seed: 92).values
    let table = Tensor(
      shape: [40, 19, 1], values: row.flatMap { [Float](repeating: $0, count: 19) })
    let labels = OwnedMap(Tensor(shape: [19, 2, 3]))
    let found = run(table, to: [40, 2, 3]) { source, target, _ in
      withExtendedLifetime(labels) { target.writeRows(of: source, byClassIn: labels.map) }
    }
    #expect(found.values == row.flatMap { [Float](repeating: $0, count: 6) })
  }

  @Test(arguments: [1, 4, 7])
  func meansAreOfAClassesPixels(width: Int) {
    let map = labelMap(6, rows: 5, columns: 4)
    let input = SeededParameters.input(shape: [6 * width, 5, 4], seed: 93)
    let labels = OwnedMap(map)
    let found = run(input, to: [6 * width, 1, 1]) { source, target, _ in
      withExtendedLifetime(labels) {
        target.writeClassMeans(of: source, in: labels.map, epsilon: 1e-5)
      }
    }
    #expect(found == Reference.classMeans(input, in: map, epsilon: 1e-5))
    // The last class has no pixel.
    #expect(found.values.suffix(width).allSatisfy { $0 == 0 })
    #expect(found.values.prefix(width).allSatisfy { $0 != 0 })
  }
}
