import Datasets

/// What an evaluator reads beside the image that it scores.
package enum EvaluatorInput: Sendable {
  /// Real images, whatever their ids.
  case realImages
  /// The real image of the same id.
  case counterpart
  /// The label map of the same id.
  case labelMap
  /// The text that the image was made for.
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

extension Dataset {
  /// Why an evaluator cannot measure anything here; nil where some pair has all that it reads.
  package func unavailability(of evaluator: any MetricEvaluator) -> String? {
    evaluator.inputs.first { input in !pairs.contains(where: input.isPresent) }
      .map { "\(name) has no \($0.plural)" }
  }
}
