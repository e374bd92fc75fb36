import Checkpoints
import Images
import Models
import Networks
import Recipes
import Systems
import Tensors

/// What finds codes of heads in their fronts.
struct HeadEncoder {
  private let network: LoadedNetwork

  /// Reads a file that holds the encoder, alone or with what was trained beside it.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  init(_ path: String) throws {
    let planes = CompactNetworks.headPlanes
    network = try LoadedNetwork(
      HeadTraining.encoder, checkpoint: OpenCheckpoint(path),
      ignoring: planes.mapping.ignorableCheckpointPrefixes
        + planes.synthesis.ignorableCheckpointPrefixes + ["decoder.", StyleGAN2.meanName])
  }

  /// Codes that the generator's mapping reads.
  ///
  /// - Parameters:
  ///   - fronts: as ``TurnedHeads/front(of:)`` gives them.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: one code each.
  /// - Throws: `GraphError` for a code that is not finite.
  func codes(of fronts: [Raster], workers: Workers) throws -> [[Float]] {
    try network.vectors(fronts.count, workers: workers) { fronts[$0].signedPlanes }
  }
}
