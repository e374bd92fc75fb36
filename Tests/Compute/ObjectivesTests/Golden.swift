import Kernels
import Objectives
import Tensors
import TestSupport

/// Values that `Tools/make_gradient_goldens.py` draws too.
enum Golden {
  static let seed: UInt64 = 29
  static let folder = GoldenFolder()

  /// `2 u − 1` from the sequence of a name.
  static func values(_ name: String, _ count: Int) -> [Float] {
    var random = SplitMix64(seed: SeededParameters.fowlerNollVo(name) ^ seed)
    return (0..<count).map { _ in 2 * random.nextUnit() - 1 }
  }

  /// Half a unit in the last place of numbers around 1.
  static let rounding = 0x1p-24

  /// Largest difference, and infinity if the counts differ.
  static func distance(_ found: [Float], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    return zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
  }
}

/// Rows of values that own their memory.
struct OwnedRows {
  let memory: AlignedMemory
  let map: MapView

  init(_ values: [Float], width: Int) {
    memory = AlignedMemory(copying: values)
    map = memory.rows(values.count / width, width: width)
  }

  init(zeros count: Int, width: Int) {
    self.init([Float](repeating: 0, count: count * width), width: width)
  }

  var values: [Float] { Array(UnsafeBufferPointer(start: memory.base, count: memory.count)) }
}
