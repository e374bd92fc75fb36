import Datasets
import Generators
import Graphs
import Images
import Metrics
import Store
import Tensors

/// Why one image has no scores: one row of the failure ledger.
package struct ImageFailure: Error, Hashable, Sendable {
  /// One word, for example `truncated`.
  package let state: String
  /// A sentence.
  package let reason: String

  /// Names a state and its reason.
  package init(state: String, reason: String) {
    self.state = state
    self.reason = reason
  }

  /// Puts any error of a measurement into the ledger's words.
  init(_ error: any Error) {
    switch error {
    case let error as ImageFailure: self = error
    case let error as ImageError: self.init(state: error.state.rawValue, reason: "\(error)")
    case let error as MethodError: self.init(state: error.state, reason: "\(error)")
    case is ImagePairError, is SegmentationError, is GraphError:
      self.init(state: "wrong-size", reason: "\(error)")
    default: self.init(state: "not-measurable", reason: "\(error)")
    }
  }
}

/// What was measured of one image.
struct ImageResult: Sendable {
  var content: ContentHash
  var scores: [MetricIdentifier: Double] = [:]
  var features: [Float]?
  var confusion: ConfusionMatrix?
}

/// What was measured of one pair.
struct ItemResult: Sendable {
  /// Features of the real image, or why it is of no use; nil if there is none.
  var reference: Result<ImageResult, ImageFailure>?
  /// One result for each candidate, in the order of the methods; nil where a method has no such image
  /// and need not have one.
  var candidates: [Result<ImageResult, ImageFailure>?]
}

/// Measures the images of one pair with every meter.
struct ItemMeasurement {
  let meters: [Meter]
  let working: WorkingSize
  let requiresReference: Bool
  let memory: WorkerMemory
  let recall: Recall

  /// Measures one pair: its real image and mask, and each method's image or why there is none.
  func measure(_ pair: Pair, candidates: [Result<Raster, ImageFailure>?]) -> ItemResult {
    let reference = pair.imagePath.map { path in
      result { Subject(name: path, image: working.apply(try ImageDecoder.rgb(contentsOf: path))) }
    }
    let subjects = candidates.enumerated().map { index, candidate in
      candidate.map { image in
        image.map { Subject(name: "\(pair.id), method \(index + 1)", image: working.apply($0)) }
      }
    }
    var item = ItemResult(
      reference: reference.map { $0.map { ImageResult(content: $0.content) } },
      candidates: subjects.map { $0.map { $0.map { ImageResult(content: $0.content) } } })
    for meter in meters {
      if reference == nil && meter.isPairwise && !requiresReference { continue }
      measureReference(meter, reference, &item)
      if case .perceptual(let metric, let perceptual) = meter {
        measureDistances(metric, perceptual, meter, reference, subjects, &item)
        continue
      }
      for index in subjects.indices {
        guard let subject = subjects[index] else { continue }
        item.candidates[index] = item.candidates[index]?.flatMap { found in
          result {
            try measured(meter, try subject.get(), against: reference, pair, found)
          }
        }
      }
    }
    return item
  }

  private func result<Value>(_ body: () throws -> Value) -> Result<Value, ImageFailure> {
    do { return .success(try body()) } catch { return .failure(ImageFailure(error)) }
  }

  /// A set's real side needs features even where no candidate does.
  private func measureReference(
    _ meter: Meter, _ reference: Result<Subject, ImageFailure>?, _ item: inout ItemResult
  ) {
    guard case .features(let extractor, _) = meter, let reference else { return }
    item.reference = item.reference?.flatMap { found in
      result {
        var found = found
        found.features = try features(extractor, try reference.get())
        return found
      }
    }
  }

