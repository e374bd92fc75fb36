import Tensors
import Terms

/// Why label maps cannot be compared or counted.
package enum SegmentationError: Error, Equatable, CustomStringConvertible {
  /// The maps differ in size.
  case sizeMismatch(groundTruth: ImageDimensions, prediction: ImageDimensions)
  /// A map has more than one channel.
  case notALabelMap(channels: Int)
  /// A pixel's label is no class.
  case unknownLabel(Int, x: Int, y: Int, classes: Int)
  /// Two matrices count different numbers of classes.
  case classMismatch(first: Int, second: Int)
  /// Stored counts do not form a square matrix of counts.
  case wrongCounts(values: Int, classes: Int)

  /// Which label map or matrix does not fit, and what to check.
  package var description: String {
    switch self {
    case .sizeMismatch(let groundTruth, let prediction):
      "the ground-truth label map is \(groundTruth), the prediction \(prediction): both must have "
        + "the same size"
    case .notALabelMap(let channels):
      "a label map has one channel, but this image has \(channels)"
    case .unknownLabel(let label, let x, let y, let classes):
      "label \(label) at column \(x), row \(y) is none of the classes 0…\(classes - 1): check the "
        + "mask's encoding"
    case .classMismatch(let first, let second):
      "a matrix of \(first) classes cannot be added to one of \(second)"
    case .wrongCounts(let values, let classes):
      "\(values) counts do not make a \(classes)×\(classes) confusion matrix without negative counts"
    }
  }
}

/// How often each true class was labeled as each class.
///
/// Counts are integers, so sums over images and shards are exact in any order.
package struct ConfusionMatrix: Equatable, Sendable {
  /// Classes of CelebAMask-HQ.
  package static let faceClasses = 19

  /// Number of classes `K`.
  package let classes: Int
  /// Pixels, `[K, K]`, row-major; rows are the ground truth, columns the prediction.
  package private(set) var counts: [Int64]

  /// A matrix that has counted nothing yet.
  package init(classes: Int = faceClasses) {
    self.classes = classes
    counts = [Int64](repeating: 0, count: classes * classes)
  }

  /// Wraps stored counts.
  ///
  /// - Throws: `SegmentationError.wrongCounts`.
  package init(classes: Int = faceClasses, counts: [Int64]) throws(SegmentationError) {
    guard classes >= 1, counts.count == classes * classes, counts.allSatisfy({ $0 >= 0 }) else {
      throw .wrongCounts(values: counts.count, classes: classes)
    }
    self.classes = classes
    self.counts = counts
  }

  /// Counts the pixels of one image; on an error nothing is counted.
  ///
  /// - Parameters:
  ///   - groundTruth: `[H, W, 1]`, values `0 ..< classes`.
  ///   - prediction: as `groundTruth`, of the same size.
  /// - Throws: `SegmentationError.sizeMismatch`, `.notALabelMap`, `.unknownLabel`.
  package mutating func add(
    groundTruth: Raster, prediction: Raster
  ) throws(SegmentationError) {
    for map in [groundTruth, prediction] where map.channels != 1 {
      throw .notALabelMap(channels: map.channels)
    }
    guard groundTruth.width == prediction.width, groundTruth.height == prediction.height else {
      throw .sizeMismatch(
        groundTruth: ImageDimensions(groundTruth),
        prediction: ImageDimensions(prediction))
    }
    for map in [groundTruth, prediction] { try requireKnownLabels(map) }
    // Neighboring pixels mostly count in one place; two tables keep them from waiting for each other.
    var tables = [UInt32](repeating: 0, count: 2 * counts.count)
    tables.withUnsafeMutableBufferPointer { tables in
      groundTruth.samples.withUnsafeBufferPointer { truth in
        prediction.samples.withUnsafeBufferPointer { found in
          for pixel in 0..<truth.count {
            let place = Int(truth[pixel]) * classes + Int(found[pixel])
            tables[(pixel & 1) * counts.count + place] &+= 1
          }
        }
      }
    }
    for place in counts.indices {
      counts[place] += Int64(tables[place]) + Int64(tables[counts.count + place])
    }
  }

  /// Adds the counts of another matrix.
  ///
  /// - Throws: `SegmentationError.classMismatch`.
  package mutating func merge(_ other: ConfusionMatrix) throws(SegmentationError) {
    guard other.classes == classes else {
      throw .classMismatch(first: other.classes, second: classes)
    }
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  /// Takes away the counts of a matrix that was merged before.
  ///
  /// - Throws: `SegmentationError.classMismatch`.
  mutating func remove(_ other: ConfusionMatrix) throws(SegmentationError) {
    guard other.classes == classes else {
      throw .classMismatch(first: classes, second: other.classes)
    }
    for index in counts.indices { counts[index] -= other.counts[index] }
  }

  /// The matrix over merged classes.
  ///
  /// - Throws: `SegmentationError.classMismatch` unless the matrix counts the classes that the rule
  ///   merges.
  package func merged(by rule: ClassMerge) throws(SegmentationError) -> ConfusionMatrix {
    let targets = rule.targets
    guard targets.count == classes else {
      throw .classMismatch(first: classes, second: targets.count)
    }
    var merged = ConfusionMatrix(classes: rule.classes)
    for truth in 0..<classes {
      for found in 0..<classes {
        merged.counts[targets[truth] * rule.classes + targets[found]] +=
          counts[truth * classes + found]
      }
    }
    return merged
  }

  /// Pixels counted.
  package var total: Int64 { counts.reduce(0, +) }

  /// Share of pixels with the right label, `[0, 1]`; nil before anything was counted.
  ///
  /// Over a data set it equals the mean of the images' accuracies when all have the same size.
  package var accuracy: Double? {
    let total = total
    guard total > 0 else { return nil }
    let right = (0..<classes).reduce(0) { $0 + counts[$1 * classes + $1] }
    return Double(right) / Double(total)
  }

  /// Pixels of one class: in both maps, in the ground truth, in either map.
  package func pixels(
    of label: Int
  ) -> (intersection: Int64, groundTruth: Int64, union: Int64) {
    var groundTruth: Int64 = 0
    var prediction: Int64 = 0
    for other in 0..<classes {
      groundTruth += counts[label * classes + other]
      prediction += counts[other * classes + label]
    }
    let intersection = counts[label * classes + label]
    return (intersection, groundTruth, groundTruth + prediction - intersection)
  }

  /// Intersection over union of every class, `[K]`, `[0, 1]`; nil where a class is in neither map.
  package var intersectionOverUnion: [Double?] {
    (0..<classes).map { label in
      let pixels = pixels(of: label)
      return pixels.union > 0 ? Double(pixels.intersection) / Double(pixels.union) : nil
    }
  }

  private func requireKnownLabels(_ map: Raster) throws(SegmentationError) {
    // The largest one is found faster than the first offender.
    let largest = map.samples.withUnsafeBufferPointer { $0.reduce(0) { max($0, $1) } }
    guard largest >= classes, let index = map.samples.firstIndex(where: { $0 >= classes }) else {
      return
    }
    throw .unknownLabel(
      Int(map.samples[index]), x: index % map.width, y: index / map.width, classes: classes)
  }
}

extension SegmentationError: LedgerFailure {
  /// `wrong-size`: a label map that fits no ground truth cannot be measured.
  package var ledgerState: LedgerState { .wrongSize }
}
