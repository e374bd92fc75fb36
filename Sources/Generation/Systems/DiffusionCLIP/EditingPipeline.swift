import Pipelines
import Synchronization
import Tensors
import Terms

/// A pipeline for each edit: what a request's image is to become chooses who treats it.
package struct EditingPipeline: ImagePipeline {
  /// Makes the pipeline of an edit.
  package typealias Opener = @Sendable (EditTexts) throws -> any ImagePipeline

  /// Names everything that the pipelines of all edits depend on, beside the edit's texts.
  package let fingerprint: String
  package let imageSize: Int
  /// Large enough that each of a few edits gets a group of its own.
  package let groupSize: Int
  private let opened: OpenedPipelines

  /// Pipelines that are opened when the first image needs them.
  ///
  /// - Parameters:
  ///   - fingerprint: names everything beside an edit's texts that can move a pixel.
  ///   - imageSize: of all of them.
  ///   - groupSize: how many images one call makes best.
  ///   - open: opens the one of an edit.
  package init(
    fingerprint: String, imageSize: Int, groupSize: Int = 24, open: @escaping Opener
  ) {
    self.fingerprint = fingerprint
    self.imageSize = imageSize
    self.groupSize = groupSize
    opened = OpenedPipelines(open)
  }

  /// Makes the images of each edit together.
  package func images(
    for requests: [ImageRequest], workers: Workers, shouldStop: @Sendable () -> Bool
  ) throws -> [Result<Raster, ImageFailure>] {
    var results: [Result<Raster, ImageFailure>] = requests.map { request in
      let error = SystemError.missingCondition(id: request.id, what: "texts of an edit")
      return .failure(ImageFailure(error))
    }
    let edits = Dictionary(grouping: requests.indices) { requests[$0].edit }
    for case (let edit?, let members) in edits {
      let pipeline = try opened[edit]
      for start in stride(from: 0, to: members.count, by: max(1, pipeline.groupSize)) {
        let group = members[start..<min(start + max(1, pipeline.groupSize), members.count)]
        let images = try pipeline.images(
          for: group.map { requests[$0] }, workers: workers, shouldStop: shouldStop)
        for (index, image) in zip(group, images) { results[index] = image }
      }
    }
    return results
  }
}

/// The pipelines that were needed so far.
private final class OpenedPipelines: Sendable {
  private let pipelines = Mutex<[EditTexts: any ImagePipeline]>([:])
  private let open: EditingPipeline.Opener

  init(_ open: @escaping EditingPipeline.Opener) { self.open = open }

  subscript(edit: EditTexts) -> any ImagePipeline {
    get throws {
      if let known = pipelines.withLock({ $0[edit] }) { return known }
      let made = try open(edit)
      return pipelines.withLock { pipelines in
        let kept = pipelines[edit] ?? made
        pipelines[edit] = kept
        return kept
      }
    }
  }
}
