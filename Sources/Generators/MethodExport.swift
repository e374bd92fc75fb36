import Datasets
import Images
import Synchronization
import Tensors

/// Writes a method's images into a folder that `folder:DIR` can read again.
package enum MethodExport {
  /// Writes `<id>.png` for every pair, each at once or not at all.
  ///
  /// - Parameters:
  ///   - method: whose images are written.
  ///   - pairs: which images are written.
  ///   - directory: made if it is not there.
  ///   - workers: threads that work.
  ///   - progress: told after every image.
  /// - Returns: why an id has no image, by id.
  /// - Throws: `MethodError.file` if the folder or a file cannot be written.
  package static func write(
    _ method: any Method, pairs: [Pair], to directory: String, workers: Workers = Workers(),
    progress: @Sendable (_ finished: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(MethodError) -> [String: MethodError] {
    let outcome = Mutex((failures: [String: MethodError](), finished: 0))
    do {
      try DatasetFiles.makeFolder(directory)
      try workers.forEach(pairs.count) { index, _ in
        let failure = try write(method, pairs[index], to: directory)
        let finished = outcome.withLock {
          $0.failures[pairs[index].id] = failure
          $0.finished += 1
          return $0.finished
        }
        progress(finished, pairs.count)
      }
    } catch let error as DatasetError {
      throw .file(error)
    } catch {
      throw .file(.unwritable(path: directory, reason: "\(error)"))
    }
    return outcome.withLock { $0.failures }
  }

  private static func write(
    _ method: any Method, _ pair: Pair, to directory: String
  ) throws(DatasetError) -> MethodError? {
    let image: Raster
    do {
      image = try method.image(for: pair)
    } catch {
      return error
    }
    try DatasetFiles.write(ImageEncoder.png(image), to: "\(directory)/\(pair.id).png")
    return nil
  }
}
