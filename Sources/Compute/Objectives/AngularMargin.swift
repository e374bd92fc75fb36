import Gradients
import Graphs
import Kernels
import Tensors

/// Additive angular margin: cross entropy of `s·cos θ_k`, where the angle to the target's center is made
/// larger by `m`.
///
/// Embeddings are expected at unit length; the centers, the parameter `name [K, D]`, are normalized here.
/// Beyond `θ + m = π` the target's score falls linearly, as `cos θ − m·sin m`.
///
/// Source: Deng et al., "ArcFace", arXiv 1801.07698, and deepinsight/insightface,
/// recognition/arcface_torch, which cut off there as well.
package final class AngularMargin {
  /// The centers.
  package let parameter: ParameterSpecification
  private let scale: Double
  private let margin: Double
  private let product: DenseProduct
  private let centers: AlignedMemory
  private let centerGradients: AlignedMemory
  private let scores: AlignedMemory
  private let scoreGradients: AlignedMemory
  private let capacity: Int

  /// Makes room for batches.
  ///
  /// - Parameters:
  ///   - name: the parameter's name.
  ///   - classes: `K`, identities.
  ///   - width: `D`.
  ///   - capacity: embeddings of the largest batch.
  ///   - scale: `s`.
  ///   - margin: `m`, in radians.
  package init(
    name: String, classes: Int, width: Int, capacity: Int, scale: Double = 64,
    margin: Double = 0.5
  ) {
    parameter = ParameterSpecification(name: name, shape: [classes, width])
    self.scale = scale
    self.margin = margin
    self.capacity = capacity
    product = DenseProduct(width: width, count: classes)
    centers = .zeros(classes * width)
    centerGradients = .zeros(classes * width)
    scores = .zeros(capacity * classes)
    scoreGradients = .zeros(capacity * classes)
  }

  /// Measures and adds the gradients.
  ///
  /// - Parameters:
  ///   - embeddings: `[N, D]`, unit rows.
  ///   - targets: `[N]`, identities.
  ///   - parameters: holds the centers.
  ///   - gradient: of the embeddings, added to.
  ///   - gradients: where the centers' gradient is added; nil if they are frozen.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: the loss and how many embeddings lie nearest to their own center, margin included.
  package func measure(
    _ embeddings: MapView, targets: [Int32], parameters: ParameterBlock,
    addingTo gradient: MapView, gradients: ParameterBlock?, workers: Workers = Workers()
  ) -> CrossEntropy.Measurement {
    let (classes, width) = (parameter.shape[0], parameter.shape[1])
    let count = embeddings.pixels
    precondition(
      count <= capacity && embeddings.channels == width, "\(count) embeddings of \(width) values")
    guard let weights = parameters.values(of: parameter.name) else {
      preconditionFailure("'\(parameter.name)' is not among the parameters")
    }
    let norms = normalize(weights)
    let scores = scores.rows(count, width: classes)
    product.multiply(embeddings.map, centers.base, into: scores.map)
    let slopes = applyMargin(scores.map, targets)
    let changes = scoreGradients.rows(count, width: classes)
    changes.map.clear()
    let measurement = CrossEntropy().measure(
      scores, targets: targets, addingTo: changes, workers: workers)
    for row in 0..<count {
      let start = changes.map.base + row * classes
      for index in 0..<classes { start[index] *= Float(scale) }
      start[Int(targets[row])] *= Float(slopes[row])
    }
    product.addRowGradient(of: changes.map, to: gradient.map)
    if let target = gradients?.values(of: parameter.name) {
      centerGradients.base.update(repeating: 0, count: centerGradients.count)
      product.addOtherGradient(
        of: changes.map, rows: embeddings.map, to: centerGradients.base)
      addCenterGradients(norms, to: target)
    }
    return measurement
  }

  private func normalize(_ weights: UnsafePointer<Float>) -> [Double] {
    let width = parameter.shape[1]
    return (0..<parameter.shape[0]).map { row in
      let source = weights + row * width
      let norm = max(ParameterUpdates.squaredSum(source, count: width).squareRoot(), 1e-12)
      for index in 0..<width {
        centers.base[row * width + index] = Float(Double(source[index]) / norm)
      }
      return norm
    }
  }

  /// Turns cosines into scores and returns the derivative of each target's by its cosine, without `s`.
  private func applyMargin(_ scores: FeatureMap, _ targets: [Int32]) -> [Double] {
    let classes = scores.channels
    let (cosineOfMargin, sineOfMargin) = (Elementary.cosine(margin), Elementary.sine(margin))
    let end = (cosine: Elementary.cosine(.pi - margin), sine: Elementary.sine(.pi - margin))
    return targets.indices.map { row in
      let start = scores.base + row * classes
      let target = Int(targets[row])
      let cosine = min(max(Double(start[target]), -1), 1)
      for index in 0..<classes { start[index] *= Float(scale) }
      let sine = max((1 - cosine * cosine).squareRoot(), 1e-6)
      if cosine > end.cosine {
        start[target] = Float(scale * (cosine * cosineOfMargin - sine * sineOfMargin))
        return cosineOfMargin + sineOfMargin * cosine / sine
      }
      start[target] = Float(scale * (cosine - end.sine * margin))
      return 1
    }
  }

  /// `dW = (dŴ − Ŵ (Ŵ · dŴ)) / ‖W‖`.
  private func addCenterGradients(_ norms: [Double], to target: UnsafeMutablePointer<Float>) {
    let width = parameter.shape[1]
    for (row, norm) in norms.enumerated() {
      let center = centers.base + row * width
      let change = centerGradients.base + row * width
      var dot = 0.0
      for index in 0..<width { dot += Double(center[index]) * Double(change[index]) }
      for index in 0..<width {
        target[row * width + index] += Float(
          (Double(change[index]) - Double(center[index]) * dot) / norm)
      }
    }
  }
}
