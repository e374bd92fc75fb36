import Gradients
import Graphs
import Kernels
import Tensors

/// CLIP's contrastive loss: each image among the batch's texts and each text among its images, the mean of
/// both cross entropies of `e^t · cos`.
///
/// The temperature `t` is the parameter `name`, a scalar; beyond `log 100` it counts as that and has no
/// gradient.
///
/// Source: Radford et al., arXiv 2103.00020, figure 3 and section 2.5.
package final class ContrastiveLoss {
  /// `t`; begins at `log(1 / 0.07)`.
  package let parameter: ParameterSpecification
  /// What the paper begins with.
  package static let initialTemperature = Float(Elementary.logarithm(1 / 0.07))
  private static let largestTemperature: Float = 4.605_170_2

  private let width: Int
  private let scores: AlignedMemory
  private let changes: AlignedMemory
  private let transposed: AlignedMemory
  private let transposedChanges: AlignedMemory
  private let capacity: Int
  /// For the batch size that came last.
  private var prepared: (count: Int, product: DenseProduct)?

  /// Makes room for batches of up to `capacity` pairs of `[width]`.
  package init(name: String, width: Int, capacity: Int) {
    parameter = ParameterSpecification(name: name, shape: [])
    self.width = width
    self.capacity = capacity
    scores = .zeros(capacity * capacity)
    changes = .zeros(capacity * capacity)
    transposed = .zeros(capacity * capacity)
    transposedChanges = .zeros(capacity * capacity)
  }

  /// Measures and adds the gradients.
  ///
  /// - Parameters:
  ///   - images: `[N, D]`, unit rows.
  ///   - texts: `[N, D]`, unit rows, the text of row `n` belonging to image `n`.
  ///   - parameters: holds the temperature.
  ///   - gradients: of images, texts and the temperature; each is added to.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: the loss, and how many images have their own text as the nearest.
  package func measure(
    images: MapView, texts: MapView, parameters: ParameterBlock,
    addingTo gradients: (images: MapView, texts: MapView, parameters: ParameterBlock?),
    workers: Workers = Workers()
  ) -> CrossEntropy.Measurement {
    let count = images.pixels
    precondition(
      count <= capacity && texts.pixels == count && images.channels == width
        && texts.channels == width && texts.pixelStride == width,
      "\(count) images, \(texts.pixels) texts")
    guard let temperature = parameters.values(of: parameter.name)?.pointee else {
      preconditionFailure("'\(parameter.name)' is not among the parameters")
    }
    let scale = Elementary.exponential(min(temperature, Self.largestTemperature))
    let product = prepare(count)
    let scores = scores.rows(count, width: count)
    product.multiply(images.map, texts.map.base, into: scores.map)
    for index in 0..<count * count { scores.map.base[index] *= scale }
    let changes = changes.rows(count, width: count)
    changes.map.clear()
    let targets = (0..<count).map(Int32.init)
    let rows = CrossEntropy().measure(
      scores, targets: targets, addingTo: changes, weight: 0.5, workers: workers)
    let columns = addColumns(scores, targets, to: changes, workers: workers)

    var slope = 0.0
    for index in 0..<count * count {
      slope += Double(changes.map.base[index]) * Double(scores.map.base[index])
      changes.map.base[index] *= scale
    }
    if temperature < Self.largestTemperature,
      let target = gradients.parameters?.values(of: parameter.name)
    {
      target.pointee += Float(slope)
    }
    product.addRowGradient(of: changes.map, to: gradients.images.map)
    product.addOtherGradient(
      of: changes.map, rows: images.map, to: gradients.texts.map.base)
    return CrossEntropy.Measurement(
      loss: (rows.loss + columns.loss) / 2, correct: rows.correct, counted: rows.counted)
  }

  private func prepare(_ count: Int) -> DenseProduct {
    if let prepared, prepared.count == count { return prepared.product }
    let product = DenseProduct(width: width, count: count)
    prepared = (count, product)
    return product
  }

  /// The texts' side: the same on the transposed matrix.
  private func addColumns(
    _ scores: MapView, _ targets: [Int32], to changes: MapView, workers: Workers
  ) -> CrossEntropy.Measurement {
    let count = scores.channels
    let columns = transposed.rows(count, width: count)
    let columnChanges = transposedChanges.rows(count, width: count)
    columnChanges.map.clear()
    for row in 0..<count {
      for column in 0..<count {
        columns.map.base[column * count + row] = scores.map.base[row * count + column]
      }
    }
    let measurement = CrossEntropy().measure(
      columns, targets: targets, addingTo: columnChanges, weight: 0.5, workers: workers)
    for row in 0..<count {
      for column in 0..<count {
        changes.map.base[row * count + column] += columnChanges.map.base[column * count + row]
      }
    }
    return measurement
  }
}
