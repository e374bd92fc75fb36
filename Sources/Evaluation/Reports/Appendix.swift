/// The tables that stand below the main one, as text.
struct Appendix {
  let title: String
  let headings: [Heading]
  let rows: [[String]]

  struct Heading {
    let text: String
    var style = Style.plain
  }

  /// How a column is set.
  enum Style {
    case plain
    /// Names and hashes, in a typewriter face.
    case code
    case number
  }

  /// Everything that a report appends, without what is empty.
  static func all(of report: TableReport) -> [Appendix] {
    [
      ranks(report.ranks), images(report.images), unmeasured(report.unmeasured),
      weights(report.weights),
      switches(report.switches), fingerprints(report.fingerprints), facts(report.facts),
    ].filter { !$0.rows.isEmpty }
  }

  private static func ranks(_ columns: [TableReport.Ranks]) -> Appendix {
    Appendix(
      title: "Ranks over images",
      headings: [
        Heading(text: "Column"), Heading(text: "Method"),
        Heading(text: "Mean rank", style: .number), Heading(text: "95 %", style: .number),
        Heading(text: "Not told apart from"),
      ],
      rows: columns.flatMap { ranks in
        ranks.places.enumerated().map { index, place in
          let head = "\(ranks.heading), \(ranks.circumstances)"
          let digits = [place.mean, place.low, place.high].map {
            FixedDecimals.text($0, digits: 2) ?? "–"
          }
          return [
            index == 0 ? head : "", place.method, digits[0], "\(digits[1]) … \(digits[2])",
            ranks.alike(index).map { ranks.places[$0].method }.joined(separator: ", "),
          ]
        }
      })
  }

  private static func images(_ lines: [TableReport.ImageLine]) -> Appendix {
    Appendix(
      title: "Images",
      headings: [
        Heading(text: "Method"), Heading(text: "Scored", style: .number),
        Heading(text: "Of", style: .number), Heading(text: "Failed", style: .number),
        Heading(text: "How"),
      ],
      rows: lines.map { line in
        let states = line.failures.sorted { $0.key < $1.key }
        return [
          line.method, "\(line.scored)", "\(line.expected)",
          "\(states.reduce(0) { $0 + $1.value })",
          states.map { "\($0.value) \($0.key)" }.joined(separator: ", "),
        ]
      })
  }

  private static func unmeasured(_ lines: [TableReport.UnmeasuredLine]) -> Appendix {
    Appendix(
      title: "Not run", headings: [Heading(text: "What"), Heading(text: "Why")],
      rows: lines.map { [$0.subject, $0.reason] })
  }

  private static func weights(_ lines: [TableReport.WeightsLine]) -> Appendix {
    Appendix(
      title: "Weights",
      headings: [
        Heading(text: "Network"), Heading(text: "File", style: .code),
        Heading(text: "SHA-256", style: .code), Heading(text: "Remark"),
      ],
      rows: lines.map { [$0.network, $0.file, String($0.sha256.prefix(12)), $0.note] })
  }

  private static func switches(_ lines: [TableReport.SwitchLine]) -> Appendix {
    Appendix(
      title: "Switches",
      headings: [
        Heading(text: "Switch", style: .code), Heading(text: "Used", style: .code),
        Heading(text: "Protocol, where another", style: .code), Heading(text: "Confidence"),
        Heading(text: "Why"),
      ],
      rows: lines.map { [$0.name, $0.value, $0.protocolValue ?? "", $0.confidence, $0.reason] })
  }

  private static func fingerprints(_ lines: [TableReport.FingerprintLine]) -> Appendix {
    Appendix(
      title: "Fingerprints",
      headings: [
        Heading(text: "Metric", style: .code), Heading(text: "Fingerprint", style: .code),
        Heading(text: "Stands for"),
      ],
      rows: lines.map { [$0.metric, String($0.hash.prefix(12)), $0.text] })
  }

  private static func facts(_ facts: [TableReport.Fact]) -> Appendix {
    Appendix(
      title: "Run", headings: [Heading(text: "Fact"), Heading(text: "Value")],
      rows: facts.map { [$0.name, $0.value] })
  }
}
