import Kernels
import ReferenceKernels
import Tensors
import TestSupport
import Testing

/// Group norm in two passes against the readable form.
@Suite struct GroupNormTests {
  private func drawn(_ name: String, _ shape: [Int]) -> Tensor {
    SeededParameters.tensor(named: name, shape: shape, seed: 71)
  }

  @Test(arguments: runnableLevels, [(1, 1), (3, 3), (8, 2), (33, 11), (64, 32), (96, 1)])
  func matchesTheReference(level: CPULevel, widths: (channels: Int, groups: Int)) {
    let (channels, groups) = widths
    var input = SeededParameters.input(shape: [channels, 5, 7], seed: 70)
    // A group far from zero, whose variance would vanish among Float32 squares.
    for place in 0..<35 { input.values[place] += 100 }
    let norm = GroupNorm(groups: groups)
    let (weight, bias) = (drawn("weight", [channels]).values, drawn("bias", [channels]).values)
    let (scale, shift) = (drawn("scale", [channels]), drawn("shift", [channels]))
    for isModulated in [false, true] {
      let expected = Reference.groupNorm(
        input, norm, weight: weight, bias: bias, scale: isModulated ? scale.values : nil,
        shift: isModulated ? shift.values : nil)
      let (scales, shifts) = (OwnedMap(scale), OwnedMap(shift))
      let found = run(input, to: input.shape) { source, target, _ in
        target.writeGroupNorm(
          of: source, norm, weight: weight, bias: bias,
          modulation: isModulated
            ? GroupNorm.Modulation(scale: scales.map, shift: shifts.map) : nil, level: level)
      }
      withExtendedLifetime((scales, shifts)) {}
      // Values up to 101, times factors of order 1 / deviation, cancel against a rounded shift.
      let tolerance = 101 * 8 * Double(Float.ulpOfOne)
      #expect(Agreement(found.values, expected.values).maximum <= tolerance)
    }
  }

  @Test func levelsGiveTheSameBits() {
    let input = SeededParameters.input(shape: [40, 9, 5], seed: 72)
    let results = runnableLevels.map { level in
      run(input, to: input.shape) { source, target, _ in
        target.writeGroupNorm(
          of: source, GroupNorm(groups: 8), weight: nil, bias: nil, level: level)
      }
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test func everyGroupHasMeanZeroAndVarianceOne() {
    let input = SeededParameters.input(shape: [12, 8, 8], seed: 73)
    let found = run(input, to: input.shape) { source, target, _ in
      target.writeGroupNorm(
        of: source, GroupNorm(groups: 4, epsilon: 0), weight: nil, bias: nil)
    }
    for group in 0..<4 {
      let values = found.values[group * 192..<(group + 1) * 192].map(Double.init)
      let mean = values.reduce(0, +) / 192
      let square = values.reduce(0) { $0 + $1 * $1 } / 192
      #expect(abs(mean) < 1e-6 && abs(square - 1) < 1e-6)
    }
  }

  @Test func notANumberStaysInItsGroup() {
    var input = SeededParameters.input(shape: [4, 2, 2], seed: 74)
    input.values[0] = .nan
    let found = run(input, to: input.shape) { source, target, _ in
      target.writeGroupNorm(of: source, GroupNorm(groups: 2), weight: nil, bias: nil)
    }
    let (first, second) = (found.values[..<8], found.values[8...])
    #expect(first.allSatisfy(\.isNaN) && second.allSatisfy(\.isFinite))
  }
}
