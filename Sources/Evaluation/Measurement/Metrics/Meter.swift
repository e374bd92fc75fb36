import Graphs
import Images
import Metrics
import Models
import Provenance
import Tensors

/// A way to measure one image against its reference.
package enum Meter: Sendable {
  /// Features for the distances of two sets; by itself it gives no score.
  case features(FeatureExtractor, FeatureDistances)
  case perceptual(MetricIdentifier, PerceptualMeter)
  case similarity(MetricIdentifier, StructuralSimilarity.Variant)
  case meanAbsoluteError
  case peakSignalToNoiseRatio
  case identity(FeatureExtractor)
  /// Labels against a ground-truth map; scores are accuracy and mean IoU.
  case segmentation(FaceParser, size: LabelSize, miou: MeanIntersectionOverUnion)
  /// Labels against those of the real image that was edited.
  case consistency(FaceParser, SegmentationConsistency, averaging: MeanIntersectionOverUnion)
  /// CLIP's embeddings against texts, real images or both.
  case clip(CLIPMeter)
  /// Distances between images of one row.
  case diversity(PerceptualMeter, DiversityChoice)
  /// How long images took to make.
  case inferenceTime

  /// The metrics that it serves.
  package var metrics: [MetricIdentifier] {
    switch self {
    case .features: FeatureDistances.metrics
    case .perceptual(let metric, _), .similarity(let metric, _): [metric]
    case .meanAbsoluteError: [.mae]
    case .peakSignalToNoiseRatio: [.psnr]
    case .identity: [.id]
    case .segmentation: [.accuracy, .miou]
    case .consistency: [.segmentationConsistency]
    case .clip(let clip): [clip.metric]
    case .diversity: [.lpipsDiversity]
    case .inferenceTime: [.time]
    }
  }

  /// Everything that can move one of its scores, apart from the images.
  package func fingerprint(of metric: MetricIdentifier, working: WorkingSize) -> Fingerprint {
    var settings: [String: String?] = [
      "decoder": "libjpeg-islow-fancy,libpng,rgb8",
      "metric": "\(metric.rawValue)@\(metric.descriptor.version)",
      "working-size": working.description,
    ]
    var parts: [String: Fingerprint] = [:]
    switch self {
    case .features(let extractor, let distances):
      parts["extractor"] = extractor.fingerprint
      settings.merge(distances.settings(of: metric)) { $1 }
    case .perceptual(_, let meter):
      parts["distance"] = meter.fingerprint
      settings["reduction"] = "mean"
    case .similarity(_, let variant):
      settings["variant"] = variant.rawValue
      settings["data-range"] = "255"
      settings["reduction"] = "mean"
    case .meanAbsoluteError, .peakSignalToNoiseRatio: settings["reduction"] = "mean"
    case .identity(let extractor):
      parts["extractor"] = extractor.fingerprint
      settings["reduction"] = "mean"
    case .segmentation(let parser, let size, let miou):
      parts["parser"] = parser.fingerprint
      settings["size"] = size.description
      settings["miou"] = metric == .miou ? miou.rawValue : nil
      settings["reduction"] = metric == .miou && miou.isPerImage ? "mean" : "dataset"
    case .consistency(let parser, let mode, let averaging):
      parts["parser"] = parser.fingerprint
      settings["mode"] = mode.rawValue
      settings["size"] = "of the parser"
      settings["miou"] = mode == .miou ? averaging.rawValue : nil
    case .clip(let clip):
      parts["image"] = clip.image.fingerprint
      parts["text"] = clip.text?.fingerprint
      settings.merge(clip.settings) { $1 }
    case .diversity(let meter, let choice):
      parts["distance"] = meter.fingerprint
      settings["pairs"] = choice.selection.rawValue
      settings["mean-over"] = choice.weighting.rawValue
    case .inferenceTime:
      settings = [
        "metric": "\(metric.rawValue)@\(metric.descriptor.version)",
        "machine": Machine.current.processor, "cores": "\(Machine.current.cores)",
        "reduction": "mean",
      ]
    }
    return Fingerprint(settings, parts: parts)
  }

  /// The networks that it uses, with the weights of each.
  package var networks: [(name: String, weights: WeightFile)] {
    var networks = loadedNetworks.map { (name: $0.network.name, weights: $0.weights) }
    switch self {
    case .perceptual(_, let meter), .diversity(let meter, _):
      networks.append(("\(meter.network.network.name) heads", meter.headWeights))
    default: break
    }
    return networks
  }

  /// The networks themselves.
  var loadedNetworks: [LoadedNetwork] {
    switch self {
    case .features(let extractor, _), .identity(let extractor): [extractor.network]
    case .perceptual(_, let meter), .diversity(let meter, _): [meter.network]
    case .segmentation(let parser, _, _), .consistency(let parser, _, _): [parser.network]
    case .clip(let clip): [clip.image.network] + (clip.text.map { [$0.network] } ?? [])
    case .similarity, .meanAbsoluteError, .peakSignalToNoiseRatio, .inferenceTime: []
    }
  }
}

/// FID's input pipelines, by the package whose numbers they reproduce.
package enum FrechetMode: String, CaseIterable, Sendable {
  case pytorchFID = "pytorch-fid"
  case torchFidelity = "torch-fidelity"
  case cleanFID = "clean-fid"

  /// From RGB to Inception's input.
  package var preprocessing: Preprocessing {
    switch self {
    case .pytorchFID: .fidPytorch
    case .torchFidelity: .fidTorchFidelity
    case .cleanFID: .fidClean
    }
  }
}

/// The size at which images are compared.
package struct WorkingSize: Sendable, CustomStringConvertible {
  /// Width and height in pixels; nil leaves images as they are.
  package let side: Int?
  /// How other sizes get there.
  package let filter: PillowFilter

  /// Images as they are.
  package static let native = WorkingSize(side: nil, filter: .bicubic)

  /// A square.
  package init(side: Int?, filter: PillowFilter) {
    self.side = side
    self.filter = filter
  }

  package var description: String { side.map { "\($0) pil-\(filter.rawValue)" } ?? "native" }

  /// An image at the working size; one that has it already is left alone.
  package func apply(_ image: Raster) -> Raster {
    guard let side, image.width != side || image.height != side else { return image }
    return image.resized(width: side, height: side, filter: filter)
  }
}
