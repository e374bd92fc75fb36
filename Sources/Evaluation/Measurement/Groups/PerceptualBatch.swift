import Graphs
import Images
import Models
import Provenance
import Tensors
import Terms

/// Two images of one size whose distance is wanted.
struct ImagePair: Sendable {
  let real: EvaluationImage
  let other: EvaluationImage
}

extension PerceptualDistance {
  /// The distances of several pairs; an image's activations are computed once for all pairs that share
  /// it, as far as the workspaces hold them.
  func distances(of pairs: [ImagePair], in memory: WorkerMemory) -> [Result<
    Double, ImageFailure
  >] {
    var results: [Int: Result<Double, ImageFailure>] = [:]
    let sizes = Dictionary(grouping: pairs.indices) {
      [pairs[$0].real.pixels.height, pairs[$0].real.pixels.width]
    }
    for indices in sizes.values {
      do {
        try measure(pairs, indices, in: memory) { results[$0] = .success($1) }
      } catch  where indices.count > 1 {
        // Whatever is wrong is each pair's own failure, under its own name.
        for index in indices { results[index] = distances(of: [pairs[index]], in: memory)[0] }
      } catch {
        for index in indices { results[index] = .failure(ImageFailure(error)) }
      }
    }
    return pairs.indices.compactMap { results[$0] }
  }

  /// Pairs of one size: some real images stay in one workspace while what is compared with them goes
  /// through the other.
  private func measure(
    _ pairs: [ImagePair], _ indices: [Int], in memory: WorkerMemory,
    report: (_ index: Int, _ distance: Double) -> Void
  ) throws {
    var waiting = indices[...]
    while !waiting.isEmpty {
      let reals = try activate(waiting.map { pairs[$0].real }, in: memory.other)
      var ready = waiting.filter { reals.places[pairs[$0].real.content] != nil }[...]
      waiting.removeAll { reals.places[pairs[$0].real.content] != nil }
      while !ready.isEmpty {
        let others = try activate(ready.map { pairs[$0].other }, in: memory.main)
        try ready.removeAll { index in
          let pair = pairs[index]
          guard let real = reals.places[pair.real.content],
            let other = others.places[pair.other.content]
          else { return false }
          report(
            index,
            try distance(others.executable, memory.other, memory.main, images: (real, other)))
          return true
        }
      }
    }
  }

  /// Leaves the activations of the first few distinct images in a workspace.
  private func activate(_ images: [EvaluationImage], in workspace: Workspace) throws -> (
    executable: Executable, places: [ContentHash: Int]
  ) {
    func input(_ image: EvaluationImage) throws -> Tensor {
      try preprocessing.apply(try image.image, named: image.name)
    }
    var inputs = [try input(images[0])]
    var places = [images[0].content: 0]
    let executable = try network.executable(inputShape: inputs[0].shape, outputs: taps)
    for image in images.dropFirst() where inputs.count < executable.groupSize {
      guard places[image.content] == nil else { continue }
      places[image.content] = inputs.count
      inputs.append(try input(image))
    }
    executable.compute(inputs, in: workspace)
    return (executable, places)
  }
}
