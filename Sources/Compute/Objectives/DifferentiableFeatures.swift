import Gradients
import Graphs
import Kernels
import Tensors

/// A frozen network of images, whose features are judged and whose gradients flow back to the images.
///
/// Images are independent: no bit depends on how many there are, nor on the workers.
package final class DifferentiableFeatures {
  private let program: GradientProgram
  private let parameters: ParameterBlock

  /// Prepares a network as it is used.
  ///
  /// - Parameters:
  ///   - graph: reads an image, ``Graph/mainInput``, and makes a vector.
  ///   - parameters: what it holds, running values included.
  ///   - capacity: images that run at once.
  ///   - arithmetic: which algorithms convolutions may use.
  ///   - workers: threads; no bit depends on them.
  /// - Throws: `GraphError` for operations that have no gradient and for parameters that are missing or misshapen.
  package init(
    _ graph: Graph, parameters: any ParameterSource, capacity: Int = 8,
    arithmetic: Arithmetic = .fast, workers: Workers
  ) throws(GraphError) {
    program = try GradientProgram(
      graph, capacity: capacity,
      settings: GradientSettings(
        parameters: [], inputs: [Graph.mainInput], batchNorms: .evaluation, arithmetic: arithmetic),
      workers: workers)
    self.parameters = try program.pack(from: parameters)
  }

  /// Bytes of values and gradients.
  package var byteCount: Int { program.byteCount }

  /// The features of images, `[D]` each.
  ///
  /// - Parameter images: shaped as the graph's input.
  /// - Returns: features in the order of the images.
  /// - Throws: `GraphError` for images of another shape and features that are not finite.
  package func features(of images: [Tensor]) throws(GraphError) -> [[Float]] {
    var features: [[Float]] = []
    for range in groups(of: images.count) {
      features += try forward(Array(images[range]))
    }
    return features
  }

  /// Measures a loss of each image's features, and takes its gradient back to the image.
  ///
  /// - Parameters:
  ///   - images: shaped as the graph's input.
  ///   - loss: judges the features of an image, by its place.
  /// - Returns: each image's loss, and the gradient by the image.
  /// - Throws: as ``features(of:)``, and what `loss` throws.
  package func measure(
    _ images: [Tensor],
    loss: (_ image: Int, _ features: [Float]) throws -> FeatureMeasurement
  ) throws -> [(loss: Double, gradient: Tensor)] {
    var results: [(loss: Double, gradient: Tensor)] = []
    for range in groups(of: images.count) {
      let features = try forward(Array(images[range]))
      let measured = try zip(range, features).map(loss)
      let target = program.gradients(of: Graph.mainOutput)
      for (image, measurement) in measured.enumerated() {
        target.image(image, of: range.count).map.fill(
          from: Tensor(shape: [measurement.gradient.count], values: measurement.gradient))
      }
      program.backward(into: nil)
      let gradients = program.gradients(ofInput: Graph.mainInput)
      for (image, measurement) in measured.enumerated() {
        let gradient = gradients.image(image, of: range.count)
        let shape = images[range.lowerBound + image].shape
        results.append((measurement.loss, gradient.planar(shape: shape)))
      }
    }
    return results
  }

  private func groups(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: program.capacity).map {
      $0..<min($0 + program.capacity, count)
    }
  }

  private func forward(_ images: [Tensor]) throws(GraphError) -> [[Float]] {
    try program.fill(Graph.mainInput, with: images)
    program.forward(count: images.count, parameters: parameters, repacks: false)
    let values = program.values(of: Graph.mainOutput)
    if let index = values.map.firstNonFinite {
      throw .notFinite(network: program.graph.network, output: Graph.mainOutput, index: index)
    }
    return images.indices.map { image in
      let features = values.image(image, of: images.count)
      return features.planar(shape: [features.pixels * features.channels]).values
    }
  }
}
