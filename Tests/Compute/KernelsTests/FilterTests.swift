import CKernels
import Kernels
import ReferenceKernels
import Tensors
import Testing

/// Resampling on every level that this processor can run against the readable forms: all bits agree.
@Suite struct FilterTests {
  static let levels = CPULevel.allCases.filter { $0 <= .best }
  /// Around the 8, 16, 32 and 64 values that a vector or a block holds, and sixteen lines.
  static let sizes = [(1, 1), (5, 3), (16, 16), (17, 15), (33, 8), (70, 21)]

  @Test(arguments: levels, sizes)
  func bytesMatch(level: CPULevel, size: (Int, Int)) {
    let (width, lines) = size
    var random = SplitMix64(seed: 20)
    for channels in [1, 2, 3, 4] {
      for count in [1, 16, 37] {
        let taps = FilterTaps(width: width, count: count, random: &random)
        // Weights beyond 1 and below 0 run into both limits.
        let weights = (0..<count * taps.stride).map { _ in
          Int32(random.nextIndex(below: 6_000_000)) - 2_000_000
        }
        let input = (0..<width * lines * channels).map { _ in
          UInt8(random.nextIndex(below: 256))
        }
        var along = [UInt8](repeating: 7, count: lines * count * channels)
        taps.using(weights) { taps, weights in
          withScratch(Int(EK_FILTER_LINES) * channels * (width + count), of: UInt8.self) {
            scratch in
            var job = ek_line_filter_u8()
            (job.lines, job.width, job.channels) = (lines, width, channels)
            (job.taps, job.weights, job.scratch) = (taps, weights, scratch)
            input.withUnsafeBufferPointer { input in
              along.withUnsafeMutableBufferPointer { output in
                (job.input, job.output) = (input.baseAddress, output.baseAddress)
                level.filters.lines_u8(&job)
              }
            }
          }
        }
        let rows = taps.rows(weights)
        let expected = (0..<lines).flatMap { (line: Int) -> [UInt8] in
          let samples = input[line * width * channels..<(line + 1) * width * channels]
          return Reference.filtered(Array(samples), channels: channels, taps: rows)
        }
        #expect(along == expected, "\(level) \(width)×\(lines)×\(channels) to \(count)")

        // Across: the same memory as `width` lines, of which each position is one long pixel.
        var across = [UInt8](repeating: 7, count: count * lines * channels)
        taps.using(weights) { taps, weights in
          var job = ek_cross_filter_u8()
          (job.line, job.taps, job.weights) = (lines * channels, taps, weights)
          input.withUnsafeBufferPointer { input in
            across.withUnsafeMutableBufferPointer { output in
              (job.input, job.output) = (input.baseAddress, output.baseAddress)
              level.filters.across_u8(&job)
            }
          }
        }
        #expect(
          across == Reference.filtered(input, channels: lines * channels, taps: rows),
          "\(level) \(width) lines of \(lines * channels) to \(count)")
      }
    }
  }

  @Test(arguments: levels, sizes)
  func doubleSumsMatch(level: CPULevel, size: (Int, Int)) {
    let (width, lines) = size
    var random = SplitMix64(seed: 21)
    for count in [1, 8, 37] {
      let taps = FilterTaps(width: width, count: count, random: &random)
      let weights = (0..<count * taps.stride).map { _ in Double(random.nextUnit()) - 0.3 }
      let input = (0..<width * lines).map { _ in 255 * random.nextUnit() }
      var along = [Float](repeating: 7, count: lines * count)
      var across = along
      taps.using(weights) { taps, weights in
        withScratch(Int(EK_FILTER_LINES) * (width + count), of: Double.self) { scratch in
          var job = ek_line_filter_f64()
          (job.lines, job.width, job.taps) = (lines, width, taps)
          (job.weights, job.scratch) = (weights, scratch)
          var cross = ek_cross_filter_f64()
          (cross.line, cross.taps, cross.weights) = (lines, taps, weights)
          input.withUnsafeBufferPointer { input in
            (job.input, cross.input) = (input.baseAddress, input.baseAddress)
            along.withUnsafeMutableBufferPointer { output in
              job.output = output.baseAddress
              level.filters.lines_f64(&job)
            }
            across.withUnsafeMutableBufferPointer { output in
              cross.output = output.baseAddress
              level.filters.across_f64(&cross)
            }
          }
        }
      }
      let rows = taps.rows(weights)
      let expected = (0..<lines).flatMap { line in
        Reference.filtered(Array(input[line * width..<(line + 1) * width]), taps: rows)
      }
      #expect(along == expected, "\(level) \(width)×\(lines) to \(count)")
      let columns = (0..<lines).map { column in
        Reference.filtered((0..<width).map { input[$0 * lines + column] }, taps: rows)
      }
      #expect(
        across == (0..<count).flatMap { new in columns.map { $0[new] } },
        "\(level) \(width) lines of \(lines) to \(count)")
    }
  }

  @Test(arguments: levels, sizes)
  func fixedTapsMatch(level: CPULevel, size: (Int, Int)) {
    let (width, lines) = size
    var random = SplitMix64(seed: 22)
    for (count, length, interpolates) in [(1, 2, false), (37, 4, false), (19, 2, true)] {
      let taps = (0..<count).map { _ in
        (
          positions: (0..<length).map { _ in random.nextIndex(below: width) },
          weights: (0..<length).map { _ in random.nextUnit() - 0.3 }
        )
      }
      let positions = taps.flatMap { $0.positions.map { Int32($0) } }
      let weights = taps.flatMap { $0.weights }
      let input = (0..<width * lines).map { _ in 255 * random.nextUnit() }
      var along = [Float](repeating: 7, count: lines * count)
      var across = along
      withScratch(Int(EK_FILTER_LINES) * (width + count), of: Float.self) { scratch in
        var job = ek_fixed_filter()
        (job.lines, job.width, job.count, job.length) = (lines, width, count, length)
        (job.interpolates, job.scratch) = (interpolates ? 1 : 0, scratch)
        input.withUnsafeBufferPointer { input in
          positions.withUnsafeBufferPointer { positions in
            weights.withUnsafeBufferPointer { weights in
              job.input = input.baseAddress
              (job.positions, job.weights) = (positions.baseAddress, weights.baseAddress)
              along.withUnsafeMutableBufferPointer { output in
                job.output = output.baseAddress
                level.filters.lines_f32(&job)
              }
              // The same memory as `width` lines.
              (job.lines, job.width) = (width, lines)
              across.withUnsafeMutableBufferPointer { output in
                job.output = output.baseAddress
                level.filters.across_f32(&job)
              }
            }
          }
        }
      }
      let expected = (0..<lines).flatMap { line in
        Reference.filtered(
          Array(input[line * width..<(line + 1) * width]), taps: taps, interpolates: interpolates)
      }
      #expect(along == expected, "\(level) \(width)×\(lines) to \(count)")
      let columns = (0..<lines).map { column in
        Reference.filtered(
          (0..<width).map { input[$0 * lines + column] }, taps: taps, interpolates: interpolates)
      }
      #expect(
        across == (0..<count).flatMap { new in columns.map { $0[new] } },
        "\(level) \(width) lines of \(lines) to \(count)")
    }
  }
}
