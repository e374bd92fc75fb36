import Datasets
import Generators
import Tables

extension TableOptions {
  /// Folder of what is drawn for pairs and methods.
  var cache: String { results + "/datasets" }

  /// The rows that a table measures: what the user named, then the protocol's anchors.
  ///
  /// Whoever names nothing on drawn faces sees the built-in methods in place of their own, so that the
  /// table shows what its columns tell apart. A name that the user gave away is not used twice.
  package func rows(of table: PaperTable) -> [MethodSpecification] {
    let own =
      methods.isEmpty && dataset == .synthetic
      ? BuiltinMethod.allCases.filter { !$0.isAnchor }.map(MethodSpecification.init(builtin:))
      : methods
    let anchors = table.anchors.compactMap { BuiltinMethod(rawValue: $0.rawValue) }
      .map(MethodSpecification.init(builtin:))
    return own + anchors.filter { anchor in !own.contains { $0.name == anchor.name } }
  }
}

extension MethodSpecification {
  /// A row named like the method that is built in.
  fileprivate init(builtin method: BuiltinMethod) {
    self.init(name: method.rawValue, source: .builtin(method))
  }
}
