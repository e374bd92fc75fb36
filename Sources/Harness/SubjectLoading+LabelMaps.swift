import Datasets
import Tensors

extension SubjectLoading {
  /// The pairs' label maps by id, each opened once for all rows.
  func labelMaps(of pairs: [PairSubjects], size: Int?) throws -> [String: Result<
    Subject, ImageFailure
  >] {
    let sources = pairs.map { pair in
      ImageFailure.catching { try ImageSource(labelsOf: pair.pair) }
    }
    var maps = try subjects(
      sources.compactMap(\.value), treatment: "native", treat: { $0 })[...]
    let opened = zip(pairs, sources).map { pair, source in
      let map = source.flatMap { _ in maps.removeFirst() }
      return (
        pair.pair.id,
        map.flatMap { map in
          guard let size, map.pixels.width != size || map.pixels.height != size else {
            return .success(map)
          }
          return .failure(
            ImageFailure(
              state: "wrong-size",
              reason: "\(map.name): the label map is \(map.pixels.width)×\(map.pixels.height), "
                + "the protocol compares at \(size)×\(size)."))
        }
      )
    }
    return Dictionary(opened, uniquingKeysWith: { first, _ in first })
  }
}
