import Datasets
import Essentials
import Generators
import Images
import Tensors
import Terms

/// Where the images of one pair come from, or why there is none; nil where none is wanted.
struct PairSources: Sendable {
  let pair: Pair
  var reference: Result<ImageSource, ImageFailure>?
  var images: [Result<ImageSource, ImageFailure>?]

  /// The real image's file, and the methods' images.
  init(_ pair: Pair, images: [Result<ImageSource, ImageFailure>?]) {
    self.pair = pair
    reference = pair.imagePath.map { .success(ImageSource(file: $0)) }
    self.images = images
  }

  /// Those that can be opened: the real image first, then the methods'.
  var readable: [ImageSource] { ([reference] + images).compactMap { $0?.value } }
}

/// The images of one pair, opened once for all evaluators.
package struct LoadedPair: Sendable {
  /// The pair itself.
  package let pair: Pair
  /// The real image, or why it is of no use; nil if there is none.
  package let reference: Result<EvaluationImage, ImageFailure>?
  /// The methods' images; nil where a method has none and need not have one.
  package let images: [Result<EvaluationImage, ImageFailure>?]

  /// Opens the images of some pairs.
  ///
  /// - Parameters:
  ///   - pairs: each with its images.
  ///   - resolution: the size that all images are brought to.
  ///   - loading: where they are opened.
  /// - Returns: the pairs in their order.
  /// - Throws: errors of the store.
  static func open(
    _ pairs: [PairSources], resolution: EvaluationResolution, loading: ImageLoading
  ) throws -> [LoadedPair] {
    let sources = pairs.flatMap(\.readable)
    var images = try loading.images(
      sources, treatment: resolution.description, treat: { resolution.apply($0) }
    )[...]
    func next(_ source: Result<ImageSource, ImageFailure>?) -> Result<
      EvaluationImage, ImageFailure
    >? {
      source.flatMap { $0.failure.map { .failure($0) } ?? images.popFirst() }
    }
    return pairs.map { pair in
      LoadedPair(
        pair: pair.pair,
        reference: next(pair.reference).map { loading.checked($0, .image, of: pair.pair) },
        images: pair.images.map(next))
    }
  }

  /// What is known before anything was measured.
  var unmeasured: PairResult {
    PairResult(
      reference: reference.map { $0.map { ImageResult(content: $0.content) } },
      images: images.map { $0.map { $0.map { ImageResult(content: $0.content) } } })
  }

  /// An image of the pair that could be opened, the real one where there is one.
  var opened: EvaluationImage? { ([reference] + images).compactMap { $0?.value }.first }

  /// The real image to compare with.
  ///
  /// - Throws: ``ImageFailure`` in the words of the image that cannot be compared.
  package var comparable: EvaluationImage {
    get throws {
      switch reference {
      case nil:
        throw ImageFailure(
          state: .noReference, reason: "'\(pair.id)' has no reference image to compare with")
      case .success(let image)?: return image
      case .failure(let failure)?:
        throw ImageFailure(state: .badReference, reason: failure.reason)
      }
    }
  }
}

extension ImageSource {
  /// A file's own picture.
  package init(file path: String) {
    self.init(
      name: path, origin: .file(path), decode: { try ImageDecoder.rgb(contentsOf: path) })
  }

  /// A pair's label map, which fails if it has other proportions than an image of the pair.
  ///
  /// - Throws: ``ImageFailure`` if there is none.
  init(labelsOf pair: Pair, like image: PixelIdentity?) throws {
    guard let path = pair.maskPath else {
      throw ImageFailure(state: .noMask, reason: "'\(pair.id)' has no label map")
    }
    self.init(
      name: path, origin: .labels(path, checkedFor: image?.proportions ?? ""),
      decode: {
        let map = try ImageDecoder.labelMap(contentsOf: path)
        if let image {
          try image.requireProportions(width: map.width, height: map.height, of: path)
        }
        return map
      })
  }
}
