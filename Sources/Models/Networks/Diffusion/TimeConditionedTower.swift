import Graphs
import Kernels

/// An image tower that knows how noisy its image is: what guides the sampling of a diffusion model.
///
/// Inputs: `image [3, S, S]`, noisy, in about −1…1; `timestep [1]`, 0…999. Output `[E]`, not normalized to unit length.
///
/// Source: Liu et al., "More Control for Free! Image Synthesis with Semantic Diffusion Guidance", WACV 2023,
/// arXiv 2112.05744, section 3.2; `xh-liu/SDG_code`, `sdg/clip_guidance.py` (`CLIP_gd`).
package protocol TimeConditionedTower: PublishedNetwork {
  /// `S`.
  var imageSize: Int { get }
  /// Results x₁…x₅ between input and embedding, `[C, H, W]` each, by their names as taps.
  var featureTaps: [String] { get }
}

extension TimeConditionedTower {
  /// What it reads.
  package var inputs: [NetworkInput] {
    [.map("image", channels: 3, rows: imageSize, columns: imageSize), .scalar("timestep")]
  }
}

/// Scales and shifts that a timestep gives to batch norms, one after the other.
///
/// One vector holds them all: for each norm in the order of the network its scales `[C]`, then its shifts `[C]`.
struct TimeModulation {
  private let vector: Value
  private var position = 0

  /// Reads the timestep by `time_embed.{0,2}` and `emb_layers.1`.
  ///
  /// - Parameters:
  ///   - scope: of the whole network.
  ///   - timestep: `[1]`.
  ///   - width: of the sines and cosines.
  ///   - hidden: width of the layers in between.
  ///   - channels: of all norms together.
  init(_ scope: Scope, timestep: Value, width: Int, hidden: Int, channels: Int) {
    let embedding = timestep.timestepEmbedding(
      TimestepEmbedding(width: width, form: .cosinesFirst))
    let first = scope["time_embed"]["0"].linear(embedding, to: hidden).relu()
    let second = scope["time_embed"]["2"].linear(first, to: hidden)
    vector = scope["emb_layers"]["1"].linear(second.relu(), to: 2 * channels)
  }

  /// `x · (1 + scale) + shift` with the next scales and shifts.
  mutating func callAsFunction(_ x: Value) -> Value {
    defer { position += 2 * x.channels }
    return x.modulated(
      scale: vector.channels(from: position, count: x.channels),
      shift: vector.channels(from: position + x.channels, count: x.channels))
  }
}
