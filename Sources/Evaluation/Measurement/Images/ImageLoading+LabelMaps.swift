import Datasets
import Essentials
import Tensors
import Terms

extension ImageLoading {
  /// The pairs' label maps by id, each opened once for all methods.
  func labelMaps(of pairs: [LoadedPair], size: LabelSize) throws -> [String: Result<
    EvaluationImage, ImageFailure
  >] {
    let sources = pairs.map { pair in
      ImageFailure.catching { try ImageSource(labelsOf: pair.pair, like: pair.opened?.pixels) }
    }
    var maps = try images(
      sources.compactMap(\.value), treatment: size.treatment, treat: { size.apply($0) })[...]
    let opened = zip(pairs, sources).map { pair, source in
      let map = source.flatMap { _ in checked(maps.removeFirst(), .mask, of: pair.pair) }
      return (
        pair.pair.id,
        map.flatMap { map in
          guard let side = size.side, map.pixels.width != side || map.pixels.height != side else {
            return .success(map)
          }
          return .failure(
            ImageFailure(
              state: .wrongSize,
              reason: "\(map.name): the label map is \(map.pixels.width)×\(map.pixels.height), "
                + "the protocol compares at \(side)×\(side)."))
        }
      )
    }
    return Dictionary(opened, uniquingKeysWith: { first, _ in first })
  }
}
