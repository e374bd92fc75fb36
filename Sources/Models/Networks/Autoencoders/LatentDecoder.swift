import Graphs
import Kernels

/// The half of a ``LatentAutoencoder`` that makes images of latents.
///
/// Input `[Z, s, s]`, which a model with a codebook quantizes first. Output `[3, S, S]`, about −1…1. Taps: `quantize`,
/// `decoder.conv_in`, `decoder.mid.block_1`, `.attn_1`, `.block_2`, `decoder.up.L.block.B`, `decoder.up.L.upsample`.
package struct LatentDecoder: PublishedNetwork, SingleInputNetwork {
  /// The autoencoder's name and `-decoder`.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Which model it is of.
  package let configuration: LatentAutoencoder.Configuration
  /// The other half, and what trained both.
  package var ignorableCheckpointPrefixes: [String] {
    ["encoder.", "quant_conv.", "loss.", LatentAutoencoder.scaleName]
      + (configuration.codes == nil ? ["quantize."] : [])
  }

  init(name: String, _ summary: String, _ configuration: LatentAutoencoder.Configuration) {
    self.name = name + "-decoder"
    self.summary = summary
    self.configuration = configuration
  }

  /// Per-sample shape of the published input.
  package var inputShape: [Int] {
    let side = configuration.imageSize / configuration.reduction
    return [configuration.latentChannels, side, side]
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let blocks = configuration.blocks
    let decoder = scope["decoder"]
    var latent = input
    if let codes = configuration.codes {
      latent = scope["quantize"]["embedding"].nearestCodes(latent, count: codes).tapped("quantize")
    }
    latent = scope["post_quant_conv"].convolution(latent, to: latent.channels, kernel: 1)
    let coarsest = configuration.width(configuration.multipliers.count - 1)
    var x = decoder["conv_in"].convolution(latent, to: coarsest, kernel: 3, padding: 1)
      .tapped(decoder["conv_in"].prefix)
    x = ascend(decoder["up"], configuration.middle(decoder["mid"], x))
    let result = decoder["conv_out"].convolution(
      blocks.norm(decoder["norm_out"], x).silu(),
      to: 3 * configuration.fold * configuration.fold, kernel: 3, padding: 1)
    return configuration.fold > 1 ? result.pixelShuffled(by: configuration.fold) : result
  }

  private func ascend(_ scope: Scope, _ middle: Value) -> Value {
    let blocks = configuration.blocks
    var x = middle
    for level in configuration.multipliers.indices.reversed() {
      let place = scope[level]
      for index in 0...configuration.residualBlocks {
        let block = place["block"][index]
        x = blocks.residual(block, x, to: configuration.width(level)).tapped(block.prefix)
      }
      guard level > 0 else { continue }
      x = blocks.doubled(place["upsample"], x).tapped(place["upsample"].prefix)
    }
    return x
  }
}
