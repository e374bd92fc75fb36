import Kernels

/// Where every result lies in one worker's memory.
///
/// Results that feed a concatenation are written straight into its map; results whose readers are done
/// give their room to later ones. What only the stages of one segment touch lies in common memory where images
/// go through the segment one after the other, each overwriting it; of everything else each image has its own.
struct MemoryPlan: Sendable {
  /// A node's place: part of the channels or pixels of a buffer.
  struct Place: Equatable, Sendable {
    let buffer: Int
    /// Floats from the buffer's start to the first channel of the first pixel.
    let channelOffset: Int
    let pixelStride: Int
  }

  private(set) var places: [Int: Place] = [:]
  /// Nodes that are filled from outside before the first stage runs.
  private let filled: Set<Int>
  /// The stages that run, cut into segments: all but those whose result is in place already.
  private(set) var segments: [Segment] = []
  /// Floats that images use one after the other.
  private(set) var commonSize = 0
  /// Floats that every image has to itself.
  private(set) var ownSize = 0

  /// Start of each buffer in its memory, in floats.
  private var offsets: [Int] = []
  /// Whether each buffer lies in common memory.
  private var isCommon: [Bool] = []

  /// Plans the stages of a graph; `kept` nodes stay readable after the last stage.
  ///
  /// Without `sharing` everything is every image's own, which is the least for an image alone.
  init(_ graph: Graph, stages: [Stage], kept: Set<Int>, sharing: Bool = true) {
    filled = Set(graph.inputs.map(\.node))
    let written = filled.union(stages.map(\.output))
    var sizes: [Int] = []
    placeConcatenations(graph, stages: stages, written: written, sizes: &sizes)
    let views = Dictionary(
      uniqueKeysWithValues: stages.compactMap { stage in
        switch stage.action {
        case .view, .array(.reinterpret): (stage.output, stage)
        default: nil
        }
      })
    // Sources come before their views.
    for node in written.sorted() where places[node] == nil {
      if let view = views[node], let place = place(of: view, in: graph) {
        places[node] = place
      } else {
        place(node, in: graph, sizes: &sizes)
      }
    }
    segments = Segment.all(of: stages.filter { !isInPlace($0, in: graph) }, in: graph)
    isCommon =
      sharing
      ? commonBuffers(kept: kept, count: sizes.count)
      : [Bool](repeating: false, count: sizes.count)
    offsets = [Int](repeating: 0, count: sizes.count)
    let lifetimes = lifetimes(of: stages, kept: kept, bufferCount: sizes.count)
    commonSize = arrange(sizes.indices.filter { isCommon[$0] }, sizes, lifetimes)
    ownSize = arrange(sizes.indices.filter { !isCommon[$0] }, sizes, lifetimes)
  }

  /// Floats for a number of images.
  func size(images: Int) -> Int { commonSize + images * ownSize }

  /// Floats from the start of a worker's memory to a place of an image.
  func start(of place: Place, image: Int) -> Int {
    offsets[place.buffer] + place.channelOffset
      + (isCommon[place.buffer] ? 0 : commonSize + image * ownSize)
  }

  /// Buffers that the stages of one segment alone touch, while its images take turns.
  private func commonBuffers(kept: Set<Int>, count: Int) -> [Bool] {
    var owners = [Set<Int>](repeating: [], count: count)
    for (index, segment) in segments.enumerated() {
      // Not a segment's number: whatever a shared segment touches stays every image's own.
      let owner = segment.isShared ? -1 : index
      for node in segment.stages.flatMap({ $0.inputs + [$0.output] }) {
        if let place = places[node] { owners[place.buffer].insert(owner) }
      }
    }
    for node in kept.union(filled) {
      if let place = places[node] { owners[place.buffer].insert(-1) }
    }
    return owners.map { $0.count == 1 && $0 != [-1] }
  }

  /// Where a view lies if nothing is copied.
  private func place(of view: Stage, in graph: Graph) -> Place? {
    guard let input = view.inputs.first, let source = places[input] else { return nil }
    switch view.action {
    case .view(let pixel, let channel):
      return Place(
        buffer: source.buffer,
        channelOffset: source.channelOffset + pixel * source.pixelStride + channel,
        pixelStride: source.pixelStride)
    // The same memory under another shape; gaps between pixels stay where they are.
    case .array(.reinterpret(let channels)):
      let own = graph.nodes[view.output].shape[0]
      guard own == channels || source.pixelStride == channels else { return nil }
      return Place(
        buffer: source.buffer, channelOffset: source.channelOffset,
        pixelStride: own == channels ? source.pixelStride : own)
    default: return nil
    }
  }

  private mutating func place(_ node: Int, in graph: Graph, sizes: inout [Int]) {
    let shape = graph.nodes[node].shape
    places[node] = Place(buffer: sizes.count, channelOffset: 0, pixelStride: shape[0])
    sizes.append(shape.reduce(1, *))
  }

  /// Outer concatenations first, so that nested ones find their slice; inputs, which are filled from
  /// outside before anything runs, keep buffers of their own.
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
        if places[input] == nil, !filled.contains(input), written.contains(input) {
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
    for node in filled { touch(node, at: -1) }
    for (step, stage) in stages.enumerated() {
      for node in stage.inputs + [stage.output] { touch(node, at: step) }
    }
    for node in kept { touch(node, at: stages.count) }
    return zip(first, last).map { $0...max($0, $1) }
  }

  /// Arranges some buffers; gives their size.
  private mutating func arrange(
    _ buffers: [Int], _ sizes: [Int], _ lifetimes: [ClosedRange<Int>]
  ) -> Int {
    let arrangement = BufferArrangement(
      buffers.map { sizes[$0] }, lifetimes: buffers.map { lifetimes[$0] })
    for (buffer, offset) in zip(buffers, arrangement.offsets) { offsets[buffer] = offset }
    return arrangement.size
  }

  /// Whether a view, or a part of a concatenation, already lies where the copy would put it.
  func isInPlace(_ stage: Stage, in graph: Graph) -> Bool {
    if let view = place(of: stage, in: graph) { return places[stage.output] == view }
    guard case .copy(let offset) = stage.action, let source = places[stage.inputs[0]],
      let target = places[stage.output]
    else { return false }
    return source.buffer == target.buffer && source.channelOffset == target.channelOffset + offset
  }
}
