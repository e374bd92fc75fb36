/// Something that was found about one image, as plain values.
package struct FileFinding: Sendable, Hashable {
  /// What was looked for.
  package let rule: Rule
  /// Name of the method that made the image.
  package let method: String
  /// Id of the image.
  package let image: String
  /// What was found, in one sentence.
  package let message: String
  /// Absolute path of the image; `nil` where it is not known.
  package let path: String?

  /// What is looked for in images.
  package enum Rule: String, CaseIterable, Sendable {
    case failed = "failed-image"
    case repeated = "repeated-image"
    case copied = "copied-image"
    case nearlyRepeated = "nearly-repeated-image"
    case nearlyCopied = "nearly-copied-image"
    case worst = "worst-pair"

    /// What the rule finds, for people.
    package var summary: String {
      switch self {
      case .failed: "The image could not be scored."
      case .repeated: "Another image of the method has the same pixels."
      case .copied: "The image is a real one to the last pixel."
      case .nearlyRepeated: "Another image of the method nearly is the same."
      case .nearlyCopied: "The image nearly is the real one of another pair."
      case .worst: "The image is among those that a regression comes from."
      }
    }

    /// How grave it is, in SARIF's words.
    var level: String {
      switch self {
      case .failed: "error"
      case .repeated, .copied, .nearlyRepeated, .nearlyCopied: "warning"
      case .worst: "note"
      }
    }
  }

  /// A finding about the image of a method.
  package init(rule: Rule, method: String, image: String, message: String, path: String?) {
    self.rule = rule
    self.method = method
    self.image = image
    self.message = message
    self.path = path
  }
}

extension [FileFinding] {
  /// The gravest ones within a limit, and how many are left out.
  func within(_ limit: Int) -> (kept: [FileFinding], omitted: Int) {
    let kept = FileFinding.Rule.allCases.flatMap { rule in filter { $0.rule == rule } }
      .prefix(limit)
    return (Array(kept), count - kept.count)
  }
}
