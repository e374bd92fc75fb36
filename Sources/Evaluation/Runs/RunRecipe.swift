import Datasets
import Measurement
import Metrics
import Tables

/// What a run was asked for, so that its images can be measured again.
package enum RunRecipe: Codable, Sendable {
  case table(Table)
  case score(Score)

  /// A table's options that settle which numbers come out.
  package struct Table: Codable, Sendable {
    package var dataset: String
    package var pairCount: Int?
    /// Each `NAME=VALUE`.
    package var switches: [String]
    package var fidMode: String?
    package var isExact: Bool
    /// Nil in runs of an older evalkit, which checked no places.
    package var allowsOutside: Bool?

    /// Joins the parts.
    package init(
      dataset: String,
      pairCount: Int? = nil,
      switches: [String],
      fidMode: String? = nil,
      isExact: Bool,
      allowsOutside: Bool? = nil
    ) {
      self.dataset = dataset
      self.pairCount = pairCount
      self.switches = switches
      self.fidMode = fidMode
      self.isExact = isExact
      self.allowsOutside = allowsOutside
    }
  }

  /// The options of a score.
  package struct Score: Codable, Sendable {
    package var reference: String
    package var generated: String
    package var masks: String?
    package var captions: String?
    package var edits: String?
    package var grouping: String
    package var choices: MetricOptionValues
    package var limit: Int?
    package var isExact: Bool

    /// Joins the parts.
    package init(
      reference: String, generated: String, masks: String?, captions: String?, edits: String?,
      grouping: String, choices: MetricOptionValues, limit: Int?, isExact: Bool
    ) {
      self.reference = reference
      self.generated = generated
      self.masks = masks
      self.captions = captions
      self.edits = edits
      self.grouping = grouping
      self.choices = choices
      self.limit = limit
      self.isExact = isExact
    }
  }
}
