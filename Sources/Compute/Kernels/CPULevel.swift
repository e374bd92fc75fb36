import CKernels
import Foundation

/// The instruction set that the micro-kernels use.
package enum CPULevel: String, CaseIterable, Comparable, Sendable {
  case portable
  case avx2
  case avx512

  /// Strongest level this processor can run.
  package static let best: CPULevel =
    switch ek_best_level() {
    case EK_LEVEL_AVX512: .avx512
    case EK_LEVEL_AVX2: .avx2
    default: .portable
    }

  /// The level in use: the best one, or a weaker one that `EVALKIT_CPU_LEVEL` names.
  ///
  /// A name that is unknown or asks for more than the processor has is ignored here; the command line
  /// reports it through ``requested``.
  package static let current: CPULevel = {
    guard let name = requested, let level = CPULevel(rawValue: name) else { return best }
    return min(level, best)
  }()

  /// What `EVALKIT_CPU_LEVEL` says, if it is set.
  package static var requested: String? {
    ProcessInfo.processInfo.environment["EVALKIT_CPU_LEVEL"]
  }

  /// Whether the left level has the narrower vectors.
  package static func < (left: CPULevel, right: CPULevel) -> Bool { left.order < right.order }

  private var order: UInt32 { symbol.rawValue }

  private var symbol: ek_level {
    switch self {
    case .portable: EK_LEVEL_PORTABLE
    case .avx2: EK_LEVEL_AVX2
    case .avx512: EK_LEVEL_AVX512
    }
  }

  /// The micro-kernels of this level.
  ///
  /// - Precondition: the processor can run it.
  var kernels: ek_kernels {
    precondition(self <= .best, "this processor cannot run \(self)")
    return ek_kernels_for(symbol).pointee
  }

  /// The row operations of this level.
  ///
  /// - Precondition: the processor can run it.
  var tokenKernels: ek_token_kernels {
    precondition(self <= .best, "this processor cannot run \(self)")
    return ek_token_kernels_for(symbol).pointee
  }
}