  private func measured(
    _ meter: Meter, _ subject: Subject, against reference: Result<Subject, ImageFailure>?,
    _ pair: Pair, _ found: ImageResult
  ) throws -> ImageResult {
    var found = found
    func real() throws -> Subject { try self.reference(reference, of: pair) }
    switch meter {
    case .features(let extractor, _): found.features = try features(extractor, subject)
    case .perceptual: preconditionFailure("distances are measured for all candidates at once")
    case .similarity(let metric, let variant):
      let real = try real()
      found.scores[metric] = try remembered(meter, metric, real, subject) {
        try StructuralSimilarity(variant).score(real.image, subject.image)
      }
    case .meanAbsoluteError:
      found.scores[.mae] = try PixelDifference.meanAbsoluteError(try real().image, subject.image)
    case .peakSignalToNoiseRatio:
      found.scores[.psnr] = try PixelDifference.peakSignalToNoiseRatio(
        try real().image, subject.image)
    case .identity(let extractor):
      found.scores[.id] = try Identity.cosine(
        try features(extractor, try real()), try features(extractor, subject))
    case .segmentation(let parser, let size, let miou):
      let matrix = try confusion(parser, size: size, subject, pair)
      found.confusion = matrix
      found.scores[.accuracy] = matrix.accuracy
      found.scores[.miou] = (miou.isPerImage ? miou : .imgNaN).score(of: matrix)
    }
    return found
  }

  private func reference(_ reference: Result<Subject, ImageFailure>?, of pair: Pair) throws
    -> Subject
  {
    guard let reference else {
      throw ImageFailure(
        state: "no-reference", reason: "'\(pair.id)' has no reference image to compare with")
    }
    switch reference {
    case .success(let subject): return subject
    case .failure(let failure):
      throw ImageFailure(state: "bad-reference", reason: failure.reason)
    }
  }

  // MARK: Networks

  private func features(_ extractor: FeatureExtractor, _ subject: Subject) throws -> [Float] {
    try recall.values(ContentHash.key(extractor.fingerprint, subject.content)) {
      try extractor.features(of: subject.image, named: subject.name, in: memory)
    }
  }

  private func remembered(
    _ meter: Meter, _ metric: MetricIdentifier, _ real: Subject, _ subject: Subject,
    compute: () throws -> Double
  ) throws -> Double {
    let key = ContentHash.key(
      meter.fingerprint(of: metric, working: working), real.content, subject.content)
    return try recall.values(key) { [try compute()] }.first ?? .nan
  }

  /// The real image's activations are computed once, and only if some distance is not remembered.
  private func measureDistances(
    _ metric: MetricIdentifier, _ perceptual: PerceptualMeter, _ meter: Meter,
    _ reference: Result<Subject, ImageFailure>?, _ subjects: [Result<Subject, ImageFailure>?],
    _ item: inout ItemResult
  ) {
    var isActive = false
    for index in subjects.indices {
      guard let subject = subjects[index] else { continue }
      item.candidates[index] = item.candidates[index]?.flatMap { found in
        result {
          let subject = try subject.get()
          guard case .success(let real)? = reference else {
            throw ImageFailure(
              state: "bad-reference", reason: reference?.failure?.reason ?? "there is no reference")
          }
          try ImagePairError.requireEqualExtents(real.image, subject.image)
          var found = found
          found.scores[metric] = try remembered(meter, metric, real, subject) {
            if !isActive {
              _ = try perceptual.activate(real.image, named: real.name, in: memory.other)
              isActive = true
            }
            let executable = try perceptual.activate(
              subject.image, named: subject.name, in: memory.main)
            return perceptual.distance(executable, memory.other, memory.main)
          }
          return found
        }
      }
    }
  }

  private func confusion(_ parser: FaceParser, size: Int?, _ subject: Subject, _ pair: Pair) throws
    -> ConfusionMatrix
  {
    guard let path = pair.maskPath else {
      throw ImageFailure(state: "no-mask", reason: "'\(pair.id)' has no label map")
    }
    let mask = try ImageDecoder.labelMap(contentsOf: path)
    if let size, mask.width != size || mask.height != size {
      throw ImageFailure(
        state: "wrong-size",
        reason: "\(path): the label map is \(mask.width)×\(mask.height), the protocol compares at "
          + "\(size)×\(size).")
    }
    let key = ContentHash.key(parser.fingerprint, subject.content, ContentHash(mask))
    let counts: [Int64] = try recall.values(key) {
      var matrix = ConfusionMatrix()
      try matrix.add(
        groundTruth: mask,
        prediction: try parser.labels(
          of: subject.image, width: mask.width, height: mask.height, named: subject.name,
          in: memory))
      return matrix.counts
    }
    return try ConfusionMatrix(counts: counts)
  }
}
