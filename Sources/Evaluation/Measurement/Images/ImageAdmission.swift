import CMemory
import Essentials
import Models
import Provenance
import Terms

/// Lets images be measured as memory allows: small ones in groups, large ones pair by pair and in turn, and
/// those that are too large for the machine not at all.
struct ImageAdmission: Sendable {
  let costs: ImageCosts
  let gate: MemoryGate

  /// Measures some pairs.
  ///
  /// - Parameters:
  ///   - pairs: where their images come from.
  ///   - memory: the worker's own.
  ///   - body: measures pairs in a memory.
  /// - Returns: one result for each pair.
  /// - Throws: what the body throws.
  func measure(
    _ pairs: [PairSources], in memory: WorkerMemory,
    _ body: ([PairSources], WorkerMemory) throws -> [PairResult]
  ) throws -> [PairResult] {
    let admitted = pairs.map(admitted)
    let bytes =
      admitted.reduce(0) { $0 + $1.keptBytes } + (admitted.map(\.passingBytes).max() ?? 0)
    if bytes <= gate.share { return try body(admitted.map(\.sources), memory) }
    return try admitted.flatMap { pair in
      let bytes = pair.keptBytes + pair.passingBytes
      guard bytes > gate.share else { return try body([pair.sources], memory) }
      return try gate.holding(bytes) {
        // What a large image took must not stay with the worker.
        defer { give_back_freed_memory() }
        return try body([pair.sources], WorkerMemory())
      }
    }
  }

  /// A pair's images but those that are too large, and what they take.
  private struct Admitted {
    var sources: PairSources
    /// Bytes that are taken as long as the pair is measured.
    var keptBytes = 0
    /// Bytes that are taken at most beside them.
    var passingBytes = 0
  }

  private func admitted(_ pair: PairSources) -> Admitted {
    var admitted = Admitted(sources: pair)
    func admit(
      _ source: Result<ImageSource, ImageFailure>?, beside real: ImageExtent?
    ) -> (Result<ImageSource, ImageFailure>?, ImageExtent?) {
      guard let image = source?.value, let extent = costs.extent(of: image, like: real) else {
        return (source, nil)
      }
      let need = costs.need(of: extent, beside: real)
      guard need.bytes <= gate.largest else {
        return (.failure(refusal(image, extent, need)), nil)
      }
      let both = extent.keptBytes + (real?.keptBytes ?? 0)
      admitted.keptBytes += extent.keptBytes
      admitted.passingBytes = max(admitted.passingBytes, need.bytes - both)
      return (source, extent)
    }
    let real: ImageExtent?
    (admitted.sources.reference, real) = admit(pair.reference, beside: nil)
    for (row, image) in pair.images.enumerated() {
      admitted.sources.images[row] = admit(image, beside: real).0
    }
    return admitted
  }

  private func refusal(
    _ image: ImageSource, _ extent: ImageExtent, _ need: ImageCosts.Need
  ) -> ImageFailure {
    ImageFailure(
      state: .tooLarge,
      reason: "\(image.name): \(need.step) \(extent.width)×\(extent.height) pixels takes "
        + "\(need.bytes.inBytes) of memory, and an image may take \(gate.largest.inBytes); scale it "
        + "down or raise --memory")
  }
}
