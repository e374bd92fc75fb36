import Kernels
import Tensors

/// A feature map with memory of its own; pixels lie further apart than needed, so that strides count,
/// unless the gap is 0.
final class OwnedMap {
  private let memory: AlignedMemory
  let map: FeatureMap
  private let shape: [Int]

  init(shape: [Int], gap: Int = 3) {
    self.shape = shape
    let (rows, columns) = shape.count == 3 ? (shape[1], shape[2]) : (1, 1)
    let stride = shape[0] + gap
    memory = AlignedMemory(count: rows * columns * stride)
    memory.base.initialize(repeating: .nan, count: memory.count)
    map = FeatureMap(
      base: memory.base, rows: rows, columns: columns, channels: shape[0], pixelStride: stride)
  }

  convenience init(_ tensor: Tensor, gap: Int = 3) {
    self.init(shape: tensor.shape, gap: gap)
    map.fill(from: tensor)
  }

  var tensor: Tensor { withExtendedLifetime(self) { map.planar(shape: shape) } }
}

/// Runs a kernel on a planar input and returns its planar output.
func run(
  _ input: Tensor, to shape: [Int], gap: Int = 3,
  _ kernel: (FeatureMap, FeatureMap, KernelScratch) -> Void
) -> Tensor {
  let source = OwnedMap(input, gap: gap)
  let target = OwnedMap(shape: shape, gap: gap)
  // A view does not keep its memory alive.
  withExtendedLifetime((source, target)) { kernel(source.map, target.map, KernelScratch()) }
  return target.tensor
}

/// The levels that this processor can run.
let runnableLevels = CPULevel.allCases.filter { $0 <= .best }

/// Numbers of channels around every level's vectors.
let awkwardChannels = [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64]
