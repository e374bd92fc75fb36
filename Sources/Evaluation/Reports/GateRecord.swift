/// A gate with everything that it was decided on, as plain values.
package struct GateRecord: Sendable {
  /// The checks and how they ended.
  package let report: GateReport
  /// The verdict in words.
  package let sentence: String
  /// The exit code.
  package let code: Int32
  /// Id of the run.
  package let run: String
  /// When the run began, in seconds since 1970.
  package let created: Double
  /// Scores of all methods, anchors included.
  package let measurements: [Measurement]
  /// How the images ended, one entry for each method.
  package let images: [Images]
  /// What was found about single images.
  package let findings: [FileFinding]

  /// A score of a method's set in the printed scale.
  package struct Measurement: Sendable, Hashable {
    /// Name of the method.
    package let method: String
    /// Name of the metric, for example `fid`.
    package let metric: String
    /// The score in the printed scale.
    package let value: Double
    /// Standard error; `nil` where none is known.
    package let error: Double?

    /// A score with its standard error.
    package init(method: String, metric: String, value: Double, error: Double?) {
      self.method = method
      self.metric = metric
      self.value = value
      self.error = error
    }
  }

  /// How a method's images ended.
  package struct Images: Sendable, Hashable {
    /// Name of the method.
    package let method: String
    /// Images with scores.
    package let scored: Int
    /// Images that failed with a reason.
    package let failed: Int

    /// Counts of a method's images.
    package init(method: String, scored: Int, failed: Int) {
      self.method = method
      self.scored = scored
      self.failed = failed
    }
  }

  /// A gate's report with the run that it judged.
  package init(
    report: GateReport, sentence: String, code: Int32, run: String, created: Double,
    measurements: [Measurement], images: [Images], findings: [FileFinding]
  ) {
    self.report = report
    self.sentence = sentence
    self.code = code
    self.run = run
    self.created = created
    self.measurements = measurements
    self.images = images
    self.findings = findings
  }

  /// The numbers as OpenMetrics text, for a collector of text files.
  package var openMetrics: String { OpenMetricsReport.render(self) }

  /// One page that shows everything.
  ///
  /// - Parameters:
  ///   - link: from a path to what the page links to.
  ///   - picture: from a path to a small `data:` address of the image; nil where it cannot be read.
  /// - Returns: HTML that needs no other file.
  package func html(link: (String) -> String, picture: (String) -> String?) -> String {
    GatePage.render(self, link: link, picture: picture)
  }
}
