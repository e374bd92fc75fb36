import Graphs
import Kernels

/// The image tower of the compact CLIP: an improved residual network under CLIP's prefix.
///
/// Input `[3, 96, 96]`, RGB in −1…1. Output `[128]`, not normalized to unit length.
///
/// Source: Radford et al., arXiv 2103.00020; the residual network is ``IResNet``.
///
/// - Deviation: CLIP's own ResNets halve maps by averages and end in attention; bottlenecks of so few
///   channels learn little, and plain blocks of the same cost much more.
package struct CompactCLIPImage: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name = "compact-clip"
  /// One line for people.
  package let summary =
    "CLIP's image tower of eight residual blocks for 96-pixel faces, 128-d embedding; compact suite"
  /// Per-sample shape of the published input.
  package let inputShape = [3, CompactNetworks.clipSize, CompactNetworks.clipSize]
  /// Beginnings of names that checkpoints hold beside this network.
  package let ignorableCheckpointPrefixes = CLIPNames.shared + CLIPNames.text

  private let backbone = backbone(
    name: "compact-clip-backbone", size: CompactNetworks.clipSize)

  /// The residual network for images of a size.
  static func backbone(name: String, size: Int) -> IResNet {
    IResNet(
      name: name, summary: "", size: size, stem: (24, 2),
      stages: [(1, 32), (2, 64), (2, 128), (1, 192)], embedding: 128)
  }

  /// The network of the compact suite.
  package init() {}

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    backbone.describe(scope["visual"], input)
  }
}
