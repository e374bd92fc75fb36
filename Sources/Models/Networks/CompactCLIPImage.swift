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
  package let name: String
  /// One line for people.
  package let summary: String
  /// Per-sample shape of the published input.
  package let inputShape = [3, CompactNetworks.clipSize, CompactNetworks.clipSize]
  /// Beginnings of names that checkpoints hold beside this network.
  package let ignorableCheckpointPrefixes = CLIPNames.shared + CLIPNames.text

  private let backbone: IResNet

  /// The residual network for images of a size.
  ///
  /// - Parameters:
  ///   - name: the network's.
  ///   - size: side of the images in pixels.
  ///   - lastWidth: channels of the last block, whose map the embedding reads.
  /// - Returns: the network.
  static func backbone(name: String, size: Int, lastWidth: Int = 192) -> IResNet {
    IResNet(
      name: name, summary: "", size: size, stem: (24, 2),
      stages: [(1, 32), (2, 64), (2, 128), (1, lastWidth)], embedding: 128)
  }

  /// A tower of the compact suite.
  ///
  /// - Parameters:
  ///   - name: on the command line.
  ///   - role: what the tower is, the first words of its summary.
  ///   - lastWidth: channels of the last block, whose map the embedding reads.
  init(name: String, role: String, lastWidth: Int) {
    self.name = name
    summary =
      "\(role) of eight residual blocks for 96-pixel faces, 128-d embedding; compact suite"
    backbone = Self.backbone(
      name: "\(name)-backbone", size: CompactNetworks.clipSize, lastWidth: lastWidth)
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    backbone.describe(scope["visual"], input)
  }
}
