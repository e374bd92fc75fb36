import Store

/// The images of a scored folder that have no real one of their id.
///
/// Metrics that compare an image with something of the same id were not measured for them. A real image that failed
/// counts as one.
package struct UnpairedImages {
  /// Whether the run has such images at all: it is a score, and it has real images.
  private let canExist: Bool
  private let failedReferences: Set<String>

  /// Looks through a run's pairs.
  package init(of run: StoredRun, pairs: [PairRecord]) {
    failedReferences = Set(
      run.failures.filter { $0.method == MethodRecord.reference.name }.map(\.imageID))
    canExist =
      run.isScore
      && (!failedReferences.isEmpty || pairs.contains { $0.referenceHash != nil })
  }

  /// Whether a pair's image is one.
  package func contains(_ pair: PairRecord) -> Bool {
    canExist && pair.referenceHash == nil && !failedReferences.contains(pair.imageID)
  }
}
