/// Which elements of a storage form a tensor, in units of elements.
///
/// A value of this type has been checked: every element that it names lies in the storage.
struct TensorLayout: Equatable, Sendable {
  /// Why a layout was refused; the rest of a sentence that starts with the tensor's name.
  struct Problem: Error { let reason: String }

  /// Extent of every axis.
  let shape: [Int]
  /// Distance between neighbors along every axis.
  let strides: [Int]
  /// Index of the first element in the storage.
  let offset: Int
  /// Number of elements, the product of the extents.
  let count: Int

  /// A view may repeat stored elements (stride 0), but not beyond this many.
  private static let largestRepetition = 1 << 24
  /// PyTorch has the same limit.
  static let largestRank = 64

  /// Checks a layout against the number of elements that its storage holds.
  init(shape: [Int], strides: [Int], offset: Int, storageCount: Int) throws(Problem) {
    guard shape.count <= Self.largestRank else {
      throw Problem(reason: "has \(shape.count) axes")
    }
    guard shape.count == strides.count else {
      throw Problem(reason: "has \(shape.count) axes but \(strides.count) strides")
    }
    guard offset >= 0, shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }) else {
      throw Problem(reason: "has a negative extent, stride or offset")
    }
    guard let product = Self.product(of: shape.filter { $0 > 0 }) else {
      throw Problem(reason: "has the impossible shape \(shape)")
    }
    self.shape = shape
    self.strides = strides
    self.offset = offset
    count = shape.contains(0) ? 0 : product
    guard count > 0 else { return }
    guard let end = Self.end(shape: shape, strides: strides, offset: offset), end <= storageCount
    else {
      throw Problem(
        reason: "of shape \(shape) and strides \(strides) at offset \(offset) "
          + "reaches outside its storage of \(storageCount) elements")
    }
    guard count <= max(storageCount, Self.largestRepetition) else {
      throw Problem(reason: "repeats \(storageCount) stored elements \(count) times")
    }
  }

  /// A row-major layout from the start of a storage that holds nothing else.
  init(shape: [Int], storageCount: Int) throws(Problem) {
    try self.init(
      shape: shape, strides: Self.rowMajorStrides(of: shape), offset: 0,
      storageCount: storageCount)
  }

  /// The same elements with the axes in reverse order.
  var transposed: TensorLayout {
    TensorLayout(
      shape: shape.reversed(), strides: strides.reversed(), offset: offset, count: count)
  }

  /// The same elements with axes of one before the first and behind the last.
  func withAxes(before: Int, behind: Int) -> TensorLayout {
    func padded(_ values: [Int]) -> [Int] {
      [Int](repeating: 1, count: before) + values + [Int](repeating: 1, count: behind)
    }
    return TensorLayout(
      shape: padded(shape), strides: padded(strides), offset: offset, count: count)
  }

  private init(shape: [Int], strides: [Int], offset: Int, count: Int) {
    self.shape = shape
    self.strides = strides
    self.offset = offset
    self.count = count
  }

  /// Whether the elements lie one after the other in row-major order.
  var isContiguous: Bool {
    let expected = Self.rowMajorStrides(of: shape)
    return count == 0
      || zip(shape, zip(strides, expected)).allSatisfy { $0 == 1 || $1.0 == $1.1 }
  }

  /// Number of stored elements from the first one that is touched to the last.
  var span: Int {
    count == 0 ? 0 : zip(shape, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
  }

  /// Strides of a row-major tensor; meaningless numbers where the product overflows.
  static func rowMajorStrides(of shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] =
        strides[axis + 1].multipliedReportingOverflow(by: shape[axis + 1]).partialValue
    }
    return strides.map { max($0, 0) }
  }

  /// The product of extents; nil where it does not fit.
  static func product(of extents: [Int]) -> Int? {
    var product = 1
    for extent in extents {
      let (value, overflows) = product.multipliedReportingOverflow(by: extent)
      guard !overflows else { return nil }
      product = value
    }
    return product
  }

  /// One past the largest index that is touched.
  private static func end(shape: [Int], strides: [Int], offset: Int) -> Int? {
    var last = offset
    for (extent, stride) in zip(shape, strides) {
      let (reach, overflows) = stride.multipliedReportingOverflow(by: extent - 1)
      let (sum, carries) = last.addingReportingOverflow(reach)
      guard !overflows, !carries else { return nil }
      last = sum
    }
    let (end, overflows) = last.addingReportingOverflow(1)
    return overflows ? nil : end
  }
}
