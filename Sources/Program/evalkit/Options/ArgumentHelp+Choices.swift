import ArgumentParser
import Datasets
import Generators

extension ArgumentHelp {
  /// Of `--dataset`, with every form that can be read.
  static let dataset = ArgumentHelp(
    "Where pairs come from: \(list(DatasetSpecification.forms))", valueName: "spec")

  /// Of `--method`, with every form that can be run.
  static let method = ArgumentHelp(
    "Row to measure: NAME=\(list(MethodSpecification.forms, separator: ", NAME="))",
    valueName: "name=spec")

  /// `a, b or c`.
  static func list(_ words: [String], separator: String = ", ") -> String {
    guard let last = words.last, words.count > 1 else { return words.joined() }
    let conjunction = separator.replacing(",", with: " or")
    return words.dropLast().joined(separator: separator) + conjunction + last
  }
}

extension ArgumentHelp {
  /// The help of an option that may be given several times.
  var repeatable: ArgumentHelp {
    var help = self
    help.abstract += " (repeatable)"
    return help
  }
}
