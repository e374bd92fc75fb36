import Terms
import Yams

extension PaperTable {
  /// Reads a protocol file's text.
  ///
  /// - Parameters:
  ///   - yaml: the text.
  ///   - file: its path, for error messages.
  ///   - known: the metrics that its columns may name.
  /// - Throws: `TableError` for the first mistake: unknown or missing keys, unknown metrics and
  ///   switch values, wrong numbers of values, duplicate ids, references to nothing.
  package init(yaml: String, file: String, metrics known: [Metric]) throws(TableError) {
    let root = try StrictValue(yaml: yaml, file: file, metrics: known)
    let entries = try root.mapping(allowing: [
      "id", "title", "paper", "caption", "dataset", "pairs", "switches", "columns", "sections",
      "methods", "anchors", "ranking", "footnotes",
    ])
    id = try entries["id"].string()
    title = try entries["title"].string()
    paper = try entries.optional("paper").map(Paper.init)
    isRanked = try entries.optional("ranking")?.flag() ?? false
    caption = try entries["caption"].string()
    dataset = try Dataset(entries["dataset"])
    pairs = try EvaluationSet(entries["pairs"])
    switches = try Self.switches(entries["switches"])
    footnotes = try Self.unique(entries.optional("footnotes"), \.id, Footnote.init)
    let columns = try Self.unique(entries["columns"], \.id, Column.init)
    self.columns = columns
    let notes = footnotes.map(\.id)
    // A row's id names a method, and methods belong to the whole table.
    var rows: Set<String> = []
    sections = try Self.unique(entries.optional("sections"), \.id) { section throws(TableError) in
      let section = try Section(section, columns: columns, footnotes: notes, beside: rows)
      rows.formUnion(section.rows.map(\.id))
      return section
    }
    let switches = switches
    methods = try Self.unique(entries.optional("methods"), \.name) {
      method throws(TableError) in try DefaultMethod(method, switches: switches)
    }
    anchors = try Self.unique(entries.optional("anchors"), \.rawValue) {
      anchor throws(TableError) in try anchor.choice(of: Anchor.self)
    }
    try checkPairCount(entries["switches"])
  }

  /// Decodes a list whose elements carry unique ids; an absent list is empty.
  static func unique<Element>(
    _ list: StrictValue?, _ id: (Element) -> String,
    _ decode: (StrictValue) throws(TableError) -> Element
  ) throws(TableError) -> [Element] {
    var seen: Set<String> = []
    var elements: [Element] = []
    for value in try list?.list() ?? [] {
      let element = try decode(value)
      guard seen.insert(id(element)).inserted else {
        throw value.error(.duplicate(id(element)))
      }
      elements.append(element)
    }
    return elements
  }

  private static func switches(_ value: StrictValue) throws(TableError) -> [Switch] {
    let entries = try value.mapping(allowing: Switch.knownNames)
    for name in Switch.requiredNames { _ = try entries[name] }
    return try entries.entries.map { entry throws(TableError) in
      try Switch(named: entry.name, entry.value)
    }
  }

  /// The number of pairs is given in two places, for people and for the table of switches.
  private func checkPairCount(_ switches: StrictValue) throws(TableError) {
    guard value(of: "n_images") == "\(pairs.count)" else {
      let reason = "sets n_images to \(value(of: "n_images") ?? "-"), but pairs.count is "
      throw switches.error(.inconsistent(reason: reason + "\(pairs.count)"))
    }
    guard pairs.count.isMultiple(of: samples) else {
      throw switches.error(
        .inconsistent(
          reason: "has \(pairs.count) images, which is not a multiple of \(samples) samples"))
    }
  }
}

extension PaperTable.Paper {
  fileprivate init(_ value: StrictValue) throws(TableError) {
    let entries = try value.mapping(allowing: ["title", "authors", "venue", "arxiv"])
    title = try entries["title"].string()
    authors = try entries["authors"].list().map { name throws(TableError) in try name.string() }
    venue = try entries["venue"].string()
    arXiv = try entries.optional("arxiv")?.string()
  }
}

extension PaperTable.Dataset {
  fileprivate init(_ value: StrictValue) throws(TableError) {
    let entries = try value.mapping(allowing: ["name", "split", "ids", "captions"])
    name = try entries["name"].string()
    split = try entries["split"].string()
    ids = try entries.optional("ids")?.range()
    captions =
      try entries.optional("captions")?.choice(of: PaperTable.CaptionStyle.self) ?? .multiModal
  }
}

