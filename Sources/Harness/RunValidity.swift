/// Whether a run says anything: one that measured nothing, or lost more than allowed, must not look like a
/// result.
struct RunValidity {
  /// Whether any image has a score.
  let isMeasured: Bool
  /// Why images have none.
  let failures: [ImageFailure]

  /// - Parameters:
  ///   - limit: most images that may fail; nil allows any number but all.
  ///   - ledger: the database that names each.
  /// - Throws: ``HarnessError`` of kind `invalid`.
  func check(allowing limit: Int?, ledger: String) throws {
    if !isMeasured {
      let reason = failures.first?.reason ?? "there are no images"
      throw HarnessError(.invalid, "nothing was measured; the first reason is: \(reason)")
    }
    if let limit, failures.count > limit {
      throw HarnessError(
        .invalid,
        "\(failures.count) images failed, more than the \(limit) allowed; the ledger in "
          + "\(ledger) names each")
    }
  }
}
