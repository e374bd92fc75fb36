import Datasets
import Generators
import Networks
import Provenance
import Store
import Tables
import Verdicts

extension ExitStatus {
  /// The status of a process that ends with an error.
  ///
  /// - Parameters:
  ///   - error: what was thrown.
  ///   - interruption: the status after a request to stop.
  package init(of error: any Error, interruption: ExitStatus = .interrupted) {
    switch error {
    case let error as HarnessError:
      self =
        switch error.kind {
        case .usage: .usage
        case .notComparable: .notComparable
        case .invalid: .invalidRun
        case .cancelled: interruption
        case .runtime: .runtimeError
        }
    case is UnknownNetwork, is RequirementError: self = .usage
    case MethodError.cancelled, DatasetError.cancelled: self = interruption
    case MethodError.malformed, MethodError.unknownKind, MethodError.unknownBuiltin,
      MethodError.duplicateName, MethodError.noOptions, MethodError.unknownSystem,
      MethodError.malformedOption, MethodError.repeatedOption, MethodError.system:
      self = .usage
    case DatasetError.unknownDataset, DatasetError.missingPlace: self = .usage
    case let error as TableError:
      if case .unknownTable = error.problem { self = .usage } else { self = .runtimeError }
    case StoreError.unknownRun: self = .notComparable
    case StoreError.ambiguousRun: self = .usage
    default: self = .runtimeError
    }
  }
}
