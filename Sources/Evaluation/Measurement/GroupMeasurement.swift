import Datasets
import Essentials
import Metrics
import Models
import Provenance
import Tensors
import Terms

/// Measures the images of a few pairs with every meter, so that a network sees several images at once.
///
/// Meter after meter collects what it needs of all pairs, asks what is remembered, computes the rest
/// together and hands the values out. A candidate that failed is not measured any further; one that does
/// not fit a meter is measured by the others.
struct GroupMeasurement {
  let meters: [Meter]
  let working: WorkingSize
  let requiresCounterpart: Bool
  let memory: WorkerMemory
  let recall: Recall
  let loading: SubjectLoading

  /// Measures some pairs.
  ///
  /// - Throws: errors of the store; whatever is wrong with an image is in its result.
  func measure(_ pairs: [PairSubjects]) throws -> [ItemResult] {
    var items = pairs.map(\.unmeasured)
    for meter in meters {
      switch meter {
      case .features(let extractor, _): try measureFeatures(extractor, meter, pairs, &items)
      case .perceptual(let metric, let perceptual):
        try measureDistances(metric, perceptual, meter, pairs, &items)
      case .similarity(let metric, let variant):
        let similarity = StructuralSimilarity(variant)
        try measureDifferences(metric, meter, pairs, &items) { real, other in
          try similarity.score(real, other)
        }
      case .meanAbsoluteError:
        try measureDifferences(.mae, meter, pairs, &items) { real, other in
          try PixelDifference.meanAbsoluteError(real, other)
        }
      case .peakSignalToNoiseRatio:
        try measureDifferences(.psnr, meter, pairs, &items) { real, other in
          try PixelDifference.peakSignalToNoiseRatio(real, other)
        }
      case .identity(let extractor): try measureIdentity(extractor, meter, pairs, &items)
      case .segmentation(let parser, let size, let miou):
        try measureSegmentation(parser, size, miou, meter, pairs, &items)
      case .consistency(let parser, let mode, _):
        try measureConsistency(parser, mode, meter, pairs, &items)
      case .clip(let clip): try measureCLIP(clip, meter, pairs, &items)
      // Not of single images: these are measured when all images are known.
      case .diversity, .inferenceTime: update(&items, pairs, meter) { _, _, _ in }
      }
    }
    return items
  }

  // MARK: Walking through candidates

  /// Lets every candidate that has not failed take its values, or notes that it does not fit the meter.
  func update(
    _ items: inout [ItemResult], _ pairs: [PairSubjects], _ meter: Meter,
    _ body: (_ pair: PairSubjects, _ subject: Subject, _ found: inout ImageResult) throws -> Void
  ) {
    for (place, pair) in pairs.enumerated() where isMeasured(pair, by: meter) {
      for (row, candidate) in pair.candidates.enumerated() {
        items[place].candidates[row] = items[place].candidates[row]?.flatMap { found in
          ImageFailure.catching {
            guard let subject = try candidate?.get() else { return found }
            var taken = found
            do {
              try body(pair, subject, &taken)
              taken.measured.formUnion(meter.metrics)
            } catch {
              let failure = ImageFailure(error)
              guard let shortfall = Shortfall(meter.metrics, failure) else { throw failure }
              taken = found
              taken.shortfalls.append(shortfall)
            }
            return taken
          }
        }
      }
    }
  }

  /// Lets every candidate that has not failed ask for something.
  func collect<Request>(
    _ items: [ItemResult], _ pairs: [PairSubjects], _ meter: Meter,
    _ body: (_ pair: PairSubjects, _ subject: Subject, _ batch: inout Batch<Request>) -> Void
  ) -> Batch<Request> {
    var batch = Batch<Request>()
    for (pair, item) in zip(pairs, items) where isMeasured(pair, by: meter) {
      for (candidate, found) in zip(pair.candidates, item.candidates) {
        guard case .success(let subject)? = candidate, case .success? = found else { continue }
        body(pair, subject, &batch)
      }
    }
    return batch
  }

  private func isMeasured(_ pair: PairSubjects, by meter: Meter) -> Bool {
    pair.reference != nil || !meter.isPairwise || requiresCounterpart
  }

  // MARK: Features

  /// A set's real side needs features even where no candidate does.
  private func measureFeatures(
    _ extractor: FeatureExtractor, _ meter: Meter, _ pairs: [PairSubjects],
    _ items: inout [ItemResult]
  ) throws {
    var batch = collect(items, pairs, meter) { (_, subject, batch: inout Batch<Subject>) in
      batch.add(subject, key: ContentHash.key(extractor.fingerprint, subject.content))
    }
    for pair in pairs {
      guard case .success(let real)? = pair.reference else { continue }
      batch.add(real, key: ContentHash.key(extractor.fingerprint, real.content))
    }
    let features = try computed(batch, by: extractor)
    for (place, pair) in pairs.enumerated() {
      items[place].reference = items[place].reference?.flatMap { found in
        ImageFailure.catching {
          var found = found
          if let real = try pair.reference?.get() { found.features = try features(real) }
          return found
        }
      }
    }
    update(&items, pairs, meter) { _, subject, found in found.features = try features(subject) }
  }

