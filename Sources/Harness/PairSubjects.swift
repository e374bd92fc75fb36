import Datasets
import Images
import Tensors

/// The images of one pair, decoded and hashed once.
struct PairSubjects: Sendable {
  let pair: Pair
  /// The real image, or why it is of no use; nil if there is none.
  let reference: Result<Subject, ImageFailure>?
  /// The rows' images; nil where a row has none and need not have one.
  let candidates: [Result<Subject, ImageFailure>?]

  /// Decodes the real image and brings all images to the working size.
  init(_ pair: Pair, candidates: [Result<Raster, ImageFailure>?], working: WorkingSize) {
    self.pair = pair
    reference = pair.imagePath.map { path in
      ImageFailure.catching {
        Subject(name: path, image: working.apply(try ImageDecoder.rgb(contentsOf: path)))
      }
    }
    self.candidates = candidates.enumerated().map { index, candidate in
      candidate.map { image in
        image.map { Subject(name: "\(pair.id), method \(index + 1)", image: working.apply($0)) }
      }
    }
  }

  /// What is known before anything was measured.
  var unmeasured: ItemResult {
    ItemResult(
      reference: reference.map { $0.map { ImageResult(content: $0.content) } },
      candidates: candidates.map { $0.map { $0.map { ImageResult(content: $0.content) } } })
  }

  /// The real image to compare with.
  ///
  /// - Throws: ``ImageFailure`` in the words of the image that cannot be compared.
  var comparable: Subject {
    get throws {
      switch reference {
      case nil:
        throw ImageFailure(
          state: "no-reference", reason: "'\(pair.id)' has no reference image to compare with")
      case .success(let subject)?: return subject
      case .failure(let failure)?:
        throw ImageFailure(state: "bad-reference", reason: failure.reason)
      }
    }
  }
}

/// A ground-truth label map.
struct LabelMap: Sendable {
  let labels: Raster
  let content: ContentHash

  /// Decodes a pair's label map.
  ///
  /// - Parameters:
  ///   - pair: whose map.
  ///   - size: the side that the protocol asks for; nil takes any.
  /// - Throws: ``ImageFailure`` if there is none or it has another size; `ImageError`.
  init(of pair: Pair, size: Int?) throws {
    guard let path = pair.maskPath else {
      throw ImageFailure(state: "no-mask", reason: "'\(pair.id)' has no label map")
    }
    labels = try ImageDecoder.labelMap(contentsOf: path)
    if let size, labels.width != size || labels.height != size {
      throw ImageFailure(
        state: "wrong-size",
        reason: "\(path): the label map is \(labels.width)×\(labels.height), the protocol "
          + "compares at \(size)×\(size).")
    }
    content = ContentHash(labels)
  }
}
