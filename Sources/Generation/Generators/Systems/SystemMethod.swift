import Datasets
import Pipelines
import Terms

/// A system as a method: conditions become images, a group at a time.
///
/// Images are in the output folder as `<id>.png`, receipts in its hidden sub-folder `.evalkit`. An image whose receipt
/// still fits (same system, options, weights, size, conditions, seed and bytes) is not made again.
package struct SystemMethod: KeptImages {
  package let name: String
  package let fingerprint: String
  package let findings: [DatasetFinding]
  package let missing: [String]
  /// Why an id has no image.
  package let failures: [String: ImageFailure]
  package let times: [String: GenerationTime]
  package let reused: [String]
  package let directory: String
  /// Systems run in this process and keep no log.
  package let logPath: String? = nil

  /// Makes the images of the pairs that this process measures, but those that are there.
  ///
  /// - Parameters:
  ///   - name: the row's name.
  ///   - choice: the system and its options.
  ///   - pipeline: the system when it has been opened already; nil opens it.
  ///   - context: the run.
  /// - Throws: `MethodError.system` and `.unusableSystem` if it cannot be opened; `.foreignImages` if the folder
  ///   holds images without receipts; `.cancelled`; `.file` if the folder cannot be used.
  package init(
    name: String, _ choice: SystemChoice, pipeline: (any ImagePipeline)? = nil,
    running context: MethodContext
  ) throws(MethodError) {
    let directory = Paths.absolute(context.outputDirectory)
    let book = try SystemRun.book(in: directory)
    let opened: any ImagePipeline
    if let pipeline {
      opened = pipeline
    } else {
      opened = try choice.open(in: context.system)
    }
    let fingerprint =
      "system \(choice.description) \(opened.fingerprint) size=\(context.size) "
      + "resize=pillow-bicubic seed=\(context.seed)"
    var run = SystemRun(
      pipeline: opened, conditions: choice.conditions, fingerprint: fingerprint,
      directory: directory, context: context, book: book)
    let result = try run.generate(context.measuredPairs)
    self.name = name
    self.fingerprint = fingerprint
    findings =
      [.madeBySystem(choice.description, size: opened.imageSize, resized: context.size)]
      + opened.notes.map { .ofWeights($0) }
    missing = result.failures.keys.sortedByBytes()
    failures = result.failures
    times = result.times
    reused = result.reused.sortedByBytes()
    self.directory = directory
  }

  package func failure(of id: String) -> MethodError? {
    if let failure = failures[id] { return .notComputed(id: id, failure) }
    return times[id] == nil ? .missing(id: id, directory: directory) : nil
  }
}
