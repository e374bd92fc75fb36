import Datasets
import Metrics

/// What a meter reads beside the image that it scores.
package enum MeterInput: Sendable {
  /// Real images, whatever their ids.
  case realImages
  /// The real image of the same id.
  case counterpart
  /// The label map of the same id.
  case labelMap
  case caption
  /// The texts before and after an edit.
  case edit

  /// Whether a pair has it.
  package func isPresent(in pair: Pair) -> Bool {
    switch self {
    case .realImages, .counterpart: pair.imagePath != nil
    case .labelMap: pair.maskPath != nil
    case .caption: pair.text != nil
    case .edit: pair.sourceText != nil && pair.targetText != nil
    }
  }

  /// Several of it, in words.
  var plural: String {
    switch self {
    case .realImages, .counterpart: "real images"
    case .labelMap: "label maps"
    case .caption: "captions"
    case .edit: "texts of edits"
    }
  }
}

extension Meter {
  /// What it reads beside the image that it scores.
  package var inputs: [MeterInput] {
    switch self {
    case .features: [.realImages]
    case .perceptual, .similarity, .meanAbsoluteError, .peakSignalToNoiseRatio, .identity,
      .consistency:
      [.counterpart]
    case .segmentation: [.labelMap]
    case .clip(let clip):
      switch clip.task {
      case .caption: [.caption]
      case .edit: [.counterpart, .edit]
      case .distance: [.realImages]
      case .retrieval(_, .text): [.realImages, .caption]
      case .retrieval(_, .image): [.counterpart]
      }
    case .diversity, .inferenceTime: []
    }
  }

  /// Whether it compares an image with another one of the same id.
  package var isPairwise: Bool {
    inputs.contains { $0 == .counterpart || $0 == .labelMap }
  }
}

extension Dataset {
  /// Why a meter cannot measure anything here; nil where some pair has all that it reads.
  package func obstacle(to meter: Meter) -> String? {
    meter.inputs.first { input in !pairs.contains(where: input.isPresent) }
      .map { "\(name) has no \($0.plural)" }
  }
}