extension PaperTable.EvaluationSet {
  fileprivate init(_ value: StrictValue) throws(TableError) {
    let entries = try value.mapping(allowing: ["count", "sampling"])
    count = try entries["count"].integer(in: 1...10_000_000)
    sampling = try entries["sampling"].string()
  }
}

extension Switch {
  fileprivate init(named name: String, _ value: StrictValue) throws(TableError) {
    let entries = try value.mapping(allowing: ["value", "allowed", "confidence", "reason"])
    let chosen = try entries["value"].string()
    let allowed = try AllowedValues(entries["allowed"])
    guard allowed.contains(chosen) else {
      throw try entries["value"].unknownValue(chosen, allowed: allowed.words)
    }
    self.init(
      name: name, value: chosen, allowed: allowed,
      confidence: try entries["confidence"].choice(of: Confidence.self),
      reason: try entries["reason"].string())
  }
}

extension Switch.AllowedValues {
  fileprivate init(_ value: StrictValue) throws(TableError) {
    if value.node.scalar?.string == "count" {
      self = .count
      return
    }
    self = .oneOf(
      try PaperTable.unique(value, { $0 }) { word throws(TableError) in try word.string() })
  }
}

extension PaperTable.Column {
  fileprivate init(_ value: StrictValue) throws(TableError) {
    let entries = try value.mapping(allowing: [
      "id", "metric", "detail", "heading", "direction", "digits", "published-digits", "scale",
      "published-only",
    ])
    isPublishedOnly = try entries.optional("published-only")?.flag() ?? false
    metric =
      isPublishedOnly
      ? try entries.optional("metric")?.metric()
      : try entries["metric"].metric()
    if entries.optional("id") == nil, let metric {
      id = metric.name
    } else {
      id = try entries["id"].string()
    }
    detail = try entries.optional("detail")?.string()
    heading = try entries["heading"].string()
    direction = try entries["direction"].choice(of: Direction.self)
    digits = try entries["digits"].integer(in: 0...8)
    publishedDigits = try entries.optional("published-digits")?.integer(in: 0...8) ?? digits
    scale = try entries["scale"].choice(of: PaperTable.Scale.self)
  }
}

extension PaperTable.Section {
  fileprivate init(
    _ value: StrictValue, columns: [PaperTable.Column], footnotes: [String],
    beside others: Set<String>
  ) throws(TableError) {
    let entries = try value.mapping(allowing: ["id", "title", "rows"])
    id = try entries["id"].string()
    title = try entries["title"].string()
    rows = try PaperTable.unique(entries["rows"], \.id) { value throws(TableError) in
      let row = try PaperTable.Row(value, columns: columns, footnotes: footnotes)
      guard !others.contains(row.id) else { throw value.error(.duplicate(row.id)) }
      return row
    }
  }
}

extension PaperTable.Row {
  fileprivate init(
    _ value: StrictValue, columns: [PaperTable.Column], footnotes: [String]
  ) throws(TableError) {
    let entries = try value.mapping(allowing: [
      "id", "method", "model", "domain", "steps", "values", "footnote",
    ])
    id = try entries["id"].string()
    method = try entries["method"].string()
    model = try entries["model"].string()
    domain = try entries["domain"].string()
    steps = try entries.optional("steps")?.integer(in: 1...1_000_000)
    let values = try entries["values"].list()
    guard values.count == columns.count else {
      throw try entries["values"].error(
        .wrongCount(expected: columns.count, found: values.count))
    }
    var published: [Double?] = []
    for (value, column) in zip(values, columns) {
      published.append(try value.published(digits: column.publishedDigits))
    }
    self.published = published
    footnote = try entries.optional("footnote")?.string()
    if let footnote, !footnotes.contains(footnote) {
      throw try entries["footnote"].unknownValue(footnote, allowed: footnotes)
    }
  }
}

extension PaperTable.Footnote {
  fileprivate init(_ value: StrictValue) throws(TableError) {
    let entries = try value.mapping(allowing: ["id", "text"])
    id = try entries["id"].string()
    text = try entries["text"].string()
  }
}
