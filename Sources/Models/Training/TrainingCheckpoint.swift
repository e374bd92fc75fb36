import Checkpoints
import Gradients
import Graphs
import Tensors

/// A training's state in a safetensors file, which takes its place whole.
///
/// Parameters, statistics, moments and EMA have their own prefixes; the metadata hold step and
/// plan. The order of samples follows from plan and step, so no generator needs to be kept.
package enum TrainingCheckpoint {
  /// Writes the state.
  ///
  /// - Throws: `CheckpointError` of kind `unwritable`.
  package static func write(
    _ state: TrainingState, plan: TrainingPlan, to path: String
  ) throws(CheckpointError) {
    let tensors = state.blocks.flatMap { name, block in
      block.specifications.map {
        (name: fullName(name, $0.name), tensor: block.tensor($0))
      }
    }
    try SafetensorsFile.write(
      tensors, metadata: [stepKey: "\(state.step)", planKey: plan.description], to: path)
  }

  /// Reads a state that was written before; the training then goes on as if it had never stopped.
  ///
  /// - Throws: `CheckpointError` if the file cannot be read, ``TrainingError`` if it belongs to another
  ///   training.
  package static func read(
    _ path: String, plan: TrainingPlan, into state: TrainingState
  ) throws {
    let file = try Checkpoint.open(path: path)
    guard let found = note(planKey, of: file), let step = note(stepKey, of: file).flatMap(Int.init)
    else { throw TrainingError.notACheckpoint(path: path) }
    guard found == plan.description else {
      throw TrainingError.otherPlan(path: path, found: found, expected: plan.description)
    }
    var filled: [(ParameterBlock, [String: Tensor])] = []
    for (name, block) in state.blocks {
      var tensors: [String: Tensor] = [:]
      for specification in block.specifications {
        let full = fullName(name, specification.name)
        guard let stored = file[full], stored.shape == specification.shape else {
          throw TrainingError.unfit(
            path: path, name: full, expected: specification.shape, found: file[full]?.shape)
        }
        tensors[specification.name] = try stored.tensor()
      }
      filled.append((block, tensors))
    }
    // Nothing is changed before everything has been read.
    for (block, tensors) in filled { try block.fill(from: tensors) }
    state.optimizer.step = step
  }

  private static let stepKey = "step"
  private static let planKey = "plan"

  private static func fullName(_ block: String, _ name: String) -> String { "\(block)/\(name)" }

  private static func note(_ key: String, of file: Checkpoint) -> String? {
    file.notes.first { $0.hasPrefix("\(key): ") }.map { String($0.dropFirst(key.count + 2)) }
  }
}
