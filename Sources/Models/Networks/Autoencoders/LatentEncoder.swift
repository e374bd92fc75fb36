import Graphs
import Kernels

/// The half of a ``LatentAutoencoder`` that makes latents of images.
///
/// Input `[3, S, S]` in −1…1. Output `[2 Z, s, s]`, means and then logarithms of variances, or, if the model is not
/// variational, latents `[Z, s, s]` that are not quantized yet. Taps: `encoder.conv_in`, `encoder.down.L.block.B`,
/// `encoder.down.L.downsample`, `encoder.mid.block_1`, `.attn_1`, `.block_2`.
package struct LatentEncoder: PublishedNetwork, SingleInputNetwork {
  /// The autoencoder's name and `-encoder`.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Which model it is of.
  package let configuration: LatentAutoencoder.Configuration
  /// The other half, and what trained both.
  package let ignorableCheckpointPrefixes = [
    "decoder.", "post_quant_conv.", "quantize.", "loss.", LatentAutoencoder.scaleName,
  ]

  init(name: String, _ summary: String, _ configuration: LatentAutoencoder.Configuration) {
    self.name = name + "-encoder"
    self.summary = summary
    self.configuration = configuration
  }

  /// Per-sample shape of the published input.
  package var inputShape: [Int] { [3, configuration.imageSize, configuration.imageSize] }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let blocks = configuration.blocks
    let encoder = scope["encoder"]
    var x = descend(
      encoder, configuration.fold > 1 ? input.pixelUnshuffled(by: configuration.fold) : input)
    x = blocks.norm(encoder["norm_out"], configuration.middle(encoder["mid"], x)).silu()
    let width = configuration.latentChannels * (configuration.isVariational ? 2 : 1)
    return scope["quant_conv"].convolution(
      encoder["conv_out"].convolution(x, to: width, kernel: 3, padding: 1), to: width, kernel: 1)
  }

  private func descend(_ scope: Scope, _ input: Value) -> Value {
    let blocks = configuration.blocks
    var x = scope["conv_in"].convolution(
      input, to: configuration.channels, kernel: 3, padding: 1
    ).tapped(scope["conv_in"].prefix)
    for level in configuration.multipliers.indices {
      let place = scope["down"][level]
      for index in 0..<configuration.residualBlocks {
        let block = place["block"][index]
        x = blocks.residual(block, x, to: configuration.width(level)).tapped(block.prefix)
      }
      guard level < configuration.multipliers.count - 1 else { continue }
      x = blocks.halved(place["downsample"], x).tapped(place["downsample"].prefix)
    }
    return x
  }
}
