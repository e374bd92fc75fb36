/// The part of a stored run that a gate needs.
package struct Evidence: Sendable {
  /// Every metric known to the tool, measured or not.
  package let knownMetrics: [String]
  /// The run's methods, anchors included.
  package let methods: [Method]
  /// One for each metric of a method that was asked for.
  package let measurements: [Measurement]
  /// Why the run may not be judged at all, such as "the run was interrupted"; `nil` if it may.
  package let defect: String?

  /// A method of the run and how its images ended.
  package struct Method: Sendable, Hashable {
    /// The method's name in the table, for example `ours`.
    package let name: String
    /// Whether it is a built-in floor or ceiling; requirements without a method leave it out.
    package let isAnchor: Bool
    /// Images with scores.
    package let scored: Int
    /// Images that failed with a reason.
    package let failed: Int
    /// Images of the other side without one of the method's.
    package let missing: Int

    /// A method by its name and the counts of its images.
    package init(name: String, isAnchor: Bool, scored: Int, failed: Int, missing: Int = 0) {
      self.name = name
      self.isAnchor = isAnchor
      self.scored = scored
      self.failed = failed
      self.missing = missing
    }
  }

  /// One measured number in the scale that the table prints, infinities included; `nil` or NaN where there
  /// is none.
  package struct Measurement: Sendable, Hashable {
    /// Name of the method.
    package let method: String
    /// Name of the metric, for example `fid`.
    package let metric: String
    /// The score in the printed scale; `nil` or NaN where there is none.
    package let value: Double?

    /// The score of a method's set.
    package init(method: String, metric: String, value: Double?) {
      self.method = method
      self.metric = metric
      self.value = value
    }
  }

  /// What a run says, for requirements to be checked against.
  package init(
    knownMetrics: [String], methods: [Method], measurements: [Measurement], defect: String? = nil
  ) {
    self.knownMetrics = knownMetrics
    self.methods = methods
    self.measurements = measurements
    self.defect = defect
  }
}
