import Essentials

/// One choice that moves a table's numbers and that the paper may or may not state.
package struct Switch: Sendable, Hashable {
  /// Name, one of `knownNames`.
  package let name: String
  /// What this table uses.
  package let value: String
  /// What else it could be.
  package let allowed: AllowedValues
  /// Where the value comes from.
  package let confidence: Confidence
  /// Why this value, in one sentence.
  package let reason: String
  /// The file's value where a run uses another; nil where `value` is the file's.
  package let protocolValue: String?

  init(
    name: String, value: String, allowed: AllowedValues, confidence: Confidence, reason: String,
    protocolValue: String? = nil
  ) {
    self.name = name
    self.value = value
    self.allowed = allowed
    self.confidence = confidence
    self.reason = reason
    self.protocolValue = protocolValue
  }

  /// How sure we are that the paper chose the same.
  package enum Confidence: String, CaseIterable, Sendable {
    /// The paper or its code says so.
    case documented
    /// Indirect evidence supports it.
    case inferred
    /// Nothing decides; the value is the default here.
    case unknown
  }

  /// The values that a switch can take.
  package enum AllowedValues: Sendable, Hashable {
    /// One of these words.
    case oneOf([String])
    /// A whole number of at least 1; `allowed: count` in the file.
    case count

    private static let counts = NumberRange(1...10_000_000)

    /// What people may choose from.
    package var words: [String] {
      switch self {
      case .oneOf(let words): words
      case .count: ["a whole number \(Self.counts)"]
      }
    }

    /// Whether `value` is one of them.
    package func contains(_ value: String) -> Bool {
      switch self {
      case .oneOf(let words): words.contains(value)
      case .count: (try? Self.counts.value(of: value)) != nil
      }
    }
  }

  /// What a switch says where the table has no use for it.
  package static let notApplicable = "not-applicable"

  /// Switches that every table must set, if only to ``notApplicable``.
  package static let requiredNames = [
    "fid_impl", "fid_ref", "ref_resize", "lpips_net", "lpips_pairs", "ssim_impl", "id_impl",
    "parser", "seg_size", "miou_mode", "clip_model", "clip_resize", "n_images", "sampler",
    "seed_rule", "quantise",
  ]

  /// Every switch that a table may set.
  package static let knownNames =
    requiredNames + [
      "test_ids", "caption_index", "scribble", "result_size", "result_resize", "id_pairs",
      "parser_resize", "guidance", "sc_mode", "samples",
    ]
}
