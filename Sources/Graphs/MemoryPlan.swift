import Kernels

/// Where every result lies in one worker's memory.
///
/// Results that feed a concatenation are written straight into its map; results whose readers are done
/// give their room to later ones.
struct MemoryPlan: Sendable {
  /// A node's place: part of the channels or pixels of a buffer.
  struct Place: Equatable, Sendable {
    let buffer: Int
    /// Floats from the buffer's start to the first channel of the first pixel.
    let channelOffset: Int
    let pixelStride: Int
  }

  private(set) var places: [Int: Place] = [:]
  /// Start of each buffer in floats.
  private(set) var offsets: [Int] = []
  /// Floats needed in all.
  private(set) var size = 0

  /// Buffers start at multiples of this many floats: one cache line.
  private static let alignment = 16

  /// Plans the stages of a graph; `kept` nodes stay readable after the last stage.
  init(_ graph: Graph, stages: [Stage], kept: Set<Int>) {
    let written = Set(stages.map(\.output)).union([0])
    var sizes: [Int] = []
    placeConcatenations(graph, stages: stages, written: written, sizes: &sizes)
    let views = Dictionary(
      uniqueKeysWithValues: stages.compactMap { stage in
        if case .view = stage.action { (stage.output, stage) } else { nil }
      })
    // Sources come before their views.
    for node in written.sorted() where places[node] == nil {
      if let view = views[node], let place = place(of: view) {
        places[node] = place
      } else {
        place(node, in: graph, sizes: &sizes)
      }
    }
    let lifetimes = lifetimes(of: stages, kept: kept, bufferCount: sizes.count)
    arrange(sizes, lifetimes: lifetimes)
  }

  /// Where a view lies if nothing is copied.
  private func place(of view: Stage) -> Place? {
    guard case .view(let pixel, let channel) = view.action, let source = places[view.inputs[0]]
    else { return nil }
    return Place(
      buffer: source.buffer,
      channelOffset: source.channelOffset + pixel * source.pixelStride + channel,
      pixelStride: source.pixelStride)
  }

  private mutating func place(_ node: Int, in graph: Graph, sizes: inout [Int]) {
    let shape = graph.nodes[node].shape
    places[node] = Place(buffer: sizes.count, channelOffset: 0, pixelStride: shape[0])
    sizes.append(shape.reduce(1, *))
  }

  /// Outer concatenations first, so that nested ones find their slice; the input, which is filled from
  /// outside before anything runs, keeps its own buffer.
  private mutating func placeConcatenations(
    _ graph: Graph, stages: [Stage], written: Set<Int>, sizes: inout [Int]
  ) {
    let concatenations = written.filter {
      if case .concatenate = graph.nodes[$0].operation { true } else { false }
    }
    for node in concatenations.sorted(by: >) {
      if places[node] == nil { place(node, in: graph, sizes: &sizes) }
      guard let outer = places[node] else { continue }
      var offset = outer.channelOffset
      for input in graph.nodes[node].inputs {
        if places[input] == nil, input != 0, written.contains(input) {
          places[input] = Place(
            buffer: outer.buffer, channelOffset: offset, pixelStride: outer.pixelStride)
        }
        offset += graph.nodes[input].shape[0]
      }
    }
  }

  /// First and last stage that touches each buffer.
  private func lifetimes(of stages: [Stage], kept: Set<Int>, bufferCount: Int) -> [ClosedRange<Int>]
  {
    var first = [Int](repeating: .max, count: bufferCount)
    var last = [Int](repeating: -1, count: bufferCount)
    func touch(_ node: Int, at step: Int) {
      guard let buffer = places[node]?.buffer else { return }
      first[buffer] = min(first[buffer], step)
      last[buffer] = max(last[buffer], step)
    }
    touch(0, at: -1)
    for (step, stage) in stages.enumerated() {
      for node in stage.inputs + [stage.output] { touch(node, at: step) }
    }
    for node in kept { touch(node, at: stages.count) }
    return zip(first, last).map { $0...max($0, $1) }
  }

  /// Largest buffers first, each at the lowest address that no living neighbour uses.
  private mutating func arrange(_ sizes: [Int], lifetimes: [ClosedRange<Int>]) {
    offsets = [Int](repeating: 0, count: sizes.count)
    var placed: [Int] = []
    for buffer in sizes.indices.sorted(by: { (sizes[$0], $1) > (sizes[$1], $0) }) {
      let length = (sizes[buffer] + Self.alignment - 1) / Self.alignment * Self.alignment
      var start = 0
      let neighbours = placed.filter { lifetimes[$0].overlaps(lifetimes[buffer]) }
      for other in neighbours.sorted(by: { offsets[$0] < offsets[$1] }) {
        if offsets[other] - start >= length { break }
        start = max(start, offsets[other] + sizes[other])
        start = (start + Self.alignment - 1) / Self.alignment * Self.alignment
      }
      offsets[buffer] = start
      size = max(size, start + length)
      placed.append(buffer)
    }
  }

  /// Whether a view, or a part of a concatenation, already lies where the copy would put it.
  func isInPlace(_ stage: Stage) -> Bool {
    if let view = place(of: stage) { return places[stage.output] == view }
    guard case .copy(let offset) = stage.action, let source = places[stage.inputs[0]],
      let target = places[stage.output]
    else { return false }
    return source.buffer == target.buffer && source.channelOffset == target.channelOffset + offset
  }
}
