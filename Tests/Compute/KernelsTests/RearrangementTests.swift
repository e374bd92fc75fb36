import Kernels
import ReferenceKernels
import Tensors
import TestSupport
import Testing

/// What diffusion models do to maps beside convolutions, against PyTorch's own numbers.
@Suite struct RearrangementTests {
  @Test(arguments: [1, 2, 3])
  func unshufflingAndShufflingAreInverse(block: Int) {
    let input = SeededParameters.input(shape: [5, 6 * block, 2 * block], seed: 81)
    let folded = run(input, to: [5 * block * block, 6, 2]) { source, target, _ in
      target.writePixelUnshuffled(source, block: block)
    }
    #expect(folded == Reference.pixelUnshuffled(input, block: block))
    let back = run(folded, to: input.shape) { source, target, _ in
      target.writePixelShuffled(source, block: block)
    }
    #expect(back == input)
    #expect(Reference.pixelShuffled(folded, block: block) == input)
  }

  /// `torch.nn.functional.pixel_unshuffle(torch.arange(16.).reshape(1, 1, 4, 4), 2)`.
  @Test func channelsOfABlockStandInPyTorchsOrder() {
    let input = Tensor(shape: [1, 4, 4], values: (0..<16).map(Float.init))
    let found = run(input, to: [4, 2, 2]) { source, target, _ in
      target.writePixelUnshuffled(source, block: 2)
    }
    #expect(found.values == [0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15])
  }

  @Test func bicubicWeightsSumToOne() {
    for (inputs, outputs) in [(256, 224), (64, 96), (5, 13), (13, 5), (1, 4)] {
      for taps in Resampling.bicubic(from: inputs, to: outputs) {
        let sum = taps.reduce(0.0) { $0 + Double($1.weight) }
        // Four weights, each rounded once.
        #expect(abs(sum - 1) <= 4 * 0x1p-24)
      }
    }
  }

  @Test(arguments: [TimestepEmbedding.Form.cosinesFirst, .sinesFirst])
  func timestepsAreSinesAndCosines(form: TimestepEmbedding.Form) {
    let embedding = TimestepEmbedding(width: 8, form: form)
    #expect(embedding.frequencies[0] == 1)
    let (sines, cosines) = (form == .sinesFirst ? 0 : 4, form == .sinesFirst ? 4 : 0)
    let values = embedding.values(at: 250)
    for index in 0..<4 {
      let (sine, cosine) = (Double(values[sines + index]), Double(values[cosines + index]))
      #expect(abs(sine * sine + cosine * cosine - 1) <= 4 * 0x1p-24)
    }
    #expect(
      embedding.values(at: 0)
        == (form == .sinesFirst ? [0, 0, 0, 0, 1, 1, 1, 1] : [1, 1, 1, 1, 0, 0, 0, 0]))
    // The last frequency tells the two spreads apart: 10⁴ to the power of −¾ or −1.
    let last = Double(embedding.frequencies[3])
    #expect(abs(last - (form == .sinesFirst ? 1e-4 : 1e-3)) < 1e-9)
  }
}
