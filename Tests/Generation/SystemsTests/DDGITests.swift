import Graphs
import Systems
import Tensors
import TestSupport
import Testing

@Suite struct ModulatedCodesTests {
  private func numbers(_ seed: UInt64) -> [Float] {
    SeededParameters.input(shape: [6], seed: seed).values
  }

  /// Untrained networks give zeros: the mean code, and with M alone what M says, to the bit.
  @Test func zerosAreTheIdentity() {
    let (mean, mapped) = (Array(numbers(1)[..<3]), numbers(2))
    let zeros = [Float](repeating: 0, count: 6)
    #expect(ModulatedCodes(mean: mean, mapped: zeros).values == mean + mean)
    let alone = ModulatedCodes(mean: mean, mapped: mapped)
    let untrained = ModulatedCodes(
      mean: mean, mapped: mapped,
      modulation: ModulatedCodes.Modulation(scale: zeros, shift: zeros))
    #expect(alone.values == untrained.values)
  }

  /// The codes are linear in each part, so a difference of any size gives the gradient but for rounding.
  @Test func gradientsAreDifferences() throws {
    let parts = [numbers(2), numbers(3), numbers(4)]
    let upstream = numbers(5)
    func codes(_ parts: [[Float]]) -> ModulatedCodes {
      ModulatedCodes(
        mean: Array(numbers(1)[..<3]), mapped: parts[0],
        modulation: ModulatedCodes.Modulation(scale: parts[1], shift: parts[2]))
    }
    func loss(_ parts: [[Float]]) -> Double {
      zip(codes(parts).values, upstream).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let found = codes(parts).gradient(upstream)
    let modulation = try #require(found.modulation)
    let gradients = [found.mapped, modulation.scale, modulation.shift]
    for part in parts.indices {
      for place in 0..<6 {
        var (up, down) = (parts, parts)
        up[part][place] += 0.5
        down[part][place] -= 0.5
        #expect(abs(loss(up) - loss(down) - Double(gradients[part][place])) < 1e-6)
      }
    }
  }

  @Test func codesLieAlongTheSecondAxis() {
    let tokens = ModulatedCodes.tokens([1, 2, 3, 4, 5, 6], width: 3)
    #expect(tokens == Tensor(shape: [3, 2, 1], values: [1, 4, 2, 5, 3, 6]))
  }
}

@Suite struct DiffusionFeatureTests {
  /// Two levels of 2 and 4 pixels a side, three tokens of which the middle one is a word, two heads.
  private static func features(look: Float) -> DiffusionFeatures {
    func level(_ channels: Int, _ side: Int, _ seed: UInt64) -> DiffusionFeatures.Level {
      let pixels = side * side
      var looks = Tensor(shape: [3, 2 * pixels, 1])
      for column in 0..<2 * pixels {
        // All look at the first and last token; the second head at the word, at the last pixel more than elsewhere.
        let word: Float = column < pixels ? 0 : column == 2 * pixels - 1 ? look : look / 4
        looks.values[2 * pixels + column] = word
        for other in [0, 2] {
          looks.values[other * 2 * pixels + column] = (1 - word) / 2
        }
      }
      return DiffusionFeatures.Level(
        features: SeededParameters.input(shape: [channels, side, side], seed: seed),
        attention: [looks])
    }
    return DiffusionFeatures(
      middle: Tensor(shape: [1, 1, 1]), levels: [level(3, 2, 1), level(2, 4, 2)])
  }

  /// A map of attention is divided by its largest value, so only its shape counts.
  @Test func attentionCountsByItsShape() throws {
    let inputs = Self.features(look: 0.5).modulationInputs(size: 4, words: 1..<2, attention: .maps)
    let faint = Self.features(look: 0.25).modulationInputs(
      size: 4, words: 1..<2, attention: .maps)
    let local = try #require(inputs["local"])
    #expect(local.shape == [5, 4, 4])
    #expect(inputs["global"]?.shape == [1, 4, 4])
    #expect(local == faint["local"])
    let plain = try #require(
      Self.features(look: 0.5).modulationInputs(size: 4, words: 1..<2, attention: .none)["local"])
    // The finer level, whose maps lie as they are: a quarter, and all of the last pixel.
    for place in 3 * 16..<5 * 16 {
      let factor: Float = place % 16 == 15 ? 1 : 0.25
      #expect(local.values[place] == factor * plain.values[place])
    }
  }

  @Test func withoutAttentionTheGlobalMapIsTheMean() throws {
    let inputs = Self.features(look: 0.5).modulationInputs(size: 4, words: 1..<2, attention: .none)
    let (local, global) = (try #require(inputs["local"]), try #require(inputs["global"]))
    for pixel in 0..<16 {
      let coarse = (0..<3).reduce(Float(0)) { $0 + local.values[$1 * 16 + pixel] } / 3
      let fine = (3..<5).reduce(Float(0)) { $0 + local.values[$1 * 16 + pixel] } / 2
      #expect(abs(global.values[pixel] - (coarse + fine) / 2) < 1e-6)
    }
  }

  /// A larger map becomes means of blocks; a smaller one is what a bilinear resize of networks makes of it.
  @Test func featuresAreBroughtToOneSize() throws {
    struct Resize: SingleInputNetwork {
      let name = "resize"
      let inputShape = [3, 2, 2]

      func describe(_ scope: Scope, _ input: Value) -> Value {
        input.resizedBilinear(rows: 4, columns: 4, alignCorners: false)
      }
    }
    let features = Self.features(look: 0.5)
    let large = try #require(
      features.modulationInputs(size: 4, words: 1..<2, attention: .none)["local"])
    let wanted = try #require(
      try Graph(tracing: Resize()).evaluate(features.levels[0].features, parameters: [:])[
        Graph.mainOutput])
    for (found, value) in zip(large.values, wanted.values) { #expect(abs(found - value) < 1e-6) }
    let small = try #require(
      features.modulationInputs(size: 2, words: 1..<2, attention: .none)["local"])
    let fine = features.levels[1].features.values
    #expect(abs(small.values[3 * 4] - (fine[0] + fine[1] + fine[4] + fine[5]) / 4) < 1e-6)
  }

  @Test func marksAreNoWords() {
    let looks = Self.features(look: 0.5).looks(size: 2, at: 1..<2)
    #expect(looks.shape == [1, 2, 2])
    #expect(looks.values[0] < 0.2 && looks.values[3] > looks.values[0])
  }
}
