import Checkpoints
import Essentials
import Foundation
import Graphs
import Tensors
import Training

/// How one network of the compact suite is trained from nothing, and judged on faces it never saw.
package protocol Recipe: Sendable {
  /// Name of the network, for example `compact-bisenet`.
  var name: String { get }
  /// What it is for and what it learns, in a sentence or two.
  var purpose: String { get }
  /// The faces that it is trained on, in words.
  var material: String { get }
  /// Steps, batches and rules.
  var plan: TrainingPlan { get }
  /// Trains the network and writes its files.
  ///
  /// - Returns: the loss curves.
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  func train(_ kitchen: Kitchen) throws -> [LossCurve]
  /// Measures the written network.
  ///
  /// - Throws: errors of files.
  func figures(_ kitchen: Kitchen) throws -> [Figure]
  /// The written files, the network's own first.
  var fileNames: [String] { get }
  /// The plan in words.
  var rules: String { get }
}

extension Recipe {
  package var fileNames: [String] { ["\(name).safetensors"] }
  package var rules: String { plan.description }
}

/// All recipes, in the order in which `evalkit train all` follows them: the smallest first.
package enum RecipeBook {
  /// The recipes at full effort.
  package static let recipes: [any Recipe] = [
    PerceptualRecipe(), InceptionRecipe(), IdentityRecipe(), ParserRecipe(), ContrastiveRecipe(),
    DenoiserRecipe(),
  ]
}

/// One loss over the steps of a training.
package struct LossCurve: Equatable, Sendable {
  /// What was measured.
  package let name: String
  /// Steps taken, and the mean loss of the steps since the point before.
  package var points: [(step: Int, loss: Double)]

  /// The points as lines `step,loss`.
  var text: String { points.map { "\($0.step),\($0.loss)\n" }.joined() }

  /// Names a curve without points.
  init(name: String) {
    self.name = name
    points = []
  }

  /// Reads ``text``; what is no point is passed over.
  init(name: String, text: String) {
    self.name = name
    points = text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: ",")
      guard fields.count == 2, let step = Int(fields[0]), let loss = Double(fields[1]) else {
        return nil
      }
      return (step, loss)
    }
  }

  package static func == (left: LossCurve, right: LossCurve) -> Bool {
    left.name == right.name && left.points.elementsEqual(right.points, by: ==)
  }
}

/// A validation figure with what is asked of it.
package struct Figure: Equatable, Sendable {
  /// What it says.
  package let name: String
  /// The measured value.
  package let value: Double
  /// The least that is accepted; nil where nothing is asked.
  package let floor: Double?
  /// What it was measured on.
  package let material: String

  /// Whether it is good enough.
  package var isMet: Bool { floor.map { value >= $0 } ?? true }
}

/// Somebody asked to stop; what a checkpoint holds is kept.
package struct TrainingStopped: Error, CustomStringConvertible {
  package let description = "stopped on request; a second call resumes"
}

/// Where recipes are followed: threads, folders, and whom to tell.
package struct Kitchen: Sendable {
  /// What goes on.
  package enum News: Sendable {
    /// Faces are being drawn.
    case drawing(done: Int, total: Int)
    /// A step was taken.
    case step(recipe: String, step: Int, steps: Int, loss: Double)
  }

  /// Folder of what is written: weights, checkpoints and drawn faces.
  package let folder: String
  /// Threads; no bit depends on them.
  package let workers: Workers
  /// Asked at every step.
  package var shouldStop: @Sendable () -> Bool = { false }
  /// Told what goes on.
  package var tell: @Sendable (News) -> Void = { _ in }

  /// Works in a folder.
  package init(folder: String, workers: Workers = Workers()) {
    self.folder = folder
    self.workers = workers
  }

  /// The path of a file in the folder.
  package func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// The drawn faces of a plan.
  func faces(_ plan: StudyFaces.Plan) throws -> StudyFaces {
    try StudyFaces(plan, in: folder, workers: workers) { done, total in
      if shouldStop() { throw TrainingStopped() }
      tell(.drawing(done: done, total: total))
    }
  }

  /// What a file says of its training; with the curve if it is a part that another goes on from.
  func note(_ plan: TrainingPlan, _ curve: LossCurve? = nil) -> [String: String] {
    var note = ["plan": plan.description]
    note["curve"] = curve?.text
    return note
  }

  /// The loss curve of a part of a training that ended by this plan in an earlier call; nil if its file is
  /// not there.
  func finished(_ part: String, _ plan: TrainingPlan, in name: String) throws -> LossCurve? {
    guard FileManager.default.fileExists(atPath: path(name)) else { return nil }
    let notes = try Checkpoint.open(path: path(name)).notes
    guard notes.contains("plan: \(plan.description)") else { return nil }
    let prefix = "curve: "
    let text = notes.first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count) ?? ""
    return LossCurve(name: part, text: String(text))
  }

  /// Writes tensors: matrices and filters in half precision, vectors, which weigh nothing, in single.
  ///
  /// - Throws: `CheckpointError` of kind `unwritable`.
  func write(
    _ tensors: [(name: String, tensor: Tensor)], note: [String: String], to name: String
  ) throws {
    try SafetensorsFile.write(
      tensors.map { name, tensor in
        (name, tensor.shape.count > 1 ? StoredArray.halves(tensor) : .floats(tensor))
      }, metadata: note, to: path(name))
  }
}
