import ArgumentParser
import Bench
import Generators
import Harness
import Measurement
import Models
import Reports
import Runs

/// Names that an option or argument takes, from the registry of what they name.
///
/// Few are listed in the help; a shell completes all.
struct Choices {
  /// The names.
  let names: [String]
  /// Where people look them up who see no list.
  private let place: String?

  private init(_ names: [String], place: String? = nil) {
    self.names = names
    self.place = place
  }

  /// What `--metrics` takes.
  static let metrics = Choices(MetricRegistry.names)
  /// What `--fid-mode` takes.
  static let fidModes = Choices(FrechetMode.allCases.map(\.rawValue))
  /// What `--network` takes.
  static let networks = Choices(NetworkTables.names, place: "evalkit networks")
  /// What `--preprocess` takes.
  static let preprocessings = Choices(FeaturePreprocessing.names)
  /// What `bench` takes.
  static let benchSubjects = Choices(BenchJob.names, place: "evalkit bench --list")
  /// What `train` takes.
  static let recipes = Choices(RecipeListing.names, place: "evalkit train")
  /// What `systems show`, `sample` and `tune` take.
  static let systems = Choices(SystemRegistry.standard.ids)
  /// What `--format` takes.
  static let formats = Choices(ReportFormat.allCases.map(\.rawValue))
  /// What `table` takes; those of folders that are named on the command line are not known yet.
  static let protocols = Choices(ProtocolLibrary.names.tables)
  /// What `--paper` takes.
  static let papers = Choices(
    protocols.names.filter { $0.hasSuffix(".table1") }.map { String($0.dropLast(7)) })
  /// What `claims` takes.
  static let claims = Choices(ProtocolLibrary.names.claims + ["all"])

  /// For shells.
  var completion: CompletionKind { .list(names) }

  /// The help with the names, or with where they are listed.
  func listed(in help: ArgumentHelp) -> ArgumentHelp {
    var help = help
    help.abstract += place.map { "; '\($0)' lists them" } ?? ": \(ArgumentHelp.list(names))"
    return help
  }
}

extension Option where Value == String {
  /// A name with a default.
  init(
    wrappedValue: String, name: NameSpecification = .long, of choices: Choices, help: ArgumentHelp
  ) {
    self.init(
      wrappedValue: wrappedValue, name: name, help: choices.listed(in: help),
      completion: choices.completion)
  }
}

extension Option where Value == String? {
  /// A name, or several with commas, that may be absent; `default` says in words what then holds.
  init(
    name: NameSpecification = .long, of choices: Choices, default text: String,
    help: ArgumentHelp
  ) {
    self.init(
      name: name, help: choices.listed(in: help).telling(default: text),
      completion: choices.completion)
  }
}

extension Argument where Value == String {
  /// A name that must be there.
  init(of choices: Choices, help: ArgumentHelp) {
    self.init(help: choices.listed(in: help), completion: choices.completion)
  }

  /// A name with a default.
  init(wrappedValue: String, of choices: Choices, help: ArgumentHelp) {
    self.init(
      wrappedValue: wrappedValue, help: choices.listed(in: help), completion: choices.completion)
  }
}

extension Argument where Value == [String] {
  /// Any number of names; `default` says in words what holds without one.
  init(wrappedValue: [String], of choices: Choices, default text: String, help: ArgumentHelp) {
    self.init(
      wrappedValue: wrappedValue, help: choices.listed(in: help).telling(default: text),
      completion: choices.completion)
  }
}