  private func measureIdentity(
    _ extractor: FeatureExtractor, _ meter: Meter, _ pairs: [PairSubjects],
    _ items: inout [ItemResult]
  ) throws {
    let batch = collect(items, pairs, meter) { (pair, subject, batch: inout Batch<Subject>) in
      guard let real = try? pair.comparable else { return }
      batch.add(real, key: ContentHash.key(extractor.fingerprint, real.content))
      batch.add(subject, key: ContentHash.key(extractor.fingerprint, subject.content))
    }
    let features = try computed(batch, by: extractor)
    update(&items, pairs, meter) { pair, subject, found in
      found.scores[.id] = try Identity.cosine(
        try features(try pair.comparable), try features(subject))
    }
  }

  func computed(_ batch: Batch<Subject>, by extractor: FeatureExtractor) throws -> (Subject)
    throws -> [Float]
  {
    let values = try recall.values(batch) { extractor.features(of: $0, in: memory) }
    return { subject in
      // Another image of the same content may have failed, under its own name.
      try values[ContentHash.key(extractor.fingerprint, subject.content)]?.value
        ?? extractor.features(of: [subject], in: memory)[0].get()
    }
  }

  // MARK: Pairs

  private func measureDistances(
    _ metric: MetricIdentifier, _ perceptual: PerceptualMeter, _ meter: Meter,
    _ pairs: [PairSubjects], _ items: inout [ItemResult]
  ) throws {
    let distances = try compared(metric, meter, pairs, items) { missing in
      perceptual.distances(of: missing, in: memory).map { $0.map { [$0] } }
    }
    update(&items, pairs, meter) { pair, subject, found in
      let real = try pair.comparable
      if !real.hasSize(of: subject) {
        try ImagePairError.requireEqualExtents(try real.image, try subject.image)
      }
      found.scores[metric] = try distances(SubjectPair(real: real, other: subject))
    }
  }

  /// A metric that two images' pixels give directly.
  private func measureDifferences(
    _ metric: MetricIdentifier, _ meter: Meter, _ pairs: [PairSubjects],
    _ items: inout [ItemResult], _ difference: @escaping (Raster, Raster) throws -> Double
  ) throws {
    let differences = try compared(metric, meter, pairs, items) { missing in
      missing.map { pair in
        ImageFailure.catching { [try difference(try pair.real.image, try pair.other.image)] }
      }
    }
    update(&items, pairs, meter) { pair, subject, found in
      found.scores[metric] = try differences(
        SubjectPair(real: try pair.comparable, other: subject))
    }
  }

  /// Remembered or new values of one metric for every comparison of the group.
  private func compared(
    _ metric: MetricIdentifier, _ meter: Meter, _ pairs: [PairSubjects], _ items: [ItemResult],
    compute: @escaping ([SubjectPair]) -> [Result<[Double], ImageFailure>]
  ) throws -> (SubjectPair) throws -> Double {
    let fingerprint = meter.fingerprint(of: metric, working: working)
    func key(_ pair: SubjectPair) -> String {
      ContentHash.key(fingerprint, pair.real.content, pair.other.content)
    }
    let batch = collect(items, pairs, meter) { (pair, subject, batch: inout Batch<SubjectPair>) in
      guard let real = try? pair.comparable, real.hasSize(of: subject) else { return }
      let comparison = SubjectPair(real: real, other: subject)
      batch.add(comparison, key: key(comparison))
    }
    let values = try recall.values(batch, compute: compute)
    return { pair in
      try (values[key(pair)]?.value ?? compute([pair])[0].get()).first ?? .nan
    }
  }

  // MARK: Labels

  private func measureSegmentation(
    _ parser: FaceParser, _ size: LabelSize, _ miou: MeanIntersectionOverUnion, _ meter: Meter,
    _ pairs: [PairSubjects], _ items: inout [ItemResult]
  ) throws {
    let confusion = SegmentationBatch(parser: parser, memory: memory)
    let masks = try loading.labelMaps(of: pairs, size: size)
    for (place, pair) in pairs.enumerated() {
      items[place].labels = masks[pair.pair.id]?.value?.content
    }
    let batch = collect(items, pairs, meter) {
      (pair, subject, batch: inout Batch<SegmentationBatch.Request>) in
      guard let mask = masks[pair.pair.id]?.value else { return }
      let request = SegmentationBatch.Request(subject: subject, mask: mask)
      batch.add(request, key: confusion.key(request))
    }
    let counts = try recall.values(batch, compute: confusion.counts)
    update(&items, pairs, meter) { pair, subject, found in
      guard let mask = try masks[pair.pair.id]?.get() else { return }
      let size = subject.pixels
      try pair.opened?.pixels.requireProportions(
        width: size.width, height: size.height, of: subject.name)
      let request = SegmentationBatch.Request(subject: subject, mask: mask)
      let matrix = try ConfusionMatrix(
        counts: try counts[confusion.key(request)]?.value ?? confusion.counts([request])[0].get())
      found.confusion = matrix
      found.scores[.accuracy] = matrix.accuracy
      found.scores[.miou] = (miou.isPerImage ? miou : .imgNaN).score(of: matrix)
    }
  }
}

extension Subject {
  func hasSize(of other: Subject) -> Bool {
    pixels.width == other.pixels.width && pixels.height == other.pixels.height
  }
}
