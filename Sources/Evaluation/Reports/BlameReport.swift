/// What a change of metrics comes from, as plain values.
package struct BlameReport: Sendable, Hashable, Encodable {
  /// Version of the JSON's keys.
  package var schema = 1
  /// Id of the run that was judged.
  package let run: String
  /// Name of the baseline it was compared with.
  package let baseline: String
  /// One section for each metric that got worse.
  package let sections: [Section]

  /// One metric of one method.
  package struct Section: Sendable, Hashable, Encodable {
    /// Name of the method.
    package let method: String
    /// Name of the metric, for example `fid`.
    package let metric: String
    /// What scores are in, for example `%`; empty for plain numbers.
    package var unit = ""
    /// The set's score.
    package var before: Double?
    /// The run's score of the set, in the printed scale.
    package var after: Double?
    /// What the numbers of single images are.
    package var meaning = ""
    /// Images that were compared.
    package var compared = 0
    /// The worst ones, the worst first.
    package var images: [Image] = []
    /// Classes of label maps, the one that lost most first.
    package var classes: [Class] = []
    /// What could not be determined, one sentence each.
    package var notes: [String] = []

    /// A section without scores and images; callers fill in what is known.
    package init(method: String, metric: String) {
      self.method = method
      self.metric = metric
    }
  }

  /// An image and its part in the change.
  package struct Image: Sendable, Hashable, Encodable {
    /// Id of the pair.
    package let id: String
    /// The baseline's number for the image; `nil` where it is not known.
    package let before: Double?
    /// The run's number for the image; `nil` where it is not known.
    package let after: Double?
    /// `after` less `before`, or `after` itself where nothing is known before.
    package let change: Double
    /// Path of the image, where it is known.
    package let made: String?
    /// Path of the real image, where it is known.
    package let real: String?

    /// An image with its numbers and paths.
    package init(
      id: String, before: Double?, after: Double?, change: Double, made: String?, real: String?
    ) {
      self.id = id
      self.before = before
      self.after = after
      self.change = change
      self.made = made
      self.real = real
    }
  }

  /// A class of label maps and its intersection over union in percent.
  package struct Class: Sendable, Hashable, Encodable {
    /// Name of the class, for example `hair`.
    package let name: String
    /// Percent, in the baseline; `nil` where the class does not occur.
    package let before: Double?
    /// Percent, in the run; `nil` where the class does not occur.
    package let after: Double?

    /// A class with its intersection over union, in percent, on both sides.
    package init(name: String, before: Double?, after: Double?) {
      self.name = name
      self.before = before
      self.after = after
    }
  }

  /// A report of a run against a baseline.
  package init(run: String, baseline: String, sections: [Section]) {
    self.run = run
    self.baseline = baseline
    self.sections = sections
  }
}

extension BlameReport {
  /// The report as Markdown with small pictures.
  ///
  /// - Parameter link: from a path to what a page links to.
  /// - Returns: the page.
  package func markdown(link: (String) -> String) -> String {
    var text = "# Blame: run \(MarkdownReport.escape(run)) beside baseline "
    text += MarkdownReport.escape(baseline) + "\n"
    if sections.isEmpty { text += "\nNo metric got worse.\n" }
    for section in sections { text += "\n" + Self.block(section, link) }
    return text
  }

  private static func block(_ section: Section, _ link: (String) -> String) -> String {
    var text = "## \(MarkdownReport.escape("\(section.method): \(section.metric)"))\n\n"
    text += "\(ChangeReport.text(section.before)) → \(ChangeReport.text(section.after))."
    if !section.meaning.isEmpty { text += " \(section.meaning)" }
    text += "\n"
    for note in section.notes { text += "\n\(MarkdownReport.escape(note))\n" }
    if !section.images.isEmpty { text += "\n" + images(section, link) }
    if !section.classes.isEmpty { text += "\n" + classes(section.classes) }
    return text
  }

  private static func images(_ section: Section, _ link: (String) -> String) -> String {
    func picture(_ path: String?) -> String {
      path.map { "<img src=\"\(XMLText.escape(link($0)))\" width=\"96\" alt=\"\">" } ?? ""
    }
    let rows = section.images.map { image in
      [
        MarkdownReport.escape(image.id), ChangeReport.text(image.before),
        ChangeReport.text(image.after), ChangeReport.text(image.change), picture(image.made),
        picture(image.real),
      ]
    }
    let heading = [
      ["Image", "Before", "After", "Change", "Made", "Real"],
      [":--", "--:", "--:", "--:", ":--", ":--"],
    ]
    return MarkdownReport.lines(heading + rows)
      + "\n\nThe worst \(rows.count) of \(section.compared) images.\n"
  }

  private static func classes(_ classes: [Class]) -> String {
    let rows = classes.map { row in
      let change = row.after.flatMap { after in row.before.map { after - $0 } }
      return [
        MarkdownReport.escape(row.name), ChangeReport.text(row.before),
        ChangeReport.text(row.after), ChangeReport.text(change),
      ]
    }
    return MarkdownReport.lines(
      [["Class", "IoU before", "IoU after", "Change"], [":--", "--:", "--:", "--:"]] + rows) + "\n"
  }
}
