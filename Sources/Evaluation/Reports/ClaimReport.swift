/// What stored scores say of papers' claims, as plain values.
package struct ClaimReport: Sendable, Hashable, Encodable {
  /// Version of the JSON's keys.
  package var schema = 1
  /// One for each file of claims.
  package let papers: [Paper]
  /// The commands that would measure what is missing.
  package let commands: [String]

  /// One paper.
  package struct Paper: Sendable, Hashable, Encodable {
    /// As `evalkit claims` spells it.
    package let id: String
    /// The paper's title.
    package let title: String
    /// Where it was published.
    package let venue: String
    /// In the paper's order.
    package let claims: [Claim]

    /// A paper with its claims.
    package init(id: String, title: String, venue: String, claims: [Claim]) {
      self.id = id
      self.title = title
      self.venue = venue
      self.claims = claims
    }
  }

  /// One claim.
  package struct Claim: Sendable, Hashable, Encodable {
    /// Unique in its paper.
    package let id: String
    /// The table or figure.
    package let place: String
    /// What is claimed, in a sentence.
    package let claim: String
    /// What is measured, for example `retrieval (top-5)`.
    package let metric: String
    /// `ordering`, `trend`, `positive` or `interaction`.
    package let kind: String
    /// `higher` or `lower`: the claimed side of the last row less the first, of the only one, or of the second step less
    /// the first.
    package let expected: String
    /// How far on the other side is not worse; 0 without a margin.
    package let margin: Double
    /// From the least to the most.
    package let rows: [Row]
    /// The test; nil where rows are missing.
    package let test: Test?
    /// `holds`, `not shown`, `contradicted` or `not measured`.
    package let verdict: String
    /// What a reader has to know, a sentence each.
    package let notes: [String]

    /// A claim and what was found.
    package init(
      id: String, place: String, claim: String, metric: String, kind: String, expected: String,
      margin: Double, rows: [Row], test: Test?, verdict: String, notes: [String]
    ) {
      self.id = id
      self.place = place
      self.claim = claim
      self.metric = metric
      self.kind = kind
      self.expected = expected
      self.margin = margin
      self.rows = rows
      self.test = test
      self.verdict = verdict
      self.notes = notes
    }
  }

  /// One row of a claim.
  package struct Row: Sendable, Hashable, Encodable {
    /// Its id.
    package let id: String
    /// The method with its options.
    package let method: String
    /// Its mean over images or seeds, as stored; nil where it is missing.
    package let mean: Double?
    /// The runs that it comes from; none where it is missing.
    package let runs: [String]

    /// A row and what is stored of it.
    package init(id: String, method: String, mean: Double?, runs: [String]) {
      self.id = id
      self.method = method
      self.mean = mean
      self.runs = runs
    }
  }

  /// The numbers that a verdict rests on.
  package struct Test: Sendable, Hashable, Encodable {
    /// What is computed, for example `L`.
    package let statistic: String
    /// Its value.
    package let value: Double
    /// The last row less the first, or the mean of the only one.
    package let effect: Double
    /// Lower and upper bound of the effect's 95 % interval.
    package let interval: [Double]
    /// As tested.
    package let pValue: Double
    /// After Holm's correction over the claims of one place.
    package let adjustedPValue: Double
    /// Images, or seeds.
    package let count: Int
    /// `images` or `seeds`.
    package let unit: String

    /// Joins the numbers.
    package init(
      statistic: String, value: Double, effect: Double, interval: ClosedRange<Double>,
      pValue: Double, adjustedPValue: Double, count: Int, unit: String
    ) {
      self.statistic = statistic
      self.value = value
      self.effect = effect
      self.interval = [interval.lowerBound, interval.upperBound]
      self.pValue = pValue
      self.adjustedPValue = adjustedPValue
      self.count = count
      self.unit = unit
    }
  }

  /// The claims of some papers, and what is missing.
  package init(papers: [Paper], commands: [String]) {
    self.papers = papers
    self.commands = commands
  }

  /// How many claims came out as what, in one line.
  package var summary: String {
    let verdicts = papers.flatMap(\.claims).map(\.verdict)
    let found = ["holds", "contradicted", "not shown", "not measured"].map { word in
      (word, verdicts.count { $0 == word })
    }
    let words = found.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    return "\(verdicts.count) \(verdicts.count == 1 ? "claim" : "claims"): \(words)"
  }
}
