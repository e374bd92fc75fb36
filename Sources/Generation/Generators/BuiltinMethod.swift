import Models

/// What `builtin:ID` names: anchors, and methods whose weakness is known.
///
/// Anchors are made from the ground truth and give every column of a table a floor and a ceiling. The
/// others see conditions only and compete like anybody's method, each with something that it cannot do.
package enum BuiltinMethod: String, CaseIterable, Sendable {
  /// The ground truth, re-encoded: the best that a column can show.
  case groundTruth = "ground-truth"
  /// The right faces for the wrong masks: perfect as a set, wrong pair by pair.
  case shuffled
  /// The same average face for every pair.
  case meanFace = "mean-face"
  /// The ground truth without detail: right in layout, wrong in texture.
  case blurred
  /// The drawn face with its edit made in the scene: right in what changes and in what stays.
  case trueEdit = "true-edit"
  /// The label map in flat colors that the caption chooses: right in layout, no face.
  case paint
  /// The nearest face of the synthetic train world: a face, but somebody else's.
  case retrieve
  /// A small diffusion network: layout and colors as requested, but soft, and no particular identity.
  case denoise

  /// Whether it is made from the ground truth and is therefore not ranked.
  package var isAnchor: Bool {
    switch self {
    case .groundTruth, .shuffled, .meanFace, .blurred, .trueEdit: true
    case .paint, .retrieve, .denoise: false
    }
  }
}

extension BuiltinMethod {
  /// As `--method` and the database spell it.
  package var specification: String { "builtin:\(rawValue)" }

  /// Makes the method ready.
  ///
  /// - Parameters:
  ///   - name: the row's name.
  ///   - context: the run.
  /// - Returns: the method.
  /// - Throws: `MethodError` if the method as a whole cannot be used.
  func open(
    named name: String, in context: MethodContext
  ) throws(MethodError) -> any Method {
    switch self {
    case .groundTruth: return GroundTruthAnchor(name: name, size: context.size)
    case .shuffled:
      return try ShuffledAnchor(
        name: name, pairs: context.pairs, seed: context.seed, size: context.size)
    case .meanFace:
      return try MeanFaceAnchor(
        name: name, pairs: context.pairs, size: context.size, workers: context.workers)
    case .blurred: return BlurredAnchor(name: name, size: context.size)
    case .trueEdit: return TrueEditAnchor(name: name, size: context.size)
    case .paint:
      return PaintMethod(name: name, size: context.size, seeds: SeedPlan(runSeed: context.seed))
    case .retrieve:
      return RetrieveMethod(
        name: name, size: context.size,
        gallery: try GalleryFile.gallery(in: context.cache, workers: context.workers))
    case .denoise:
      do {
        return DenoiseMethod(
          name: name, network: try context.loader.denoiser(),
          note: context.loader.suite.roles[.denoiser]?.note, size: context.size,
          seeds: SeedPlan(runSeed: context.seed))
      } catch { throw .unusableWeights(self, reason: "\(error)") }
    }
  }
}
