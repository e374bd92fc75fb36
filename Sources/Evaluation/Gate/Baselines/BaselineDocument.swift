import Store
import Verdicts

/// What a baseline's JSON file holds: a frozen run, readable in a diff.
///
/// Nothing in it depends on when or where it was made, so the same run gives the same bytes. Values are
/// as stored: fractions for percentages.
struct BaselineDocument: Codable {
  /// Version of this form.
  var schema = 1
  var name: String
  var run: Origin
  /// Sorted by name.
  var methods: [Method]
  /// Lines of every fingerprint that scores refer to, by its hash.
  var fingerprints: [String: [String]]
  var images: Companion

  /// The run and what it was measured with.
  struct Origin: Codable {
    var id: String
    var `protocol`: String
    /// ISO 8601, UTC.
    var created: String
    var command: String
    var tool: String
    var weights: String
    var dataset: String
    var pairs: Int
    /// SHA-256 of the list of pairs.
    var pairsHash: String
    /// SHA-256 over the real images and label maps; empty where they were not recorded.
    var referencesHash: String
  }

  /// A row of the run.
  struct Method: Codable {
    var name: String
    var specification: String
    var scored: Int
    var failed: Int
    /// Images whose pixels another image of the row has too.
    var repeated: Int
    /// Images that are a real image to the last pixel.
    var copied: Int
    /// Images that are nearly identical to another image of the method; absent where unknown.
    var nearlyRepeated: Int?
    /// Images that are nearly identical to the real image of another pair; absent where unknown.
    var nearlyCopied: Int?
    /// By metric.
    var scores: [String: Score]
  }

  /// One metric of a row's set.
  struct Score: Codable {
    /// Absent where there is no number, and for an infinite one, which the reason names.
    var value: Double?
    /// Why there is no value.
    var reason: String?
    var count: Int
    var standardError: Double?
    var fingerprint: String
    /// The set without each group of images, by statistic: what a later run is tested against.
    var replicates: [String: SetReplicates]?
    /// Why there are no replicates.
    var unpaired: String?
  }

  /// The file with one line an image.
  struct Companion: Codable {
    var file: String
    var lines: Int
    var sha256: String
  }
}

extension BaselineDocument.Score {
  /// The value, infinite or NaN where the reason says so; nil where nothing was measured.
  var number: Double? { StoredValue(value: value, reason: reason).double }
}
