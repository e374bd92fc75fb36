import Checkpoints
import Foundation
import Tensors
import Training

/// Somebody asked to stop; what a checkpoint holds is kept.
package struct TrainingStopped: Error, CustomStringConvertible {
  /// The same for every recipe.
  package let description = "stopped on request; a second call resumes"

  /// The reason.
  package init() {}
}

/// How far a training has come.
package enum TrainingProgress: Sendable {
  /// What a training needs is being computed; `activity` says what.
  case preparing(_ activity: String, done: Int, total: Int)
  /// A step was taken; `resumed` of them were taken in an earlier call.
  case step(recipe: String, step: Int, steps: Int, resumed: Int, loss: Double)
}

/// Where recipes run: threads, folders, and where progress is reported.
package struct TrainingEnvironment: Sendable {
  /// Folder of what is written: weights, checkpoints and drawn faces.
  package let folder: String
  /// Threads; no bit depends on them.
  package let workers: Workers
  /// Asked at every step.
  package var shouldStop: @Sendable () -> Bool = { false }
  /// Gets the progress.
  package var report: @Sendable (TrainingProgress) -> Void = { _ in }

  /// Works in a folder.
  package init(folder: String, workers: Workers = Workers()) {
    self.folder = folder
    self.workers = workers
  }

  /// The path of a file in the folder.
  package func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Where a network's weights are: the file that was trained in this folder, or else the program's.
  package func file(of name: String) -> String {
    let trained = path("\(name).safetensors")
    return FileManager.default.fileExists(atPath: trained)
      ? trained : CompactWeights.path(of: name)
  }

  /// What a file says of its training; with the curve if it is a part that another goes on from.
  package func metadata(_ plan: TrainingPlan, _ curve: LossCurve? = nil) -> [String: String] {
    var metadata = ["plan": plan.description]
    metadata["curve"] = curve?.text
    return metadata
  }

  /// The loss curve of a part of a training that ended by this plan in an earlier call; nil if its file is
  /// not there.
  ///
  /// - Throws: `CheckpointError` if the file cannot be read.
  package func finished(_ part: String, _ plan: TrainingPlan, in name: String) throws -> LossCurve?
  {
    guard FileManager.default.fileExists(atPath: path(name)) else { return nil }
    let notes = try Checkpoint.open(path: path(name)).notes
    guard notes.contains("plan: \(plan.description)") else { return nil }
    let prefix = "curve: "
    let text = notes.first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count) ?? ""
    return LossCurve(name: part, text: String(text))
  }

  /// Writes tensors: matrices and filters in half precision, vectors, which weigh nothing, in single.
  ///
  /// - Parameters:
  ///   - tensors: in the file's order.
  ///   - metadata: texts that the file holds beside them.
  ///   - name: of the file in the folder.
  /// - Throws: `CheckpointError` of kind `unwritable`.
  package func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String], to name: String
  ) throws {
    try SafetensorsFile.write(
      tensors.map { name, tensor in
        (name, tensor.shape.count > 1 ? StoredArray.halves(tensor) : .floats(tensor))
      }, metadata: metadata, to: path(name))
  }
}
