import Kernels
import Tensors

/// A feature map with memory of its own; pixels lie further apart than needed, so that strides count.
final class OwnedMap {
  private let memory: AlignedMemory
  let map: FeatureMap
  private let shape: [Int]

  init(shape: [Int]) {
    self.shape = shape
    let (rows, columns) = shape.count == 3 ? (shape[1], shape[2]) : (1, 1)
    let stride = shape[0] + 3
    memory = AlignedMemory(count: rows * columns * stride)
    memory.base.initialize(repeating: .nan, count: memory.count)
    map = FeatureMap(
      base: memory.base, rows: rows, columns: columns, channels: shape[0], pixelStride: stride)
  }

  convenience init(_ tensor: Tensor) {
    self.init(shape: tensor.shape)
    map.fill(from: tensor)
  }

  var tensor: Tensor { map.planar(shape: shape) }
}

/// Runs a kernel on a planar input and returns its planar output.
func run(
  _ input: Tensor, to shape: [Int], _ kernel: (FeatureMap, FeatureMap, KernelScratch) -> Void
) -> Tensor {
  let source = OwnedMap(input)
  let target = OwnedMap(shape: shape)
  kernel(source.map, target.map, KernelScratch())
  return target.tensor
}
