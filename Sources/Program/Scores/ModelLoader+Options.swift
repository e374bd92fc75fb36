import Models
import Provenance

extension ModelLoader {
  /// Works from the suite that a job's options name, as exactly as they say.
  ///
  /// - Throws: ``HarnessError`` for a suite that is not understood.
  package init(_ options: some RunConfigurable) throws {
    self.init(
      try WeightSuite(parsing: options.runOptions.weights), isExact: options.runOptions.isExact)
  }
}
