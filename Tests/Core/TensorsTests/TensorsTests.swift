import Tensors
import Testing

@Suite struct SplitMix64Tests {
  /// First outputs for seed 0 of Vigna's reference implementation.
  @Test func matchesTheReferenceSequence() {
    var random = SplitMix64(seed: 0)
    #expect(random.next() == 0xE220_A839_7B1D_CDAF)
    #expect(random.next() == 0x6E78_9E6A_A1B9_65F4)
    #expect(random.next() == 0x06C4_5D18_8009_454F)
  }

  @Test func staysInRange() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<1000 {
      let unit = random.nextUnit()
      #expect(unit >= 0 && unit < 1)
      let index = random.nextIndex(below: 3)
      #expect((0..<3).contains(index))
    }
  }

  @Test(arguments: [0, 1, 2, 17]) func shufflesWithoutLoss(count: Int) {
    var values = Array(0..<count)
    values.shuffle(seed: 3)
    #expect(values.sorted() == Array(0..<count))
  }
}

@Suite struct SeededParametersTests {
  @Test func hashesNamesAsPublished() {
    // FNV-1a test vectors by L. C. Noll.
    #expect(SeededParameters.fowlerNollVo("") == 0xCBF2_9CE4_8422_2325)
    #expect(SeededParameters.fowlerNollVo("foobar") == 0x8594_4171_F739_67E8)
  }

  @Test func followsTheRoles() {
    func values(_ name: String, _ shape: [Int]) -> [Float] {
      SeededParameters.tensor(named: name, shape: shape, seed: 1).values
    }
    #expect(values("a.running_var", [100]).allSatisfy { $0 >= 0.5 && $0 < 1.5 })
    #expect(values("a.bias", [100]).allSatisfy { abs($0) <= 0.1 })
    #expect(values("a.weight", [10, 6, 1, 1]).allSatisfy { abs($0) <= 1 })
    #expect(values("a.num_batches_tracked", []) == [0])
    #expect(values("a.weight", [5]) != values("b.weight", [5]))
  }
}

@Suite struct AlignedMemoryTests {
  /// Small blocks share pages, large ones have their own; all are aligned and none overlaps another.
  @Test func blocksDoNotOverlap() {
    let counts =
      [0, 1, 15, 16, 17, 1000, 262_143, 262_144, 262_145, 1_000_000] + (1...60).map { $0 * 999 }
    let blocks = counts.map { AlignedMemory(count: $0) }
    for (index, block) in blocks.enumerated() {
      #expect(UInt(bitPattern: block.base) % 64 == 0)
      block.base.initialize(repeating: Float(index), count: block.count)
    }
    for (index, block) in blocks.enumerated() {
      let values = UnsafeBufferPointer(start: block.base, count: block.count)
      #expect(values.allSatisfy { $0 == Float(index) })
    }
  }
}
