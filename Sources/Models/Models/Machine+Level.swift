import Kernels
import Provenance

extension Machine {
  /// This machine and the instruction set that its kernels use.
  package static let current = Machine(
    bestLevel: CPULevel.best.rawValue, level: CPULevel.current.rawValue)
}
