import Images
import Tensors

/// The size at which label maps are compared.
package enum LabelSize: Hashable, Sendable {
  /// Each map's own.
  case own
  /// A side that every map must have.
  case required(Int)
  /// A side to which Pillow's nearest filter brings every map.
  case resized(Int)

  /// What fingerprints say of it.
  var description: String {
    switch self {
    case .own: "of the mask"
    case .required(let side): "\(side)"
    case .resized(let side): "\(side), masks by pil-nearest"
    }
  }

  /// Side of the compared maps; nil where each has its own.
  package var side: Int? {
    switch self {
    case .own: nil
    case .required(let side), .resized(let side): side
    }
  }

  /// Names what ``apply(_:)`` does, for what is remembered of a map.
  package var treatment: String {
    switch self {
    case .own, .required: "native"
    case .resized(let side): "pil-nearest(\(side)x\(side))"
    }
  }

  /// A map at the size that it is compared at.
  func apply(_ map: Raster) -> Raster {
    guard case .resized(let side) = self, map.width != side || map.height != side else {
      return map
    }
    return map.resized(width: side, height: side, filter: .nearest)
  }
}
