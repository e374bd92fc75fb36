import Checkpoints
import Measurement
import Models
import Reports
import Store
import Tables

/// What a measured table says about its paper's: where the two were made alike, and where not.
struct PaperComparison {
  private let run: StoredRun
  private let table: PaperTable
  /// Whether the run's metrics replace the protocol's columns.
  private let isReplaced: Bool

  init(_ run: StoredRun, table: PaperTable, isReplaced: Bool) {
    self.run = run
    self.table = table
    self.isReplaced = isReplaced
  }

  private var settings: RunSettings { run.settings }

  /// Paragraphs above the table.
  var notes: [String] {
    var notes: [String] = []
    if settings.pairCount != table.pairs.count {
      let others = table.paper == nil ? "those on \(table.pairs.count)" : "the published ones"
      notes.append(
        "The protocol asks for \(table.pairs.count) pairs; numbers on \(settings.pairCount) do not "
          + "compare with \(others).")
    }
    if isReplaced {
      notes.append(
        "The columns are those of --metrics in place of the protocol's "
          + table.columns.map(\.heading).joined(separator: ", ") + ".")
    }
    if settings.departures == nil {
      notes.append(
        "An older evalkit stored this run without what it used for each switch; the fingerprints say."
      )
    }
    return notes + filledRows
  }

  /// Methods whose names put them into rows of the paper.
  private var filledRows: [String] {
    run.methods.compactMap { method in
      table.place(ofRow: method.name).map { place in
        "The row \(place.row.method) of \(place.section.title) was measured here as the method "
          + "\(method.name) (\(method.specification))."
      }
    }
  }

  /// The paper's caption, and on what else the numbers rest.
  var caption: String {
    if settings.isOnDataset(of: table) || table.paper == nil { return table.caption }
    return "Measured on \(settings.measuredPlace); the paper's caption reads: “\(table.caption)”"
  }

  /// Why published values do not compare with the measured ones; nil where they do.
  var incomparability: String? {
    guard table.paper != nil else { return nil }
    var reasons: [String] = []
    if settings.isOnDrawnFaces { reasons.append("the faces are drawn") }
    if settings.weights == WeightSuite.compact.name {
      reasons.append("the networks are the compact suite's")
    } else {
      if !settings.networks.allSatisfy(\.isPublished) {
        reasons.append("not all weights are published files")
      }
      let others = (settings.departures ?? [:]).filter { name, used in
        used != SwitchUse.unused && !SwitchUse.tellsOfImages(name)
      }.keys.sorted()
      if !others.isEmpty {
        reasons.append("\(others.joined(separator: ", ")) differ from the protocol's")
      }
    }
    if settings.pairCount != table.pairs.count {
      reasons.append("\(settings.pairCount) pairs stand for \(table.pairs.count)")
    }
    return reasons.isEmpty ? nil : reasons.joined(separator: ", ")
  }

  /// What was used for each switch, and the protocol's value where that is another.
  var switches: [TableReport.SwitchLine] {
    table.switches.map { choice in
      let used = settings.departures?[choice.name] ?? choice.value
      let own = choice.protocolValue ?? choice.value
      return TableReport.SwitchLine(
        name: choice.name, value: used, protocolValue: used == own ? nil : own,
        confidence: choice.confidence.rawValue, reason: choice.reason)
    }
  }

  /// Texts below the table: footnotes of no single row, and columns that the paper heads otherwise.
  func remarks(_ columns: [ReportColumn]) -> [String] {
    table.remarks
      + columns.compactMap { column in
        guard let position = column.position else { return nil }
        let heading = table.columns[position].heading
        return table.paper == nil || heading == column.printed.heading
          ? nil : "The paper heads the column \(column.printed.heading) as \(heading)."
      }
  }
}

extension RunSettings {
  /// Whether the pairs were drawn from seeds.
  var isOnDrawnFaces: Bool { dataset == "synthetic" }

  /// Where the pairs come from, in words.
  var measuredPlace: String { isOnDrawnFaces ? "drawn faces (synthetic)" : dataset }

  /// Whether a folder in the layout of the paper's own dataset was measured.
  func isOnDataset(of table: PaperTable) -> Bool {
    let name = table.dataset.name.lowercased()
    return ["celebamask-hq": "celeba", "ffhq": "ffhq", "lsun": "lsun"].contains { kind, prefix in
      dataset.hasPrefix(kind + ":") && name.hasPrefix(prefix)
    }
  }
}

extension RunSettings.NetworkUse {
  /// Whether the weights are one of the published files.
  var isPublished: Bool {
    WeightCatalogue.files.contains { $0.digest.matches(sha256) == true }
  }
}

extension TableReport.Section {
  /// The section without rows that show no number at all; nil where none is left.
  var withoutEmptyRows: TableReport.Section? {
    let rows = rows.filter { row in
      row.cells.contains { $0.measured != nil || $0.published != nil || $0.note != nil }
    }
    return rows.isEmpty ? nil : TableReport.Section(title: title, rows: rows)
  }
}
