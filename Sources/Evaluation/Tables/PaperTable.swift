import Essentials
import Terms

/// One table: what it measures, on what, by which choices, and what its paper published.
///
/// The typed form of a file `Protocols/<id>.yaml`.
package struct PaperTable: Sendable, Hashable {
  /// Id, for example `ddgi.table1`; the file's name without its extension.
  package let id: String
  /// What the table is about, in a few words.
  package let title: String
  /// Where it was published; nil for a table of no paper.
  package let paper: Paper?
  /// The caption, as printed in the paper where there is one.
  package let caption: String
  /// The images that it is measured on.
  package let dataset: Dataset
  /// How many condition–image pairs, and which.
  package let pairs: EvaluationSet
  /// Every choice that moves a number, in the file's order.
  package internal(set) var switches: [Switch]
  /// The measured quantities, left to right.
  package let columns: [Column]
  /// Groups of rows, top to bottom.
  package let sections: [Section]
  /// Built-in methods to measure on drawn faces where the user names none, from above; none unless the file says so.
  package let methods: [DefaultMethod]
  /// Built-in floors and ceilings, measured always, from above; none unless the file says so.
  package let anchors: [Anchor]
  /// Whether reports rank the measured methods over images.
  package let isRanked: Bool
  /// Remarks that rows refer to, or that hold for the whole table.
  package let footnotes: [Footnote]

  /// The paper's bibliographic data.
  package struct Paper: Sendable, Hashable {
    /// The paper's title.
    package let title: String
    /// Names in the paper's order.
    package let authors: [String]
    /// Conference or journal with its year, for example `CVPR 2024`.
    package let venue: String
    /// Number on arXiv, for example `2405.04356`; `nil` where there is none.
    package let arXiv: String?
  }

  /// A dataset's name and split.
  package struct Dataset: Sendable, Hashable {
    /// As the paper calls it, for example `CelebAMask-HQ`.
    package let name: String
    /// Which part of the dataset, in words; what the paper leaves open is said.
    package let split: String
    /// CelebA-HQ's ids that the split means, where it is one of that dataset's.
    package let ids: ClosedRange<Int>?
    /// In whose manner the images are described.
    package let captions: CaptionStyle
  }

  /// Datasets whose captions the papers use.
  package enum CaptionStyle: String, CaseIterable, Sendable {
    /// Attributes of the whole face.
    case multiModal = "multi-modal-celeba-hq"
    /// Beard and age.
    case dialog = "celeba-dialog"
  }

  /// How many pairs are measured and how they are chosen.
  package struct EvaluationSet: Sendable, Hashable {
    /// How many images are measured.
    package let count: Int
    /// How the pairs are chosen, in words; what the paper leaves open is said.
    package let sampling: String
  }

  /// One measured quantity.
  package struct Column: Sendable, Hashable {
    /// Unique in the table; the metric's name unless several columns share a metric.
    package let id: String
    /// The metric to measure; `nil` only where `isPublishedOnly`.
    package let metric: Metric?
    /// Which of the values that accompany the metric is printed in its place, for example `top-5`.
    package let detail: String?
    /// As printed, without the arrow.
    package let heading: String
    /// Which way is better.
    package let direction: Direction
    /// Decimals printed for measured values.
    package let digits: Int
    /// Decimals that the paper prints.
    package let publishedDigits: Int
    /// How a stored score becomes the printed number.
    package let scale: Scale
    /// Whether the column repeats the paper and is never measured, such as a human study.
    package let isPublishedOnly: Bool
  }

  /// From a stored score to the number that the table prints.
  package enum Scale: String, CaseIterable, Sendable {
    /// As stored.
    case plain
    /// A fraction in `[0, 1]`, printed times 100.
    case percent

    /// What a stored score is multiplied by before printing.
    package var factor: Double { self == .percent ? 100 : 1 }
  }

  /// Rows that share their input conditions.
  package struct Section: Sendable, Hashable {
    /// Unique in the table.
    package let id: String
    /// Heading printed above the rows.
    package let title: String
    /// Published methods, top to bottom.
    package let rows: [Row]
  }

  /// One published method.
  package struct Row: Sendable, Hashable {
    /// Unique in the table; the name that `--method` uses for it.
    ///
    /// It names the system as its paper does, and is `SYSTEM@PLACE` where a system has several rows.
    package let id: String
    /// As printed.
    package let method: String
    /// Kind of generator, for example `GAN`.
    package let model: String
    /// `2D` or `3D`.
    package let domain: String
    /// In how many steps an image is sampled, where rows of a section differ in that.
    package let steps: Int?
    /// One value per column in the paper's own scale; `nil` where the paper reports none.
    package let published: [Double?]
    /// Id of the footnote that belongs to the row.
    package let footnote: String?

    /// The id without its `@PLACE`.
    package var system: String { String(id.prefix { $0 != "@" }) }
  }

  /// A remark under the table.
  package struct Footnote: Sendable, Hashable {
    /// Unique in the table; rows refer to it.
    package let id: String
    /// The remark as printed.
    package let text: String
  }

  /// What reports of the table are headed with: the paper's title, or the table's own.
  package var heading: String { paper?.title ?? title }

  /// The value of the switch with this name.
  package func value(of switchName: String) -> String? {
    switches.first { $0.name == switchName }?.value
  }

  /// The value of a switch that says something about this table.
  package func applicableValue(of switchName: String) -> String? {
    value(of: switchName).flatMap { $0 == Switch.notApplicable ? nil : $0 }
  }

  /// How many images are made for the same condition.
  package var samples: Int { applicableValue(of: "samples").flatMap { Int($0) } ?? 1 }

  /// How many conditions some images are made for; the last may have fewer.
  package func conditions(for images: Int) -> Int { (images + samples - 1) / samples }

  /// Whether a switch was set to another value than the file's.
  package func departs(in switchName: String) -> Bool {
    switches.contains { $0.name == switchName && $0.protocolValue != nil }
  }

  /// Whether every column repeats the paper, so that nothing can be measured.
  package var isPublishedOnly: Bool { columns.allSatisfy(\.isPublishedOnly) }

  /// The same table measured by another choice than its file's.
  ///
  /// The switch then says so itself: its confidence is `unknown`, its reason names the file's value.
  ///
  /// - Throws: `TableError` for a switch that the table does not have and a value that it does not
  ///   allow, naming the nearest ones.
  package func setting(
    _ switchName: String, to value: String
  ) throws(TableError) -> PaperTable {
    guard let index = switches.firstIndex(where: { $0.name == switchName }) else {
      throw TableError(
        file: id, line: nil, key: switchName,
        problem: .unknownKey(switchName, known: switches.map(\.name)))
    }
    let old = switches[index]
    guard old.allowed.contains(value) else {
      throw TableError(
        file: id, line: nil, key: switchName,
        problem: .unknownValue(value, known: old.allowed.words))
    }
    guard old.value != value else { return self }
    var table = self
    let own = old.protocolValue ?? old.value
    table.switches[index] = Switch(
      name: old.name, value: value, allowed: old.allowed, confidence: .unknown,
      reason: "Set for this run instead of the protocol's \(own).", protocolValue: own)
    return table
  }

  /// The published value of a row in a column, in the paper's own scale.
  package func published(section: String, row: String, column: String) -> Double? {
    guard let position = columns.firstIndex(where: { $0.id == column }),
      let found = sections.first(where: { $0.id == section })?.rows.first(where: { $0.id == row })
    else { return nil }
    return found.published[position]
  }
}
