import Datasets
import Essentials
import Generators
import Images
import Provenance
import Synchronization
import Tensors
import Terms

/// One image that is to be opened.
package struct ImageSource: Sendable {
  /// What errors call it.
  let name: String
  /// What its pixels are made of; nil where only decoding tells.
  let origin: ImageOrigin?
  /// Makes the pixels.
  let decode: @Sendable () throws -> Raster

  /// Joins the parts.
  package init(
    name: String,
    origin: ImageOrigin?,
    decode: @escaping @Sendable () throws -> Raster
  ) {
    self.name = name
    self.origin = origin
    self.decode = decode
  }
}

/// Opens images; one whose files have bytes that were seen before is not decoded until somebody needs
/// its pixels.
package struct ImageLoading {
  let cache: ResultCache
  let digests: FileDigests

  /// Opens some images, each distinct origin once.
  ///
  /// - Parameters:
  ///   - sources: the images.
  ///   - treatment: names what `treat` does.
  ///   - treat: what happens to each image after decoding.
  /// - Returns: one result for each source.
  /// - Throws: errors of the store; what is wrong with an image is its own failure.
  func images(
    _ sources: [ImageSource], treatment: String, treat: @escaping @Sendable (Raster) -> Raster
  ) throws -> [Result<EvaluationImage, ImageFailure>] {
    let keys = sources.map { source in
      source.origin.flatMap { Self.key($0, treatment: treatment, digests: digests) }
    }
    var batch = Batch<(source: ImageSource, key: String)>()
    for (source, key) in zip(sources, keys) {
      if let key { batch.add((source, key), key: key) }
    }
    var opened: [String: EvaluationImage] = [:]
    let known = try cache.values(batch) { missing in
      missing.map { source, key in
        ImageFailure.catching {
          let image = EvaluationImage(name: source.name, image: treat(try source.decode()))
          opened[key] = image
          return image.pixels.bytes
        }
      }
    }
    return zip(sources, keys).map { source, key in
      ImageFailure.catching {
        if let image = key.flatMap({ opened[$0] }) { return image.named(source.name) }
        guard let identity = key.flatMap({ known[$0]?.value }).flatMap({ PixelIdentity($0) }) else {
          return EvaluationImage(name: source.name, image: treat(try source.decode()))
        }
        return EvaluationImage(name: source.name, pixels: identity) { treat(try source.decode()) }
      }
    }
  }

  /// An opened file of a pair, if it has the bytes that the pair was made for.
  func checked(
    _ image: Result<EvaluationImage, ImageFailure>, _ file: PairFile, of pair: Pair
  ) -> Result<EvaluationImage, ImageFailure> {
    guard let path = pair.path(of: file), pair.checksums[file] != nil else { return image }
    return image.flatMap { image in
      ImageFailure.catching {
        try pair.check(digests.sha256(ofFile: path), of: file)
        return image
      }
    }
  }

  /// Key under which the identity of an image's pixels is kept; nil if a file cannot be read, which
  /// decoding will tell in its own words.
  package static func key(_ origin: ImageOrigin, treatment: String, digests known: FileDigests)
    -> String?
  {
    var digests: [String] = []
    for path in origin.files {
      guard let digest = try? known.sha256(ofFile: path) else { return nil }
      digests.append(digest)
    }
    let parts = [
      "pixels@1", Tool.version, ImageLibraries.description, treatment, origin.recipe,
    ]
    return FileDigest.sha256(of: (parts + digests).joined(separator: "\n").utf8)
  }
}

/// Digests of files, each read once in a run however many images are made of it.
package final class FileDigests: Sendable {
  private let known = Mutex<[String: String]>([:])

  /// Starts empty.
  package init() {}

  /// SHA-256 of a file's bytes.
  ///
  /// - Throws: `FileError`.
  func sha256(ofFile path: String) throws -> String {
    if let digest = known.withLock({ $0[path] }) { return digest }
    let digest = try FileDigest.sha256(ofFile: path)
    known.withLock { $0[path] = digest }
    return digest
  }
}
