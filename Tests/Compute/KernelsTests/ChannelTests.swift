import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

/// What looks at all channels of a pixel.
@Suite struct ChannelTests {
  private func largest(_ tensor: Tensor, gap: Int, level: CPULevel) -> [UInt8] {
    let owned = OwnedMap(tensor, gap: gap)
    return withExtendedLifetime(owned) { owned.map.largestChannels(level: level) }
  }

  @Test(arguments: runnableLevels) func largestChannelsMatch(level: CPULevel) {
    for channels in awkwardChannels + [19, 150, 256] {
      let input = SeededParameters.input(shape: [channels, 7, 9], seed: 31)
      let expected = (0..<63).map { pixel in
        var best = 0
        for channel in 1..<max(channels, 1)
        where input.values[channel * 63 + pixel] > input.values[best * 63 + pixel] {
          best = channel
        }
        return UInt8(best)
      }
      for gap in [0, 3] {
        #expect(largest(input, gap: gap, level: level) == expected, "\(channels) channels")
      }
    }
  }

  /// As `torch.argmax`: the first of equals, zeros of both signs being equal, and NaN over everything.
  @Test(arguments: runnableLevels) func equalsAndNotANumberFollowPyTorch(level: CPULevel) {
    for channels in [2, 3, 4, 5, 8, 9, 16, 17, 19, 40] {
      let last = channels - 1
      func winner(_ fill: Float, _ special: [Int: Float]) -> Int {
        var values = [Float](repeating: fill, count: channels)
        for (channel, value) in special { values[channel] = value }
        return Int(
          largest(Tensor(shape: [channels, 1, 1], values: values), gap: 0, level: level)[0])
      }
      #expect(winner(1, [:]) == 0)
      #expect(winner(-0.0, [last: 0]) == 0)
      #expect(winner(0, [0: -0.0]) == 0)
      #expect(winner(-.infinity, [:]) == 0)
      #expect(winner(-.infinity, [last: -1e30]) == last)
      #expect(winner(1, [last: .infinity]) == last)
      #expect(winner(1, [last: .nan]) == last)
      #expect(winner(.infinity, [last: -.nan]) == last)
      #expect(winner(1, [0: .nan, last: .nan]) == 0)
      #expect(winner(1, [0: .nan, last: .infinity]) == 0)
    }
  }

  @Test(arguments: [0, 3]) func normalizedDistanceMatches(gap: Int) {
    for channels in awkwardChannels + [192] {
      let first = SeededParameters.input(shape: [channels, 3, 5], seed: 41)
      let second = SeededParameters.input(shape: [channels, 3, 5], seed: 42)
      let weights = SeededParameters.input(shape: [channels], seed: 43).values.map { abs($0) }
      var expected = 0.0
      for pixel in 0..<15 {
        func unit(_ tensor: Tensor) -> [Double] {
          let values = (0..<channels).map { Double(tensor.values[$0 * 15 + pixel]) }
          let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot() + 1e-10
          return values.map { $0 / norm }
        }
        for (channel, pair) in zip(unit(first), unit(second)).enumerated() {
          expected += Double(weights[channel]) * (pair.0 - pair.1) * (pair.0 - pair.1)
        }
      }
      let (one, other) = (OwnedMap(first, gap: gap), OwnedMap(second, gap: gap))
      let found = withExtendedLifetime((one, other)) {
        runnableLevels.map {
          one.map.normalizedDistance(to: other.map, weights: weights, level: $0)
        }
      }
      // Every scaled value errs by a few ulp, which the square doubles; C of them are averaged. Single
      // channels are ±1 after scaling, whose differences cancel: the floor counts those.
      let tolerance = 1e-6 * expected + 15 * 1e-12
      #expect(abs(found[0] - expected) <= tolerance, "\(channels) channels")
      #expect(found.allSatisfy { $0 == found[0] }, "levels differ at \(channels) channels")
    }
  }
}
