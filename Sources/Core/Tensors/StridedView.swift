/// A way to read an array out of memory: for each axis its extent and how far apart neighbors lie.
///
/// Transposing, cutting and repeating change a view alone; nothing moves until somebody needs the
/// values in order.
package struct StridedView: Hashable, Sendable {
  /// Extent of every axis, all positive; empty for a single value.
  package let shape: [Int]
  /// Elements from one position of an axis to the next; 0 repeats, and stands for axes of extent 1.
  package let strides: [Int]
  /// Element at which the array's first value lies.
  package let offset: Int

  /// Describes a view.
  ///
  /// - Precondition: as many strides as extents.
  package init(shape: [Int], strides: [Int], offset: Int = 0) {
    precondition(shape.count == strides.count, "\(strides) are no strides of \(shape)")
    self.shape = shape
    self.strides = zip(shape, strides).map { $0 == 1 ? 0 : $1 }
    self.offset = offset
  }

  /// An array that lies in order, its last axis contiguous.
  package init(rowMajor shape: [Int]) {
    var strides = [Int](repeating: 0, count: shape.count)
    var step = 1
    for axis in shape.indices.reversed() {
      strides[axis] = step
      step *= shape[axis]
    }
    self.init(shape: shape, strides: strides)
  }

  /// Number of values that are read.
  package var count: Int { shape.elementCount }

  /// The last element that is read; views of nothing but positive strides have no other bound.
  package var lastElement: Int { zip(shape, strides).reduce(offset) { $0 + ($1.0 - 1) * $1.1 } }

  /// Whether the values are all of a memory of their number, in order.
  package var isInOrder: Bool { self == StridedView(rowMajor: shape) }

  /// Axes longer than 1, those whose neighbors lie furthest apart first.
  package var axesByStride: [Int] {
    shape.indices.filter { shape[$0] > 1 }.sorted {
      (strides[$0], $1) > (strides[$1], $0)
    }
  }

  /// Whether every element of a memory is read exactly once, in any order.
  package func covers(_ elements: Int) -> Bool {
    count == elements && permuted(axesByStride).isInOrder
  }

  /// The axes in another order; axes that are left out must have extent 1.
  package func permuted(_ axes: [Int]) -> StridedView {
    StridedView(
      shape: axes.map { shape[$0] }, strides: axes.map { strides[$0] }, offset: offset)
  }

  /// One position of an axis, which vanishes.
  package func selecting(_ index: Int, along axis: Int) -> StridedView {
    var (shape, strides) = (shape, strides)
    shape.remove(at: axis)
    strides.remove(at: axis)
    return StridedView(
      shape: shape, strides: strides, offset: offset + index * self.strides[axis])
  }

  /// Some positions of an axis, the first and those `step` and more behind it.
  package func slicing(_ axis: Int, from first: Int, count: Int, step: Int = 1) -> StridedView {
    var (shape, strides) = (shape, strides)
    shape[axis] = count
    strides[axis] *= step
    return StridedView(shape: shape, strides: strides, offset: offset + first * self.strides[axis])
  }

  /// A new axis of extent 1.
  package func inserting(axis: Int) -> StridedView {
    var (shape, strides) = (shape, strides)
    shape.insert(1, at: axis)
    strides.insert(0, at: axis)
    return StridedView(shape: shape, strides: strides, offset: offset)
  }

  /// Axes of extent 1 repeated, and new ones in front, to reach a shape; nil where extents differ.
  package func broadcast(to target: [Int]) -> StridedView? {
    let surplus = target.count - shape.count
    guard surplus >= 0 else { return nil }
    let aligned = [Int](repeating: 1, count: surplus) + shape
    guard zip(aligned, target).allSatisfy({ $0 == $1 || $0 == 1 }) else { return nil }
    return StridedView(
      shape: target, strides: [Int](repeating: 0, count: surplus) + strides, offset: offset)
  }

  /// The shape of two arrays that are combined element by element; nil where extents differ.
  package static func broadcastShape(_ first: [Int], _ second: [Int]) -> [Int]? {
    let rank = max(first.count, second.count)
    let pairs = zip(
      [Int](repeating: 1, count: rank - first.count) + first,
      [Int](repeating: 1, count: rank - second.count) + second)
    guard pairs.allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else { return nil }
    return pairs.map { $0 == 1 ? $1 : $0 }
  }

  /// The same values in the same order under another shape; nil if that needs a copy.
  ///
  /// - Precondition: the sizes are equal.
  package func reshaped(to target: [Int]) -> StridedView? {
    precondition(target.elementCount == count, "\(shape) does not fill \(target)")
    if count == 0 { return StridedView(rowMajor: target) }
    let present = shape.indices.filter { shape[$0] > 1 }
    var result = [Int](repeating: 0, count: target.count)
    var (old, new) = (0, 0)
    while old < present.count {
      // The fewest neighboring axes on both sides that hold equally many values.
      var (oldEnd, newEnd) = (old + 1, new + 1)
      var (oldCount, newCount) = (shape[present[old]], target[new])
      while oldCount != newCount {
        if newCount < oldCount {
          newCount *= target[newEnd]
          newEnd += 1
        } else {
          oldCount *= shape[present[oldEnd]]
          oldEnd += 1
        }
      }
      for index in old..<oldEnd - 1
      where strides[present[index]] != shape[present[index + 1]] * strides[present[index + 1]] {
        return nil
      }
      var step = strides[present[oldEnd - 1]]
      for axis in (new..<newEnd).reversed() {
        result[axis] = step
        step *= target[axis]
      }
      (old, new) = (oldEnd, newEnd)
    }
    return StridedView(shape: target, strides: result, offset: offset)
  }

  /// The same values in the same order with as few axes as possible.
  package var collapsed: StridedView {
    var (extents, steps): ([Int], [Int]) = ([], [])
    for (extent, step) in zip(shape, strides) where extent > 1 {
      if let last = extents.last, steps[extents.count - 1] == extent * step {
        extents[extents.count - 1] = last * extent
        steps[steps.count - 1] = step
      } else {
        extents.append(extent)
        steps.append(step)
      }
    }
    return StridedView(shape: extents, strides: steps, offset: offset)
  }

  /// Calls `body` with the first element of every innermost run, in order; a run has
  /// ``innermostCount`` values ``innermostStride`` apart.
  package func forEachRun(_ body: (_ element: Int) -> Void) {
    visit(axis: 0, element: offset, body)
  }

  private func visit(axis: Int, element: Int, _ body: (Int) -> Void) {
    guard axis < shape.count - 1 else { return body(element) }
    for index in 0..<shape[axis] {
      visit(axis: axis + 1, element: element + index * strides[axis], body)
    }
  }

  /// Values of the last axis; 1 where there is none.
  package var innermostCount: Int { shape.last ?? 1 }

  /// Elements between values of the last axis.
  package var innermostStride: Int { strides.last ?? 0 }

  /// The elements in the order of the array.
  package var elements: [Int] {
    var result: [Int] = []
    result.reserveCapacity(count)
    forEachRun { first in
      for index in 0..<innermostCount { result.append(first + index * innermostStride) }
    }
    return result
  }
}
