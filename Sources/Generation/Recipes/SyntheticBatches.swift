import Gradients
import Graphs
import Images
import Kernels
import Tensors
import Training

/// Batches of varied faces of a training set, with the other arrays that a recipe learns from.
package struct SyntheticBatches<Target: Sendable>: BatchSource {
  /// Pictures and what belongs to them.
  package struct Batch: Sendable {
    /// `[N]` pictures, each `[128, 128, 3]`.
    package let pictures: [Raster]
    /// One for each picture.
    package let targets: [Target]
  }

  /// The samples.
  package let faces: SyntheticTrainingSet
  /// How a picture changes whenever it is seen.
  package let variation: Variation
  /// Side to which Pillow's bicubic filter brings the varied pictures; nil leaves them as they are.
  package var side: Int?
  /// Threads that prepare a batch.
  package let workers: Workers
  /// What is learned from a sample.
  ///
  /// Gets the sample's number, its varied label map, and the sample's seed.
  package let target: @Sendable (_ sample: Int, _ labels: Raster, _ seed: UInt64) throws -> Target

  /// Samples of an epoch.
  package var sampleCount: Int { faces.count }

  /// Joins samples and what is learned of them.
  ///
  /// - Parameters:
  ///   - faces: the samples.
  ///   - variation: how a picture changes whenever it is seen.
  ///   - side: to which Pillow's bicubic filter brings the varied pictures; nil leaves them as they are.
  ///   - workers: threads that prepare a batch.
  ///   - target: what is learned from a sample, by its number, its varied label map and its seed.
  package init(
    faces: SyntheticTrainingSet, variation: Variation, side: Int? = nil, workers: Workers,
    target:
      @escaping @Sendable (_ sample: Int, _ labels: Raster, _ seed: UInt64) throws -> Target
  ) {
    self.faces = faces
    self.variation = variation
    self.side = side
    self.workers = workers
    self.target = target
  }

  /// Varied faces from the request alone.
  package func batch(_ request: BatchRequest) throws -> Batch {
    let parts = try workers.map(request.samples.count) { index, _ in
      let sample = request.samples[index]
      var mixed = SplitMix64(seed: request.seed &+ UInt64(index))
      let seed = mixed.next()
      var picture = faces.picture(sample)
      var labels: Raster? = faces.labels(sample)
      variation.apply(to: &picture, &labels, seed: seed)
      if let side { picture = picture.resized(width: side, height: side, filter: .bicubic) }
      return (picture, try target(sample, labels ?? faces.labels(sample), mixed.next()))
    }
    return Batch(pictures: parts.map(\.0), targets: parts.map(\.1))
  }
}

extension GradientProgram {
  /// Brings 8-bit pictures to the input in −1…1 as `Preprocessing.compact128` does, or the part of them that
  /// the graph's input covers.
  ///
  /// - Parameters:
  ///   - pictures: `[S, S, 3]` each.
  ///   - rows: first row of the part.
  ///   - columns: first column of the part.
  package func fill(_ pictures: [Raster], rows: Int = 0, columns: Int = 0) {
    let values = (0..<256).map { Float($0) / 127.5 - 1 }
    let (height, width) = (graph.inputShape[1], graph.inputShape[2])
    let input = input(count: pictures.count)
    input.withMutableValues { target in
      for (image, picture) in pictures.enumerated() {
        for row in 0..<height {
          let source = ((rows + row) * picture.width + columns) * 3
          let start = (image * height + row) * width * input.pixelStride
          for column in 0..<width {
            for channel in 0..<3 {
              target[start + column * input.pixelStride + channel] =
                values[Int(picture.samples[source + 3 * column + channel])]
            }
          }
        }
      }
    }
  }
}
