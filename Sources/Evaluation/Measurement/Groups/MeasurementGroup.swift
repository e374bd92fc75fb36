import Datasets
import Essentials
import Metrics
import Models
import Provenance
import Tensors
import Terms

/// A few pairs whose images are measured together, so that a network sees several at once.
///
/// Evaluator after evaluator collects what it needs of all pairs, asks what is cached, computes the rest together and
/// hands the values out. An image that failed is not measured any further; one that does not fit an evaluator is
/// measured by the others.
package struct MeasurementGroup {
  /// The pairs with their images.
  package let pairs: [LoadedPair]
  /// Of every measured metric.
  let fingerprints: [Metric: Fingerprint]
  /// Whether every evaluator measures every image; else one without a real image takes part in sets only.
  let requiresCounterpart: Bool
  /// The worker's.
  let memory: WorkerMemory
  /// What is known of earlier measurements.
  package let cache: ResultCache
  /// Opens label maps.
  let loading: ImageLoading
  /// What was measured, by pair.
  private(set) var results: [PairResult]

  /// A group of which nothing is measured yet.
  init(
    _ pairs: [LoadedPair], fingerprints: [Metric: Fingerprint], requiresCounterpart: Bool,
    memory: WorkerMemory, cache: ResultCache, loading: ImageLoading
  ) {
    self.pairs = pairs
    self.fingerprints = fingerprints
    self.requiresCounterpart = requiresCounterpart
    self.memory = memory
    self.cache = cache
    self.loading = loading
    results = pairs.map(\.unmeasured)
  }

  // MARK: Walking through images

  /// Lets every image that has not failed take its values, or notes that it does not fit the evaluator.
  package mutating func update(
    by evaluator: some MetricEvaluator,
    _ body: (_ pair: LoadedPair, _ image: EvaluationImage, _ found: inout ImageResult) throws ->
      Void
  ) {
    for (place, pair) in pairs.enumerated() where isMeasured(pair, by: evaluator) {
      for (row, source) in pair.images.enumerated() {
        results[place].images[row] = results[place].images[row]?.flatMap { found in
          ImageFailure.catching {
            guard let image = try source?.get() else { return found }
            return try Self.taken(found, by: evaluator) { try body(pair, image, &$0) }
          }
        }
      }
    }
  }

  private static func taken(
    _ found: ImageResult, by evaluator: some MetricEvaluator,
    _ body: (inout ImageResult) throws -> Void
  ) throws -> ImageResult {
    var taken = found
    do {
      try body(&taken)
      taken.measured.formUnion(evaluator.metrics)
      return taken
    } catch {
      let failure = ImageFailure(error)
      guard let shortfall = Shortfall(evaluator.metrics, failure) else { throw failure }
      var missed = found
      missed.shortfalls.append(shortfall)
      return missed
    }
  }

  /// Lets every image that has not failed ask for something.
  package func requests<Request>(
    of evaluator: some MetricEvaluator,
    _ body: (_ pair: LoadedPair, _ image: EvaluationImage, _ batch: inout Batch<Request>) -> Void
  ) -> Batch<Request> {
    var batch = Batch<Request>()
    for (pair, result) in zip(pairs, results) where isMeasured(pair, by: evaluator) {
      for (loaded, found) in zip(pair.images, result.images) {
        guard case .success(let image)? = loaded, case .success? = found else { continue }
        body(pair, image, &batch)
      }
    }
    return batch
  }

  /// Lets every real image take its values.
  package mutating func updateReferences(
    _ body: (_ image: EvaluationImage, _ found: inout ImageResult) throws -> Void
  ) {
    for (place, pair) in pairs.enumerated() {
      results[place].reference = results[place].reference?.flatMap { found in
        ImageFailure.catching {
          var found = found
          if let real = try pair.reference?.get() { try body(real, &found) }
          return found
        }
      }
    }
  }

  /// Notes the label maps that the images of the pairs are compared with.
  mutating func take(labels: (LoadedPair) -> ContentHash?) {
    for (place, pair) in pairs.enumerated() { results[place].labels = labels(pair) }
  }

  private func isMeasured(_ pair: LoadedPair, by evaluator: some MetricEvaluator) -> Bool {
    pair.reference != nil || !evaluator.isPairwise || requiresCounterpart
  }

  // MARK: Features

  /// Features of every image, and of the real ones where they are wanted too.
  ///
  /// - Returns: gives those of an image; throws what keeps it from having any.
  func features(
    by extractor: FeatureExtractor, for evaluator: some MetricEvaluator, withReferences: Bool
  ) throws -> (EvaluationImage) throws -> [Float] {
    var batch = requests(of: evaluator) { (_, image, batch: inout Batch<EvaluationImage>) in
      batch.add(image, key: ContentHash.key(extractor.fingerprint, image.content))
    }
    // A set's real side needs features even where no method has any.
    for pair in withReferences ? pairs : [] {
      guard case .success(let real)? = pair.reference else { continue }
      batch.add(real, key: ContentHash.key(extractor.fingerprint, real.content))
    }
    return try features(of: batch, by: extractor)
  }

  /// Features of a batch of images, cached or computed now.
  func features(of batch: Batch<EvaluationImage>, by extractor: FeatureExtractor) throws -> (
    EvaluationImage
  ) throws
    -> [Float]
  {
    let memory = memory
    let values = try cache.values(batch) { extractor.features(of: $0, in: memory) }
    return { image in
      // Another image of the same content may have failed, under its own name.
      try values[ContentHash.key(extractor.fingerprint, image.content)]?.value
        ?? extractor.features(of: [image], in: memory)[0].get()
    }
  }

  /// Features of all images and real images, kept for a score of their sets.
  mutating func takeFeatures(
    by extractor: FeatureExtractor, as intermediate: Intermediate,
    for evaluator: some MetricEvaluator
  ) throws {
    let features = try features(by: extractor, for: evaluator, withReferences: true)
    updateReferences { $1.vectors[intermediate] = try features($0) }
    update(by: evaluator) { _, image, found in
      found.vectors[intermediate] = try features(image)
    }
  }

  // MARK: Pairs

  /// One number for each image beside its pair's real one, cached or computed now.
  ///
  /// - Parameters:
  ///   - metric: whose number it is.
  ///   - evaluator: asks for it.
  ///   - compute: computes it for several pairs of images of equal sizes.
  /// - Throws: errors of the store.
  mutating func compare(
    _ metric: Metric, for evaluator: some MetricEvaluator,
    compute: @escaping ([ImagePair]) -> [Result<Double, ImageFailure>]
  ) throws {
    let fingerprint = fingerprints[metric] ?? Fingerprint([:])
    func key(_ pair: ImagePair) -> String {
      ContentHash.key(fingerprint, pair.real.content, pair.other.content)
    }
    let batch = requests(of: evaluator) { (pair, image, batch: inout Batch<ImagePair>) in
      guard let real = try? pair.comparable, real.hasSize(of: image) else { return }
      let comparison = ImagePair(real: real, other: image)
      batch.add(comparison, key: key(comparison))
    }
    let values = try cache.numbers(batch, compute: compute)
    update(by: evaluator) { pair, image, found in
      let comparison = ImagePair(real: try pair.comparable, other: image)
      if !comparison.real.hasSize(of: image) {
        try ImagePairError.requireEqualDimensions(try comparison.real.image, try image.image)
      }
      found.scores[metric] = try values[key(comparison)]?.value ?? compute([comparison])[0].get()
    }
  }

  /// The same for what two images' pixels give directly.
  package mutating func compare(
    _ metric: Metric, for evaluator: some MetricEvaluator,
    pixels difference: @escaping (Raster, Raster) throws -> Double
  ) throws {
    try compare(metric, for: evaluator) { missing in
      missing.map { pair in
        ImageFailure.catching { try difference(try pair.real.image, try pair.other.image) }
      }
    }
  }
}

extension EvaluationImage {
  /// Whether two images have the same width and height.
  func hasSize(of other: EvaluationImage) -> Bool {
    pixels.width == other.pixels.width && pixels.height == other.pixels.height
  }
}
