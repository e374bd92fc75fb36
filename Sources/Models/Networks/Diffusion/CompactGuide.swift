import Graphs
import Kernels

/// The compact suite's guide: ``CompactCLIPImage`` made to read noisy images of 64 pixels.
///
/// Inputs and output as in ``TimeConditionedTower``. The timestep scales and shifts the result of every batch norm but
/// those of shortcuts and the last. Parameters under `visual` are the compact CLIP's, of which `visual.fc` alone has
/// another shape, since it sees fewer pixels. Taps: `stem`, then `layer1.0` … `layer4.0`, one a residual block.
///
/// Sources: as ``TimeConditionedTower``.
package struct CompactGuide: TimeConditionedTower {
  /// Name on the command line.
  package let name = "compact-guide"
  /// One line for people.
  package let summary =
    "The compact CLIP's image tower for noisy 64-pixel faces, 128-d embedding; guides SDG; compact "
    + "suite"
  /// `S`.
  package let imageSize = 64
  /// The maps that structure and style are compared by.
  package let featureTaps = ["stem", "layer1.0", "layer2.1", "layer3.1", "layer4.0"]

  private static let width = 64
  private let backbone = CompactCLIPImage.backbone(
    name: "compact-guide-backbone", size: 64)

  /// The network of the compact suite.
  package init() {}

  /// Describes the network once.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    var modulation = TimeModulation(
      scope, timestep: inputs["timestep"], width: Self.width, hidden: Self.width,
      channels: backbone.conditionedChannels)
    return backbone.describe(scope["visual"], inputs["image"]) { modulation($0) }
  }
}
