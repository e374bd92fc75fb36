import Terms

/// Everything that a rendered table says, as plain values.
///
/// All numbers are in the scale that is printed: a percentage is 83.41, not 0.8341. Nothing here
/// depends on the time of rendering, so equal measurements give equal text.
package struct TableReport: Sendable, Hashable {
  /// Heading of the page.
  package var title: String
  /// Paragraphs above the table: which weights, which data, how to read it.
  package var notes: [String]
  /// The paper's caption.
  package var caption: String
  /// Heading over the sections' titles, for example `Input conditions`.
  package var sectionHeading: String
  /// Headings over `Row.details`.
  package var detailHeadings: [String]
  /// The measured quantities, left to right.
  package var columns: [Column]
  /// Groups of rows, top to bottom.
  package var sections: [Section]
  /// Remarks below the table that belong to no single row.
  package var remarks: [String]
  /// How methods rank over images, column by column; empty where nobody asks.
  package var ranks: [Ranks]
  /// How the images ended, one line for each method.
  package var images: [ImageLine]
  /// What was not measured, and why.
  package var unmeasured: [UnmeasuredLine]
  /// The weights behind the numbers.
  package var weights: [WeightsLine]
  /// What the measured numbers depend on, one line for each metric and fingerprint.
  package var fingerprints: [FingerprintLine]
  /// The protocol's choices, and what was used in their place.
  package var switches: [SwitchLine]
  /// Why published values do not compare with the measured ones, as parts of a sentence; `nil` where they do.
  package var incomparability: String?
  /// Facts about the run, such as its id and the hash of its pairs.
  package var facts: [Fact]
  /// Folder with the charts and the contact sheet, relative to the report's file; `nil` where there is none
  /// beside it.
  package var pictureFolder: String?
  /// Some of the images that the numbers are about.
  package var sheet: ContactSheet?
  /// Every image with its scores, for pages; nil elsewhere.
  package var browser: ImageBrowser?

  /// A report of columns and sections; everything else around the table defaults to nothing.
  package init(
    title: String, notes: [String] = [], caption: String, sectionHeading: String,
    detailHeadings: [String] = [], columns: [Column], sections: [Section],
    remarks: [String] = [], ranks: [Ranks] = [], images: [ImageLine] = [],
    unmeasured: [UnmeasuredLine] = [],
    weights: [WeightsLine] = [], fingerprints: [FingerprintLine] = [],
    switches: [SwitchLine] = [], incomparability: String? = nil, facts: [Fact] = [],
    pictureFolder: String? = nil, sheet: ContactSheet? = nil
  ) {
    self.title = title
    self.notes = notes
    self.caption = caption
    self.sectionHeading = sectionHeading
    self.detailHeadings = detailHeadings
    self.columns = columns
    self.sections = sections
    self.remarks = remarks
    self.ranks = ranks
    self.images = images
    self.unmeasured = unmeasured
    self.weights = weights
    self.fingerprints = fingerprints
    self.switches = switches
    self.incomparability = incomparability
    self.facts = facts
    self.pictureFolder = pictureFolder
    self.sheet = sheet
  }
}

extension TableReport {
  /// One measured quantity.
  package struct Column: Sendable, Hashable {
    /// Name for machines, for example `lpips-alex`.
    package let id: String
    /// As printed, without the arrow.
    package var heading: String
    /// Which way is better.
    package let direction: Direction
    /// `%` or empty.
    package let unit: String
    /// Decimals of measured values.
    package let digits: Int
    /// Decimals of published values.
    package let publishedDigits: Int

    /// A column with its heading and the decimals that it prints.
    package init(
      id: String, heading: String, direction: Direction, unit: String = "", digits: Int,
      publishedDigits: Int
    ) {
      self.id = id
      self.heading = heading
      self.direction = direction
      self.unit = unit
      self.digits = digits
      self.publishedDigits = publishedDigits
    }
  }

  /// Rows that share their input conditions, and among which the best value is marked.
  package struct Section: Sendable, Hashable {
    /// Heading above the rows.
    package let title: String
    /// The methods, top to bottom.
    package let rows: [Row]

    /// A group of rows under a heading.
    package init(title: String, rows: [Row]) {
      self.title = title
      self.rows = rows
    }
  }

  /// One method.
  package struct Row: Sendable, Hashable {
    /// The method's name as printed.
    package let name: String
    /// One text for each of `detailHeadings`.
    package let details: [String]
    /// Whether it is a floor or ceiling, which is never marked as best.
    package let isAnchor: Bool
    /// In how many steps the method samples an image; `nil` where rows do not differ in that.
    package let steps: Int?
    /// A footnote to the name.
    package let note: String?
    /// One for each column.
    package let cells: [Cell]

    /// A method with one cell for each column.
    package init(
      name: String, details: [String] = [], isAnchor: Bool = false, steps: Int? = nil,
      note: String? = nil, cells: [Cell]
    ) {
      self.name = name
      self.details = details
      self.isAnchor = isAnchor
      self.steps = steps
      self.note = note
      self.cells = cells
    }
  }

  /// What is known about one method in one column.
  package struct Cell: Sendable, Hashable {
    /// The number that was measured here; `nil` where there is none.
    package let measured: Measurement?
    /// The paper's number in the printed scale; `nil` where the paper reports none.
    package let published: Double?
    /// A footnote: why there is no measured value, or what is special about it.
    package let note: String?

    /// A cell; what is left out is unknown.
    package init(measured: Measurement? = nil, published: Double? = nil, note: String? = nil) {
      self.measured = measured
      self.published = published
      self.note = note
    }
  }

  /// A measured number and what it depends on.
  package struct Measurement: Sendable, Hashable {
    /// The number in the printed scale.
    package let value: Double
    /// Images, or pairs, that the value is made of.
    package let count: Int
    /// Images, or pairs, that there should have been.
    package let expectedCount: Int
    /// Images on the real side, where the metric has one and their number is known.
    package let referenceCount: Int?
    /// Whether there is a real side whose number of images is unknown.
    package let hasUncountedReference: Bool
    /// Standard error in the printed scale; `nil` where none is known.
    package let standardError: Double?
    /// Hash of everything that can move the value.
    package let fingerprint: String

    /// A number with the counts and the fingerprint behind it.
    package init(
      value: Double, count: Int, expectedCount: Int, referenceCount: Int? = nil,
      hasUncountedReference: Bool = false, standardError: Double? = nil, fingerprint: String
    ) {
      self.value = value
      self.count = count
      self.expectedCount = expectedCount
      self.referenceCount = referenceCount
      self.hasUncountedReference = hasUncountedReference
      self.standardError = standardError
      self.fingerprint = fingerprint
    }
  }
}
