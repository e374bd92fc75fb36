import Datasets
import Images
import Tensors

/// A method that makes its images when it is opened and keeps them in a folder with a receipt for each: an external
/// command, or a system.
package protocol KeptImages: Method {
  /// Absolute path of the folder, in which images are `<id>.png`.
  var directory: String { get }
  /// Ids whose images were there already, sorted by bytes.
  var reused: [String] { get }
  /// A log of what went on; nil if there is none.
  var logPath: String? { get }

  /// Why an id has no image; nil if it has one.
  func failure(of id: String) -> MethodError?
}

extension KeptImages {
  package func origin(of pair: Pair) -> ImageOrigin? {
    failure(of: pair.id) == nil ? .file("\(directory)/\(pair.id).png") : nil
  }

  package func image(for pair: Pair) throws(MethodError) -> Raster {
    if let failure = failure(of: pair.id) { throw failure }
    do {
      return try ImageDecoder.rgb(contentsOf: "\(directory)/\(pair.id).png")
    } catch {
      throw .image(error)
    }
  }
}
