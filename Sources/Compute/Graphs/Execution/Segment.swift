import Kernels
import Tensors

/// Neighboring stages that treat a group of images in the same way.
///
/// A layer whose weights outweigh its activations runs once for the whole group, so that the weights
/// travel from memory once. Stages in between run image after image, so that what one writes is still in
/// the cache when the next reads it.
struct Segment: Sendable {
  let stages: [Stage]
  /// Whether every stage gets the whole group at once.
  let isShared: Bool

  /// Cuts a graph's stages.
  static func all(of stages: [Stage], in graph: Graph) -> [Segment] {
    var segments: [Segment] = []
    for stage in stages {
      let isShared = stage.outweighsItsActivations(in: graph)
      if let last = segments.last, last.isShared == isShared {
        segments[segments.count - 1] = Segment(stages: last.stages + [stage], isShared: isShared)
      } else {
        segments.append(Segment(stages: [stage], isShared: isShared))
      }
    }
    return segments
  }

  /// Runs on a group; `map` finds where a node's result lies for an image.
  func run(
    images: Int, map: (_ node: Int, _ image: Int) -> FeatureMap, scratch: KernelScratch
  ) {
    if isShared {
      for stage in stages { stage.run(images: 0..<images, map: map, scratch: scratch) }
    } else {
      for image in 0..<images {
        for stage in stages { stage.run(images: image..<image + 1, map: map, scratch: scratch) }
      }
    }
  }
}

extension Stage {
  fileprivate func outweighsItsActivations(in graph: Graph) -> Bool {
    guard case .convolution(let layer, _) = action else { return false }
    let activations = (inputs + [output]).reduce(0) { $0 + graph.nodes[$1].shape.elementCount }
    let kernel = layer.geometry.kernel
    let weights =
      layer.outputChannels * layer.inputChannels / layer.geometry.groups * kernel.rows
      * kernel.columns
    return weights > activations
  }

  /// Convolutions take all images at once, everything else goes through them.
  func run(
    images: Range<Int>, map: (_ node: Int, _ image: Int) -> FeatureMap, scratch: KernelScratch
  ) {
    if case .convolution(let layer, let residual) = action {
      layer.apply(
        images.map { map(inputs[0], $0) }, to: images.map { map(output, $0) },
        adding: residual.map { node in images.map { map(node, $0) } } ?? [], scratch: scratch)
    } else {
      for image in images { run(map: { map($0, image) }, scratch: scratch) }
    }
  }
}
