import Graphs
import Kernels
import Tensors

/// How a step of a graph is computed for a batch, and how gradients go back through it.
///
/// A step holds what it remembers from one pass to the other. All images of a batch pass a step before
/// the next begins.
protocol DifferentiableStep: AnyObject, Sendable {
  /// Nodes read.
  var inputs: [Int] { get }
  /// Node written.
  var output: Int { get }
  /// Positions among the inputs on which the output depends smoothly; numbers of rows are not among
  /// them.
  var differentiableInputs: Range<Int> { get }
  /// Nodes whose values ``backward(_:destinations:)`` reads.
  var savedForBackward: [Int] { get }
  /// Whether ``backward(_:destinations:)`` only adds, so that the destinations must be cleared first.
  var onlyAdds: Bool { get }

  /// What is brought into the form that the kernels read, and read in that form alone; nil if nothing is.
  var packing: Packing? { get }
  /// Computes the output's value.
  func forward(_ context: StepContext)
  /// Adds to the parameters' gradients and writes those of the inputs, one destination each.
  func backward(_ context: StepContext, destinations: [GradientDestination])
}

/// How a layer's parameters are brought into the form that the kernels read.
struct Packing: Sendable {
  let weight: String
  let bias: String?
  /// Pieces of the work; they may run at once.
  let pieces: Int
  /// Does one of the pieces, with the parameters' values.
  let pack:
    @Sendable (_ piece: Int, _ weight: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?) -> Void

  var names: [String] { [weight] + (bias.map { [$0] } ?? []) }
}

/// What happens to an input's gradient.
enum GradientDestination: Sendable {
  /// Nobody wants it.
  case none
  /// It holds nothing yet.
  case write
  /// It is added to.
  case add

  var isWanted: Bool {
    if case .none = self { false } else { true }
  }

  var accumulates: Bool {
    if case .add = self { true } else { false }
  }
}

extension DifferentiableStep {
  var differentiableInputs: Range<Int> { inputs.indices }
  var savedForBackward: [Int] { [] }
  var onlyAdds: Bool { false }
  var packing: Packing? { nil }
}

/// What a step works on: memory, parameters and workers.
///
/// Pieces of one step write different images, or sums of their own.
struct StepContext: @unchecked Sendable {
  /// Parts of the batch whose sums are kept apart at most.
  ///
  /// They are added in order, so no bit depends on the workers.
  private static let mostShards = 8

  let memory: BatchMemory
  /// Images in this batch.
  let images: Int
  let workers: Workers
  let scratches: [GradientScratch]
  /// Where parts of the batch sum the gradient of one layer's weights.
  let sums: GrowingMemory
  let level: CPULevel
  let parameters: ParameterBlock
  let buffers: ParameterBlock
  /// Nil in a forward pass.
  let gradients: ParameterBlock?

  func value(_ node: Int, _ image: Int) -> FeatureMap { memory.value(node, image) }

  func gradient(_ node: Int, _ image: Int) -> FeatureMap { memory.gradient(node, image) }

  /// A parameter's values; the program has checked that it is there.
  func weights(_ name: String) -> UnsafeMutablePointer<Float> {
    guard let values = parameters.values(of: name) ?? buffers.values(of: name) else {
      preconditionFailure("'\(name)' is not among the parameters")
    }
    return values
  }

  /// Where a parameter's gradient goes; nil if nobody wants it.
  func gradient(of name: String?) -> UnsafeMutablePointer<Float>? {
    name.flatMap { gradients?.values(of: $0) }
  }

  /// Calls `body` for every image.
  func forEachImage(_ body: @Sendable (_ image: Int, _ scratch: GradientScratch) -> Void) {
    forEachGroup(of: 1) { images, scratch in
      for image in images { body(image, scratch) }
    }
  }

  /// Calls `body` for runs of at least `size` images, some for each worker; workers share the layers of images that
  /// are fewer than they.
  func forEachGroup(
    of size: Int, _ body: @Sendable (_ images: Range<Int>, _ scratch: GradientScratch) -> Void
  ) {
    let length = max(size, (images + 4 * workers.count - 1) / (4 * workers.count))
    let pieces = (images + length - 1) / length
    let threads = workers.threads(forEachOf: pieces)
    workers.forEach(pieces) { piece, worker in
      let first = piece * length
      scratches[worker].kernels.threads = threads
      body(first..<min(first + length, images), scratches[worker])
    }
  }

  /// Number of parts of the batch whose sums are kept apart.
  var shardCount: Int { min(images, Self.mostShards) }

  /// The images of one of `count` parts.
  func shard(_ index: Int, of count: Int) -> Range<Int> {
    index * images / count..<(index + 1) * images / count
  }

  /// Sums of `width` values over all images, part by part and in order.
  func sumOverShards(
    _ width: Int,
    _ body:
      @Sendable (
        _ images: Range<Int>, _ sums: UnsafeMutablePointer<Double>, _ scratch: GradientScratch
      ) -> Void
  ) -> [Double] {
    let count = shardCount
    let parts = workers.map(count) { part, worker in
      [Double](unsafeUninitializedCapacity: width) { sums, initialized in
        sums.initialize(repeating: 0)
        initialized = width
        if let base = sums.baseAddress { body(shard(part, of: count), base, scratches[worker]) }
      }
    }
    return parts.dropFirst().reduce(into: parts[0]) { total, part in
      for index in 0..<width { total[index] += part[index] }
    }
  }

  /// Adds the sums over all pixels of a node's gradient to that of a bias, if somebody wants it.
  func addPixelSums(of node: Int, to bias: String?) {
    guard let target = gradient(of: bias) else { return }
    let sums = sumOverShards(gradient(node, 0).channels) { images, sums, _ in
      for image in images { gradient(node, image).addSums(to: sums, level: level) }
    }
    target.add(sums[...])
  }
}

/// Memory that grows to the largest need.
final class GrowingMemory {
  private var memory = AlignedMemory(count: 0)

  /// Room for values; what was there is lost when it grows.
  func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    if count > memory.count { memory = AlignedMemory(count: count) }
    return memory.base
  }
}

extension UnsafeMutablePointer<Float> {
  /// Adds sums, each rounded once.
  func add(_ sums: ArraySlice<Double>) {
    for (index, sum) in sums.enumerated() { self[index] += Float(sum) }
  }
}
