import Models
import Networks
import Pipelines
import Systems

/// The compact controlled diffusion with either kind of hint, out of one file.
struct ControlledModels: Sendable {
  private let mask, scribble: ControlledModel

  /// Reads a file.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`; errors of the embedded text tower.
  init(file: String) throws {
    let texts = try TextContext.ofProgram(tokens: CompactNetworks.controlTokens)
    mask = try .compact(.mask, checkpoint: file, texts: texts)
    scribble = try .compact(.scribble, checkpoint: file, texts: texts)
  }

  /// That of a kind of hint.
  subscript(_ hint: CompactNetworks.Hint) -> ControlledModel {
    switch hint {
    case .mask: mask
    case .scribble: scribble
    }
  }
}
