import Datasets
import Generators
import Measurement
import Metrics
import Provenance
import Tables
import Terms

extension TableOptions {
  /// Folder of what is drawn for pairs and methods.
  var cache: String { Self.cache(in: self.results) }

  /// The same in a results folder.
  static func cache(in results: String) -> String { results + "/datasets" }

  /// Whether an edit's texts are needed.
  func measuresEdits(in table: PaperTable) -> Bool {
    let measured = metrics ?? table.columns.compactMap(\.metric)
    return measured.contains(.clipDirectional) || methods.contains(where: \.readsEdits)
  }

  /// The rows that a table measures: what the user named, then the protocol's anchors.
  ///
  /// Without a method, a table of drawn faces measures the protocol's built-in methods, so that
  /// it shows what its columns can distinguish. Where edits of drawn faces are measured, the true one is an
  /// anchor too. A name that the user gave away is not used twice.
  /// - Throws: `MethodError` for a method of the protocol that there is not.
  package func rows(of table: PaperTable) throws(MethodError) -> [MethodSpecification] {
    let usual = table.methods.filter { $0.isMeasured(in: table) }
    let own =
      methods.isEmpty && dataset == .synthetic
      ? try MethodSpecification.parse(
        all: usual.map { "\($0.name)=\($0.specification)" }, systems: systems) : methods
    var floorsAndCeilings = table.anchors.compactMap { BuiltinMethod(rawValue: $0.rawValue) }
    if dataset == .synthetic, measuresEdits(in: table) { floorsAndCeilings.append(.trueEdit) }
    let anchors = floorsAndCeilings.map(MethodSpecification.init(builtin:))
    return own + anchors.filter { anchor in !own.contains { $0.name == anchor.name } }
  }
}

extension TableOptions {
  /// Says which methods fill published rows, since a name alone can put them there.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for the name of a system that has several published rows.
  func tellPublishedRows(of table: PaperTable) throws {
    for method in methods {
      let name = method.name
      if let place = table.place(ofRow: name) {
        self.notice("\(name) fills the published row \(place.row.method) of \(place.section.title)")
        continue
      }
      let rows = table.places.filter { $0.row.system == name }
      guard rows.isEmpty else {
        let names = rows.map { "'\($0.row.id)' (\($0.section.title))" }
        throw HarnessError(
          .usage,
          "--method \(name)=… may mean several published rows of \(table.id): "
            + names.joined(separator: ", ") + "; name one of them, or call your method otherwise")
      }
    }
  }
}

extension MethodSpecification {
  /// A row named like the method that is built in.
  fileprivate init(builtin method: BuiltinMethod) {
    self.init(name: method.rawValue, source: .builtin(method))
  }
}
