import Tensors
import Testing

@Suite struct StridedViewTests {
  private let view = StridedView(rowMajor: [2, 3, 4])

  @Test func axesInAnotherOrderReadTheirElements() {
    let turned = view.permuted([2, 0, 1])
    #expect(turned.shape == [4, 2, 3])
    #expect(turned.elements.prefix(4) == [0, 4, 8, 12])
    #expect(turned.covers(24) && !turned.isInOrder && view.isInOrder)
    #expect(turned.permuted([1, 2, 0]) == view)
  }

  @Test func partsReadTheirElements() {
    #expect(view.selecting(1, along: 0).elements == Array(12..<24))
    let backwards = view.slicing(2, from: 3, count: 2, step: -2).permuted([2, 0, 1])
    #expect(backwards.elements == [3, 7, 11, 15, 19, 23, 1, 5, 9, 13, 17, 21])
    #expect(view.slicing(1, from: 1, count: 2).elements == Array(4..<12) + Array(16..<24))
    #expect(!view.slicing(1, from: 0, count: 2).covers(24))
    #expect(view.inserting(axis: 1).elements == Array(0..<24))
    #expect(view.lastElement == 23)
  }

  @Test func repeatingReadsElementsAgain() throws {
    let row = StridedView(rowMajor: [1, 3])
    #expect(row.broadcast(to: [2, 2, 3])?.elements == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2])
    #expect(row.broadcast(to: [2, 4]) == nil && row.broadcast(to: [3]) == nil)
    #expect(StridedView.broadcastShape([4, 1, 3], [2, 1]) == [4, 2, 3])
    #expect(StridedView.broadcastShape([4, 3], [2, 3]) == nil)
  }

  /// Every view that a reshape yields reads what a copy in order would hold; those it refuses need one.
  @Test func reshapingIsAViewWhereItCanBe() {
    let turned = view.permuted([1, 0, 2])
    #expect(view.reshaped(to: [6, 1, 4])?.elements == Array(0..<24))
    #expect(turned.reshaped(to: [3, 2, 2, 2])?.elements == turned.elements)
    #expect(turned.reshaped(to: [3, 8]) == nil && turned.reshaped(to: [6, 4]) == nil)
    let repeated = StridedView(rowMajor: [1]).broadcast(to: [6])
    #expect(repeated?.reshaped(to: [2, 3])?.elements == [0, 0, 0, 0, 0, 0])
    var random = SplitMix64(seed: 3)
    for round in 0..<200 {
      let shape = (0..<4).map { _ in 1 + random.nextIndex(below: 3) }
      var order = Array(shape.indices)
      order.swapAt(random.nextIndex(below: 4), random.nextIndex(below: 4))
      let view = StridedView(rowMajor: shape).permuted(order)
      let target = [view.count, 1].shuffled(using: &random)
      if let flat = view.reshaped(to: target) {
        #expect(flat.elements == view.elements, "seed 3, round \(round)")
      } else {
        #expect(!view.isInOrder, "seed 3, round \(round)")
      }
      #expect(view.collapsed.elements == view.elements, "seed 3, round \(round)")
    }
  }
}
