import CKernels
import Tensors

/// Random taps of random lengths inside a line.
struct FilterTaps {
  let taps: [(start: Int, length: Int)]
  let starts: [Int32]
  let counts: [Int32]
  let stride: Int

  init(width: Int, count: Int, random: inout SplitMix64) {
    taps = (0..<count).map { _ in
      let start = random.nextIndex(below: width)
      return (start, 1 + random.nextIndex(below: min(9, width - start)))
    }
    starts = taps.map { Int32($0.start) }
    counts = taps.map { Int32($0.length) }
    stride = 9
  }

  func using<Value, Result>(
    _ weights: [Value], _ body: (ek_taps, UnsafePointer<Value>?) -> Result
  ) -> Result {
    starts.withUnsafeBufferPointer { starts in
      counts.withUnsafeBufferPointer { counts in
        weights.withUnsafeBufferPointer { weights in
          body(
            ek_taps(
              count: taps.count, starts: starts.baseAddress, counts: counts.baseAddress,
              stride: stride), weights.baseAddress)
        }
      }
    }
  }

  func rows<Value>(_ weights: [Value]) -> [(start: Int, weights: [Value])] {
    taps.enumerated().map { index, tap in
      (tap.start, Array(weights[index * stride..<index * stride + tap.length]))
    }
  }
}

/// Lends memory for a filter.
func withScratch<Value, Result>(
  _ count: Int, of: Value.Type, _ body: (UnsafeMutablePointer<Value>?) -> Result
) -> Result {
  withUnsafeTemporaryAllocation(
    byteCount: count * MemoryLayout<Value>.stride, alignment: 64
  ) { body($0.baseAddress?.assumingMemoryBound(to: Value.self)) }
}
