import Datasets
import Measurement
import Metrics
import Tables

/// The options that a run was started with, so that its images can be measured again.
package enum RunRecipe: Codable, Sendable {
  case table(Table)
  case score(Score)

  /// A table's options that settle which numbers come out.
  package struct Table: Codable, Sendable {
    /// As the command line spells it.
    package var dataset: String
    /// How many pairs; nil takes the protocol's number.
    package var pairCount: Int?
    /// Each `NAME=VALUE`.
    package var switches: [String]
    /// FID's input pipeline; nil takes the protocol's.
    package var fidMode: String?
    /// Whether convolutions were plain sums.
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
    /// Folder of real images, or their statistics; empty for none.
    package var reference: String
    /// Folder of the scored images.
    package var generated: String
    /// Folder of label maps.
    package var masks: String?
    /// File of captions.
    package var captions: String?
    /// File of edits.
    package var edits: String?
    /// Which images are of one group.
    package var grouping: String
    /// Metrics and their options.
    package var choices: MetricOptionValues
    /// Most images that are scored; nil for all.
    package var limit: Int?
    /// Whether convolutions were plain sums.
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
