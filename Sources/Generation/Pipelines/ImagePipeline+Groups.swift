import Tensors
import Terms

extension ImagePipeline {
  /// Makes the images of a group whose conditions are read one by one: what cannot be read fails alone, the others are
  /// made together.
  ///
  /// - Parameters:
  ///   - requests: what is wanted.
  ///   - workers: threads.
  ///   - read: what an image is made from.
  ///   - make: an image or a failure for each condition, in their order; not asked for none.
  /// - Returns: an image or a failure for each request, in their order.
  /// - Throws: what `make` throws.
  package func images<Condition: Sendable>(
    for requests: [ImageRequest], workers: Workers,
    reading read: @Sendable (ImageRequest) throws -> Condition,
    making make: ([Condition]) throws -> [Result<Raster, ImageFailure>]
  ) throws -> [Result<Raster, ImageFailure>] {
    let conditions = workers.map(requests.count) { index, _ in
      ImageFailure.catching { try read(requests[index]) }
    }
    let ready = conditions.compactMap { try? $0.get() }
    var made = try ready.isEmpty ? [] : make(ready)[...]
    return conditions.map { condition in condition.flatMap { _ in made.removeFirst() } }
  }
}
