import Datasets
import Images
import Models
import Pipelines
import Tensors

/// Whatever turns a condition into an image.
///
/// A method is ready when it exists: folders are listed, averages computed, commands and systems have run. Its
/// images can then be requested in any order and from any thread.
package protocol Method: Sendable {
  /// The row's name.
  var name: String { get }
  /// Everything that can move the method's pixels beside its inputs, as one line of text.
  var fingerprint: String { get }
  /// Ids that were requested but are missing, sorted by bytes.
  var missing: [String] { get }
  /// Ids that exist but were not requested, sorted by bytes.
  var surplus: [String] { get }
  /// Further remarks on where the images come from.
  var findings: [DatasetFinding] { get }
  /// How long each image took, where that is known.
  var times: [String: GenerationTime] { get }

  /// The image for a pair, RGB.
  ///
  /// - Throws: `MethodError`, whose `state` says how this input ends.
  func image(for pair: Pair) throws(MethodError) -> Raster

  /// What the image for a pair is made of; nil where only the pixels identify it.
  func origin(of pair: Pair) -> ImageOrigin?
}

extension Method {
  package var missing: [String] { [] }
  package var surplus: [String] { [] }
  package var findings: [DatasetFinding] { [] }
  package var times: [String: GenerationTime] { [:] }
  package func origin(of pair: Pair) -> ImageOrigin? { nil }

  /// What a person should know of where the images come from, a line each.
  package var notices: [String] {
    var notices = findings.map { "\(name): \($0)" }
    if !surplus.isEmpty {
      notices.append("\(name): \(surplus.count) images belong to no pair and are left out")
    }
    return notices
  }
}

/// What opening a method needs to know about the run.
package struct MethodContext: Sendable {
  /// All pairs of the table, also those that another shard measures.
  package var pairs: [Pair]
  /// The ids that this process measures; nil means all of them.
  package var ids: Set<String>?
  /// Width and height in pixels of what built-in methods and systems make.
  package var size = 256
  /// The run's seed.
  package var seed: UInt64 = 0
  /// Threads for work on whole sets.
  package var workers = Workers()
  /// Folder in which the images of an external command or a system are kept.
  package var outputDirectory: String
  /// Folder for what is drawn once for all runs; nil draws it again.
  package var cache: String?
  /// Where built-in methods and systems get their networks.
  package var loader = ModelLoader(.compact)
  /// Fine-tunes models for edits where a system has none; nil where nothing may be trained.
  package var tuner: EditTuner?
  /// How an external command is run.
  package var command = CommandOptions()
  /// Asked several times a second whether to stop.
  package var shouldStop: @Sendable () -> Bool = { false }
  /// Told after every image of an external command and every group of a system.
  package var progress: @Sendable (MethodProgress) -> Void = { _ in }

  /// A run over pairs that keeps its images in a folder.
  package init(pairs: [Pair], outputDirectory: String) {
    self.pairs = pairs
    self.outputDirectory = outputDirectory
  }

  /// What a system sees of it.
  package var system: SystemContext {
    SystemContext(loader: loader, workers: workers, tuner: tuner)
  }

  /// The pairs that this process measures.
  var measuredPairs: [Pair] {
    guard let ids else { return pairs }
    return pairs.filter { ids.contains($0.id) }
  }
}

/// How far the making of a method's images has come.
package struct MethodProgress: Equatable, Sendable {
  /// Images that are finished or have failed.
  package let finished: Int
  /// Those of them that were there from an earlier call.
  package let reused: Int
  /// All of them.
  package let total: Int
}

extension MethodSpecification {
  /// Makes the method ready: lists its folder, runs its command or system, or prepares what is built in.
  ///
  /// - Throws: `MethodError` if the method as a whole cannot be used.
  package func open(in context: MethodContext) throws(MethodError) -> any Method {
    switch source {
    case .folder(let directory):
      return try FolderMethod(
        name: name, directory: directory, expecting: context.pairs.map(\.id),
        measuring: context.ids)
    case .command(let arguments):
      return try CommandMethod(name: name, arguments: arguments, running: context)
    case .builtin(let method): return try method.open(named: name, in: context)
    case .system(let choice): return try SystemMethod(name: name, choice, running: context)
    }
  }
}
