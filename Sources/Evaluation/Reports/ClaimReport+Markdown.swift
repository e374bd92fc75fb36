extension ClaimReport {
  /// What a verdict means and what it does not, for people.
  private static let meaning = [
    """
    A verdict says how a method's mechanism behaves in what was measured. With the compact suite that is a small \
    version of the published system on drawn faces: 'holds' then means that the mechanism works there as the paper says, \
    not that the paper's numbers are right, and 'contradicted' is a finding about the small version. With the official \
    weights and data the same command asks the paper itself.
    """,
    """
    A claim holds if its p-value, corrected by Holm's procedure over the claims of one table or figure, is below 0.05 \
    and the 95 % interval of the effect (the last row less the first, or a single row's mean) lies on the claimed side \
    of 0. It is contradicted if the interval lies on the other side, and not shown otherwise. A claim that something is \
    not worse has a margin (↑ − 0.01), which takes the place of 0. An interaction has four rows: its effect is the \
    fourth less the third, less what the second is above the first.
    """,
    """
    Scores of images are compared on the images that all rows share: differences and means by the larger p-value of the \
    t test and the sign-flip test, trends by Page's L, intervals from 10,000 resamples of images or, where several \
    belong together, of their clusters (seed 0). Scores of sets are compared over runs with seeds of their own: \
    differences by Welch's test and interval, trends by the J of Jonckheere and Terpstra. Trends are tested in the claimed \
    direction only.
    """,
  ]

  /// The report for people.
  package var markdown: String {
    var blocks = ["# Claims"] + Self.meaning
    for paper in papers {
      blocks.append(
        "## \(MarkdownReport.escape(paper.title)) (\(MarkdownReport.escape(paper.venue)))")
      blocks.append(Self.table(paper.claims))
      blocks.append(paper.claims.map(Self.item).joined(separator: "\n"))
    }
    if !commands.isEmpty {
      blocks.append("## What is missing")
      blocks.append("These commands measure it; results that are stored already are used again.")
      blocks.append(commands.map { "    \($0)" }.joined(separator: "\n"))
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func table(_ claims: [Claim]) -> String {
    MarkdownReport.lines(
      [
        ["Claim", "Place", "Measured", "Statistic", "Effect", "95 %", "p (Holm)", "N", "Verdict"],
        [":--", ":--", ":--", "--:", "--:", "--:", "--:", "--:", ":--"],
      ]
        + claims.map { claim in
          [
            claim.id, MarkdownReport.escape(claim.place),
            MarkdownReport.escape(claim.metric) + side(claim),
          ] + cells(claim.test) + ["**\(claim.verdict)**"]
        })
  }

  /// The claimed side, and how far on the other side is not worse.
  private static func side(_ claim: Claim) -> String {
    let (arrow, sign) = claim.expected == "higher" ? (" ↑", "−") : (" ↓", "+")
    return arrow + (claim.margin == 0 ? "" : " \(sign) \(ChangeReport.text(claim.margin))")
  }

  private static func cells(_ test: Test?) -> [String] {
    guard let test else { return ["–", "–", "–", "–", "–"] }
    let number = ChangeReport.text
    // Of a mean or a difference the statistic is the effect.
    let isOwn = test.statistic.count == 1
    return [
      isOwn ? "\(test.statistic) = \(number(test.value))" : test.statistic, number(test.effect),
      test.interval.map { number($0) }.joined(separator: " … "), number(test.adjustedPValue),
      "\(test.count) \(test.unit)",
    ]
  }

  private static func item(_ claim: Claim) -> String {
    let rows = claim.rows.map { row in
      MarkdownReport.escape(row.id) + " " + (row.mean.map { ChangeReport.text($0) } ?? "missing")
    }
    let sentences =
      [MarkdownReport.escape(claim.claim)] + [rows.joined(separator: ", ") + "."]
      + claim.notes.map {
        MarkdownReport.escape($0)
      }
    return "- \(claim.id): " + sentences.joined(separator: " ")
  }
}
