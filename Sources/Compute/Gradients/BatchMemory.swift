import Graphs
import Kernels
import Tensors

/// Where the values and gradients of all nodes lie for a whole batch.
///
/// A node that is a part of another shares its memory. A value keeps its place until its last reader,
/// forwards or backwards, is done; a gradient lives from its first part to the step that passes it on.
struct BatchMemory: @unchecked Sendable {
  /// A node's place within the map of the node whose memory it shares.
  struct View {
    let root: Int
    /// Floats from the root's start to the first channel of the first pixel.
    let offset: Int
    /// Floats from one pixel to the next.
    let stride: Int
    /// Whether it is all of the root.
    let isWhole: Bool
  }

  private let nodes: [Node]
  let views: [View]
  private let valueOffsets: [Int?]
  private let gradientOffsets: [Int?]
  private let memory: AlignedMemory

  /// Reserves the memory of a program.
  ///
  /// - Parameters:
  ///   - graph: its nodes.
  ///   - views: one for each node.
  ///   - capacity: images.
  ///   - values: for roots, from which moment to which the value is needed.
  ///   - gradients: likewise.
  init(
    _ graph: Graph, views: [View], capacity: Int, values: [Int: ClosedRange<Int>],
    gradients: [Int: ClosedRange<Int>]
  ) {
    nodes = graph.nodes
    self.views = views
    let valueNodes = values.keys.sorted()
    let gradientNodes = gradients.keys.sorted()
    let sizes = (valueNodes + gradientNodes).map {
      graph.nodes[$0].shape.elementCount * capacity
    }
    let lifetimes =
      valueNodes.compactMap { values[$0] } + gradientNodes.compactMap { gradients[$0] }
    let arrangement = BufferArrangement(sizes, lifetimes: lifetimes)
    var valueOffsets = [Int?](repeating: nil, count: graph.nodes.count)
    var gradientOffsets = valueOffsets
    for (index, node) in valueNodes.enumerated() { valueOffsets[node] = arrangement.offsets[index] }
    for (index, node) in gradientNodes.enumerated() {
      gradientOffsets[node] = arrangement.offsets[valueNodes.count + index]
    }
    self.valueOffsets = valueOffsets
    self.gradientOffsets = gradientOffsets
    memory = AlignedMemory(count: arrangement.size)
  }

  /// Floats in all.
  var count: Int { memory.count }

  func value(_ node: Int, _ image: Int) -> FeatureMap { map(node, image, valueOffsets) }

  func gradient(_ node: Int, _ image: Int) -> FeatureMap { map(node, image, gradientOffsets) }

  /// The values of a root for some images, one below the other: `[N·H, W, C]`.
  func values(_ node: Int, count: Int) -> MapView { stack(node, count, valueOffsets) }

  /// The gradients of a root, likewise.
  func gradients(_ node: Int, count: Int) -> MapView { stack(node, count, gradientOffsets) }

  private func map(_ node: Int, _ image: Int, _ offsets: [Int?]) -> FeatureMap {
    let view = views[node]
    guard let offset = offsets[view.root] else {
      preconditionFailure("node \(node) has no memory")
    }
    let start = offset + image * nodes[view.root].shape.elementCount + view.offset
    return FeatureMap(
      base: memory.base + start, rows: nodes[node].extent.rows,
      columns: nodes[node].extent.columns, channels: nodes[node].shape[0],
      pixelStride: view.stride)
  }

  private func stack(_ node: Int, _ count: Int, _ offsets: [Int?]) -> MapView {
    let first = map(node, 0, offsets)
    return MapView(
      FeatureMap(
        base: first.base, rows: first.rows * count, columns: first.columns,
        channels: first.channels, pixelStride: first.pixelStride),
      in: memory)
  }
}
