import Tensors

/// How much two label maps of one size disagree.
///
/// Every pixel whose classes differ costs the weights of both. Small parts weigh more, so that a mouth
/// is worth as much as a strip of hair; sums are whole numbers, the same in any order.
enum MaskDistance {
  /// What a pixel of a class costs, in CelebAMask-HQ's order.
  static let weights: [Int32] = [
    1, 1, 2, 6, 5, 5, 3, 3, 3, 3, 5, 4, 4, 1, 4, 3, 2, 1, 1,
  ]

  /// The cost of every pair of classes, 32 to a row.
  private static let costs: [Int32] = {
    var costs = [Int32](repeating: 0, count: 32 * 32)
    for (a, first) in weights.enumerated() {
      for (b, second) in weights.enumerated() where a != b { costs[32 * a + b] = first + second }
    }
    return costs
  }()

  /// The distance of two label maps.
  ///
  /// - Parameters:
  ///   - first: classes 0…18.
  ///   - second: as many.
  ///   - limit: beyond it the distance does not matter.
  ///   - start: what the sum begins with.
  /// - Returns: the sum, or anything not below `limit` if it is not below that.
  static func between(
    _ first: UnsafeBufferPointer<UInt8>, _ second: UnsafeBufferPointer<UInt8>,
    atMost limit: Int = .max, from start: Int = 0
  ) -> Int {
    costs.withUnsafeBufferPointer { costs in
      var sum = start
      var place = 0
      while place < first.count, sum < limit {
        let end = min(place + 256, first.count)
        var part: Int32 = 0
        for index in place..<end {
          part &+= costs[Int(first[index] & 31) << 5 | Int(second[index] & 31)]
        }
        sum += Int(part)
        place = end
      }
      return sum
    }
  }
}

extension Raster {
  /// A smaller label map: each pixel has the class that most of its part of this one has, of equally
  /// frequent classes the first.
  ///
  /// A map that is smaller than asked for repeats its pixels.
  ///
  /// - Precondition: one channel of classes 0…18.
  package func mostFrequentLabels(side: Int) -> Raster {
    func bounds(_ index: Int, _ length: Int) -> Range<Int> {
      let start = index * length / side
      return start..<max(start + 1, (index + 1) * length / side)
    }
    var small: [UInt8] = []
    small.reserveCapacity(side * side)
    var counts = [Int](repeating: 0, count: MaskDistance.weights.count)
    for row in 0..<side {
      for column in 0..<side {
        for y in bounds(row, height) {
          for x in bounds(column, width) { counts[Int(samples[y * width + x])] += 1 }
        }
        var best = (label: UInt8(0), count: 0)
        for label in counts.indices {
          if counts[label] > best.count { best = (UInt8(label), counts[label]) }
          counts[label] = 0
        }
        small.append(best.label)
      }
    }
    return Raster(width: side, height: side, channels: 1, samples: small)
  }
}
