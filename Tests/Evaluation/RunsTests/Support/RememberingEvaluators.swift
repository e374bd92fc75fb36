import Datasets
import Essentials
import Images
import Measurement
import Metrics
import Models
import Provenance
import Tensors
import Terms

/// Mean samples of an image's channels in place of Inception's features, for FID and its kin.
struct ColorFeatures: MetricEvaluator {
  static let extractor = Fingerprint(["network": "colors"])

  var metrics: [Metric] { [.fid, .kid, .fidInfinity] }
  var inputs: [EvaluatorInput] { [.realImages] }

  func settings(of metric: Metric) -> MetricSettings {
    MetricSettings(settings: [:], parts: ["extractor": Self.extractor])
  }

  func reduction(of metric: Metric) -> any SetReduction {
    var family = FrechetDistances()
    family.kid = .fullSet
    return family.reduction(of: metric)
  }

  func measure(_ group: inout MeasurementGroup) throws {
    let colors = try group.colors(under: Self.extractor, for: self)
    group.updateReferences { $1.vectors[.features] = try colors($0) }
    group.update(by: self) { _, image, found in found.vectors[.features] = try colors(image) }
  }
}

/// Mean samples of channels in place of CLIP's embeddings, and noise in place of its texts.
struct ColorRetrieval: MetricEvaluator {
  static let image = Fingerprint(["network": "embeddings"])
  static let text = Fingerprint(["network": "words"])

  /// What images were made for.
  let guidance: CLIPScores.Guidance

  var metrics: [Metric] { [.retrieval] }
  var inputs: [EvaluatorInput] {
    guidance == .text ? [.realImages, .caption] : [.counterpart]
  }

  func settings(of metric: Metric) -> MetricSettings {
    MetricSettings(
      settings: ["guidance": guidance.rawValue], parts: ["image": Self.image, "text": Self.text])
  }

  func reduction(of metric: Metric) -> any SetReduction {
    var family = CLIPScores()
    family.guidance = guidance
    family.ranking.negatives = 4
    return family.reduction(of: metric)
  }

  func measure(_ group: inout MeasurementGroup) throws {
    let colors = try group.colors(under: Self.image, for: self)
    var captions = Batch<String>()
    for text in group.pairs.compactMap(\.pair.text) {
      captions.add(text, key: TextExtractor.key(Self.text, text))
    }
    let words = try group.cache.values(captions) { $0.map { .success(Self.embedding(of: $0)) } }
    let guidance = guidance
    group.updateReferences { $1.vectors[.embedding(of: .retrieval)] = try colors($0) }
    group.update(by: self) { pair, image, found in
      found.vectors[.embedding(of: .retrieval)] = try colors(image)
      guard guidance == .text else {
        found.vectors[.guidance] = try colors(try pair.comparable)
        return
      }
      guard let text = pair.pair.text else {
        throw ImageFailure(state: .noCaption, reason: "'\(pair.pair.id)' has no caption")
      }
      found.vectors[.guidance] = try words[TextExtractor.key(Self.text, text)]?.get()
    }
  }

  private static func embedding(of text: String) -> [Float] {
    var random = SplitMix64(seed: text.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
    return (0..<3).map { _ in random.nextUnit() }
  }
}

/// Samples as labels: how far an edit left those of its real image alone.
struct SampleLabels: MetricEvaluator {
  static let parser = Fingerprint(["network": "samples"])

  var metrics: [Metric] { [.segmentationConsistency] }
  var inputs: [EvaluatorInput] { [.counterpart] }

  func settings(of metric: Metric) -> MetricSettings {
    MetricSettings(settings: [:], parts: ["parser": Self.parser])
  }

  func reduction(of metric: Metric) -> any SetReduction { FaceParsing().reduction(of: metric) }

  func measure(_ group: inout MeasurementGroup) throws {
    func key(_ real: EvaluationImage, _ other: EvaluationImage) -> String {
      ContentHash.key(Self.parser, real.content, other.content)
    }
    let batch = group.requests(of: self) {
      (pair, image, batch: inout Batch<(real: EvaluationImage, other: EvaluationImage)>) in
      guard let real = try? pair.comparable else { return }
      batch.add((real, image), key: key(real, image))
    }
    let counts = try group.cache.values(batch) { requests in
      requests.map { request in
        ImageFailure.catching {
          var matrix = ConfusionMatrix()
          try matrix.add(
            groundTruth: Self.labels(request.real.image),
            prediction: Self.labels(request.other.image))
          return matrix.counts
        }
      }
    }
    group.update(by: self) { pair, image, found in
      let matrix = try ConfusionMatrix(
        counts: try counts[key(try pair.comparable, image)]?.get() ?? [])
      found.counts[.consistency] = matrix
      found.scores[.segmentationConsistency] = matrix.accuracy
    }
  }

  private static func labels(_ image: Raster) -> Raster {
    .init(
      width: image.width, height: image.height, channels: 1,
      samples: stride(from: 0, to: image.samples.count, by: 3).map { image.samples[$0] / 64 })
  }
}

extension MeasurementGroup {
  /// Mean samples of the channels of every image and real image, remembered or computed now.
  fileprivate func colors(
    under fingerprint: Fingerprint, for evaluator: some MetricEvaluator
  ) throws -> (EvaluationImage) throws -> [Float] {
    func key(_ image: EvaluationImage) -> String { ContentHash.key(fingerprint, image.content) }
    var batch = requests(of: evaluator) { (_, image, batch: inout Batch<EvaluationImage>) in
      batch.add(image, key: key(image))
    }
    for real in pairs.compactMap(\.reference?.value) { batch.add(real, key: key(real)) }
    let values = try cache.values(batch) { images in
      images.map { image in ImageFailure.catching { try image.image.channelMeans } }
    }
    return { try values[key($0)]?.get() ?? [] }
  }
}

extension Raster {
  /// The mean sample of each of three channels.
  fileprivate var channelMeans: [Float] {
    (0..<3).map { channel in
      let own = stride(from: channel, to: samples.count, by: 3).map { Int(samples[$0]) }
      return Float(own.reduce(0, +)) / Float(own.count)
    }
  }
}
